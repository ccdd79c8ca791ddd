package client

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v4"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// RetryPolicy makes the pauses of one call: each call that needs a second attempt gets a fresh one. NextBackOff is the longest
// wait before the next attempt; after a connection loss, a connection that comes back ends the wait early. A BackOff that is also an ErrorPolicy
// has a say in what is tried again at all.
//
// Any BackOff of backoff/v4 will do. ExponentialBackoff and those that follow it are Curator's.
type RetryPolicy func() backoff.BackOff

// Exponential waits first, then ever longer up to most, each with jitter, until total has passed since the first failure; a total
// of 0 leaves the end to the context.
func Exponential(first, most, total time.Duration) RetryPolicy {
	return func() backoff.BackOff {
		return backoff.NewExponentialBackOff(
			backoff.WithInitialInterval(first), backoff.WithMaxInterval(most), backoff.WithMaxElapsedTime(total))
	}
}

// NoRetry makes every call a single attempt.
func NoRetry() backoff.BackOff { return &backoff.StopBackOff{} }

// operation is one request, ready to be sent as often as it takes.
type operation struct {
	op    wire.Op
	path  string // as the caller named it
	abs   string // as the server knows it
	body  wire.Record
	watch *Watch
	// A write whose outcome is unknown is sent again only if doing it twice is the same as doing it once, or if the server would
	// refuse the second.
	once bool
	seen *sighting // by hooks; nil if there are none
	told func()    // see session.Seam.SendTold

	c       *Client
	before  int64       // the last transaction seen before the first attempt
	codec   Compressor  // of the data in the answer; nil if it is what was stored
	protect *protection // of a protected create
}

func (o *operation) writes() bool {
	row, _ := o.op.Lookup()
	return row.Kind == wire.KindWrite
}

// fail wraps err for the caller.
func (o *operation) fail(err error, unknown bool) error {
	if part, ok := err.(*OpError); ok { //nolint:errorlint // of a part of the operation, which says more
		return part
	}
	e := o.refuse(err)
	if unknown && o.writes() {
		e.unknown, e.lost, e.within = true, o, o.c.Session()
	}
	return e
}

// refuse is fail for what has not been done.
func (o *operation) refuse(err error) *OpError {
	e := &OpError{Op: o.op.String(), Path: o.path, Err: translate(err)}
	if e.Err == ErrUnimplemented { //nolint:errorlint // translate's own
		e.Err = tooOld(o.op)
	}
	return e
}

// send makes one attempt in call order.
func (c *Client) send(ctx context.Context, o *operation) *session.Call {
	if err := context.Cause(ctx); err != nil {
		return session.Failed(o.op, err)
	}
	if c.closed() {
		return session.Failed(o.op, ErrClosed)
	}
	if o.c == nil {
		o.c, o.before = c, c.seam.Zxid()
	}
	var w *session.Watch
	if o.watch != nil {
		w = o.watch.w
		o.watch.bind(ctx)
	}
	if o.seen != nil {
		return o.seen.send(func() *session.Call { return c.seam.SendTold(ctx, o.op, o.body, o.abs, w, o.told) })
	}
	return c.seam.SendTold(ctx, o.op, o.body, o.abs, w, o.told)
}

// await waits for an attempt. A context that ends first leaves the call to itself: its result belongs to nobody else.
func await(ctx context.Context, call *session.Call) error {
	select {
	case <-call.Done(): // as most of many futures are, once the first of them is
		return call.Err()
	default:
	}
	if done := ctx.Done(); done != nil {
		select {
		case <-call.Done():
		case <-done:
			return context.Cause(ctx)
		}
	} else {
		<-call.Done()
	}
	return call.Err()
}

// run makes attempts until one is answered, the policy gives up or ctx ends.
func (c *Client) run(ctx context.Context, o *operation) (*session.Call, error) {
	retry := retrier{c: c}
	for {
		call := c.send(ctx, o)
		err := await(ctx, call)
		if err == nil {
			return call, nil
		}
		if again := retry.again(ctx, o, call, err); again != nil {
			return call, again
		}
	}
}

// retrier is the state of one call's attempts.
type retrier struct {
	c       *Client
	pauses  backoff.BackOff
	session *Session // that of the first failure
	unknown bool     // an attempt was sent and not answered
}

// again notes how an attempt failed and waits before the next. It returns the error that ends the call, if there is to be none.
func (r *retrier) again(ctx context.Context, o *operation, call *session.Call, err error) error {
	if call.Sent() && (over(ctx, err) || errors.Is(err, ErrConnectionLoss) || errors.Is(err, wire.OperationTimeout)) {
		r.unknown = true
	}
	failure := translate(err)
	if over(ctx, err) || !Retryable(failure) || r.unknown && o.once {
		return r.fail(o, err)
	}
	if r.pauses == nil {
		r.pauses, r.session = r.c.pauses(ctx), r.c.Session()
	}
	if !allows(r.pauses, failure) {
		return r.fail(o, err)
	}
	pause := r.pauses.NextBackOff()
	if pause == backoff.Stop {
		return r.fail(o, err)
	}
	if ended := r.c.pause(ctx, pause, errors.Is(err, ErrConnectionLoss)); ended != nil {
		return r.fail(o, ended)
	}
	if s := r.session; s.over() && !allows(r.pauses, s.Err()) {
		return r.fail(o, s.Err())
	}
	return nil
}

// fail wraps the error that ends the call.
func (r *retrier) fail(o *operation, err error) error {
	failure := o.fail(err, r.unknown)
	if e, ok := failure.(*OpError); ok && e.unknown { //nolint:errorlint // fail's own
		e.within = r.c.only(r.session)
	}
	return failure
}

// only is the present session if it is also the first one, or there is no first; else nil.
func (c *Client) only(first *Session) *Session {
	if now := c.Session(); first == nil || first == now {
		return now
	}
	return nil
}

// pause waits for d; if the connection was lost, only until there is one.
func (c *Client) pause(ctx context.Context, d time.Duration, lost bool) error {
	var up <-chan struct{}
	if lost {
		_, up = c.states.present()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-up:
		return nil
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.life.Done():
		return ErrClosed
	}
}
