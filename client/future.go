package client

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Future is the result of a call that was sent and not waited for. Calls of one goroutine are sent in the order in which they were
// made, and servers answer in that order.
//
// A Future stands for one attempt. It is not made again after a connection loss, since that would break the order: who wants it
// again sees ErrConnectionLoss and MayHaveApplied, and decides.
type Future[T any] struct {
	o      operation
	call   *session.Call
	decode func(*operation, *session.Call) (T, error)
}

// Done is closed when the result is there.
func (f *Future[T]) Done() <-chan struct{} { return f.call.Done() }

// Wait returns the result, or the context's cause if that ends first. It may be called more than once and from several goroutines.
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	if err := await(ctx, f.call); err != nil {
		var zero T
		lost := over(ctx, err) || errors.Is(err, ErrConnectionLoss)
		return zero, f.o.fail(err, lost && f.call.Sent())
	}
	return f.decode(&f.o, f.call)
}

// Zxid is the transaction id in the reply's header: for a write that succeeded its own, for a read the last that the server had
// applied. It is 0 until Done.
func (f *Future[T]) Zxid() int64 {
	select {
	case <-f.call.Done():
		return f.call.Zxid()
	default:
		return 0
	}
}

// future sends o, or holds the error that kept it from being sent.
func future[T any](
	ctx context.Context, c *Client, o operation, err error, decode func(*operation, *session.Call) (T, error),
) *Future[T] {
	return sent(ctx, c, &Future[T]{o: o, decode: decode}, err)
}

// futureInto is future, and puts key into the inbox in the place of the answer.
func futureInto[T any](
	ctx context.Context, c *Client, o operation, err error, decode func(*operation, *session.Call) (T, error), in *Inbox, key any,
) *Future[T] {
	var once atomic.Bool
	o.told = func() {
		if once.CompareAndSwap(false, true) {
			in.put(Delivery{Key: key})
		}
	}
	f := sent(ctx, c, &Future[T]{o: o, decode: decode}, err)
	f.call.OnDone(o.told) // what was never sent has not told
	return f
}

func sent[T any](ctx context.Context, c *Client, f *Future[T], err error) *Future[T] {
	seen, decode := c.see(ctx, &f.o), f.decode
	if err != nil {
		f.call = session.Failed(f.o.op, err)
	} else {
		if c.seam.Lent() {
			ctx = session.InOrder(ctx)
		}
		f.call = c.send(ctx, &f.o)
	}
	if seen != nil {
		seen.follow(f.call, func() error {
			_, err := decode(&f.o, f.call)
			return err
		})
	}
	return f
}

// do sends o and waits, with retries.
func do[T any](
	ctx context.Context, c *Client, o operation, err error, decode func(*operation, *session.Call) (T, error),
) (T, error) {
	seen := c.see(ctx, &o)
	res, err := attempts(ctx, c, &o, err, decode)
	seen.end(err)
	return res, err
}

func attempts[T any](
	ctx context.Context, c *Client, o *operation, err error, decode func(*operation, *session.Call) (T, error),
) (T, error) {
	var zero T
	if err != nil {
		return zero, o.fail(err, false)
	}
	call, err := c.run(ctx, o)
	if err != nil {
		return zero, err
	}
	return decode(o, call)
}
