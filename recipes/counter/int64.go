package counter

import (
	"context"

	"github.com/zookit-go/zookit/client"
)

// Int64 is a number that all processes that name the same path change atomically. It shares its znode with Curator's
// DistributedAtomicLong.
//
// Shape: one persistent znode, 8 bytes, or decimal text with WithText; missing or empty is 0. path's missing ancestors are made as containers, which takes a
// server of 3.5 or later; make them yourself for an older one.
//
// Cost: the first change 2 requests, one after the other. Each later one 1 request, as long as nobody else changes the number, because an
// Int64 remembers what it left. A change that loses to another process costs 1 request and then 2 for each new attempt. With WithLock and 8
// busy contenders it is fewer than 3 requests a change. Changes of one Int64 go one after the other; share it within a process.
//
// Suspended: a change waits for the connection, as long as its context and the client's retry policy allow. Lost: nothing is held that
// could be lost, but a turn in the queue; the next change begins anew. For a change whose answer is lost see ErrUnknown.
//
// An Int64 is safe for concurrent use. Overflow wraps around, as in Go and Java.
//
// Source: Curator's DistributedAtomicLong and its PromotedToLock; that turns last for several changes is ours.
type Int64 struct {
	a  *atom
	as codec[int64]
}

// NewInt64 returns the number at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewInt64(c *client.Client, path string, opts ...Option) (*Int64, error) {
	a, err := newAtom(c, path, opts)
	if err != nil {
		return nil, err
	}
	if a.cfg.text {
		return &Int64{a, texts}, nil
	}
	return &Int64{a, longs}, nil
}

// Get reads the number: one request. It sees what this process did before; a change that another process made just now may be missing, as in
// every read of ZooKeeper's.
func (n *Int64) Get(ctx context.Context) (int64, error) {
	return get(ctx, n.a, n.as)
}

// Add adds delta, which may be negative.
//
// Errors: ErrUnknown, and only that one, for an addition that may have been made and must not be repeated blindly; ErrContended,
// ErrCorrupt, ErrVersions, ErrReplaced, ErrClosed; one that matches client.ErrConnectionLoss or client.ErrSessionLost if nothing
// was changed and the retry policy gave up; zk.ErrNoAuth; the cause of ctx.
func (n *Int64) Add(ctx context.Context, delta int64) (Result[int64], error) {
	return change(ctx, n.a, "add to", n.as, func(before int64, _ bool) (int64, bool) { return before + delta, true })
}

// CompareAndSet makes it next if it is expected, and says in Applied whether it did. On a missing znode it does not. Errors are Add's.
func (n *Int64) CompareAndSet(ctx context.Context, expected, next int64) (Result[int64], error) {
	return change(ctx, n.a, "compare and set", n.as, func(before int64, missing bool) (int64, bool) {
		return next, !missing && before == expected
	})
}

// Set overwrites the number, whatever it is: one request, and two if the znode is missing. After a lost answer it is written again, so an
// Add of another process that came between may be overwritten with it.
func (n *Int64) Set(ctx context.Context, v int64) error {
	return n.a.fail("set", ctx, n.a.put(ctx, n.as.encode(v)))
}

// Init makes the znode with v if it is not there, and says in Applied whether it did. Errors are Add's.
func (n *Int64) Init(ctx context.Context, v int64) (Result[int64], error) {
	return change(ctx, n.a, "init", n.as, func(_ int64, missing bool) (int64, bool) { return v, missing })
}

// Close gives back a turn in the queue and the receipt, if there are any: without WithLock and WithReceipts it does nothing at the
// server, and otherwise both would go by themselves, after 2 ms and with the session. Later changes fail with ErrClosed.
func (n *Int64) Close(ctx context.Context) error { return n.a.fail("close", ctx, n.a.close(ctx)) }

// get reads an atom whose values are T.
func get[T any](ctx context.Context, a *atom, as codec[T]) (v T, _ error) {
	seen, err := a.look(ctx)
	if err != nil {
		return v, a.fail("get", ctx, err)
	}
	v, err = as.decode(seen.data)
	return v, a.fail("get", ctx, err)
}

// change is a change of an atom whose values are T. next gets what is there, and whether that is a znode, and says whether to change it.
func change[T any](
	ctx context.Context, a *atom, verb string, as codec[T], next func(before T, missing bool) (after T, change bool),
) (Result[T], error) {
	var res Result[T]
	var err error
	res.Stats, res.Applied, _, err = a.change(ctx, func(seen *state) ([]byte, error) {
		before, err := as.decode(seen.data)
		if err != nil {
			return nil, err
		}
		after, change := next(before, seen.missing)
		res.Before, res.After = before, before
		if !change {
			return nil, errKept
		}
		res.After = after
		return as.encode(after), nil
	})
	if err != nil {
		return Result[T]{Stats: res.Stats}, a.fail(verb, ctx, err)
	}
	return res, nil
}
