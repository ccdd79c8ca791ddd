package queue

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/own"
)

// ownWatchAfter is how long an item is held before its lock is watched.
const ownWatchAfter = 250 * time.Millisecond

// hold is one item that was taken: with a lock path it is still in the queue, without one it is nowhere else.
type hold struct {
	e       *engine
	name    string
	data    []byte
	session *client.Session

	ctx      context.Context // ends when the item is settled or no longer held
	end      context.CancelCauseFunc
	kept     func() bool     // ends the looking after a hold that is lost
	timer    *time.Timer     // starts the watch over the lock
	watching context.Context // that watch's life, which ends when the lock is deleted, and not one request later
	unwatch  context.CancelFunc
	settled  *job        // what becomes of it; guarded by the engine's mu
	released atomic.Bool // it stays in its place
}

// begin begins the hold.
func (h *hold) begin() {
	h.e.mu.Lock() // what ends the hold at once waits until all is there
	defer h.e.mu.Unlock()
	h.e.held[h] = struct{}{}
	if h.e.lockPath == "" {
		return
	}
	// What is lost and never settled is let go of: it is for everybody again, here, too.
	h.kept = context.AfterFunc(h.ctx, func() { h.release() })
	h.watching, h.unwatch = context.WithCancel(h.e.clean)
	h.timer = time.AfterFunc(ownWatchAfter, func() { h.e.background(func(context.Context) { h.watchOwn() }) })
}

// watchOwn ends the hold when its lock is deleted by somebody else. If the item is being settled it may have been this consumer's own
// transaction, whose answer was lost.
func (h *hold) watchOwn() {
	if own.Gone(h.ctx, h.watching, h.e.c, h.e.lock(h.name), nil) && !h.settling() {
		h.end(ErrNotHeld)
	}
}

func (h *hold) settling() bool {
	h.e.mu.Lock()
	defer h.e.mu.Unlock()
	return h.settled != nil
}

// settle begins what settles the item, unless something has. It goes on whatever becomes of the caller.
func (h *hold) settle(by *carrier, j *job) (*job, bool) {
	h.e.mu.Lock()
	if h.settled != nil {
		j = h.settled
		h.e.mu.Unlock()
		return j, false
	}
	h.settled = j.begin() // who comes second waits for it, maybe before it is added
	delete(h.e.held, h)
	h.e.mu.Unlock()
	by.add(j)
	return j, true
}

// job is one that changes the item and its lock.
func (h *hold) job(ops []client.Op, size int, alone func(ctx context.Context, lost error) error) *job {
	return &job{
		ctx: h.e.clean, ops: ops, size: size, ready: h.lost, after: h.over,
		alone: func(ctx context.Context, lost error) ([]string, error) { return nil, alone(ctx, lost) },
	}
}

// lost is why the item is no longer held, as far as is known here.
func (h *hold) lost() error {
	if h.e.lockPath == "" {
		return nil
	}
	if err := h.session.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotHeld, err)
	}
	if errors.Is(context.Cause(h.ctx), ErrNotHeld) {
		return ErrNotHeld
	}
	return nil
}

// before is what a call returns that comes too late to settle the item.
func (h *hold) before() error {
	switch cause := context.Cause(h.ctx); {
	case cause == nil, errors.Is(cause, ErrSettled):
		return ErrSettled
	case errors.Is(cause, ErrClosed), errors.Is(cause, ErrNotHeld):
		return cause
	default:
		return fmt.Errorf("%w: %w", ErrNotHeld, cause)
	}
}

// over ends what the hold needed.
func (h *hold) over(err error) {
	if h.kept != nil {
		h.kept()
	}
	if err != nil {
		h.end(err)
	}
	h.end(ErrSettled)
	if h.timer != nil {
		h.timer.Stop()
		h.unwatch()
	}
	h.e.feed.drop(h.name, err != nil || h.released.Load())
}

func (h *hold) item() client.Op { return h.e.c.Delete(h.e.item(h.name)) }
func (h *hold) lock() client.Op { return h.e.c.Delete(h.e.lock(h.name)) }

// done takes the item off the queue.
func (h *hold) done() (*job, bool) {
	if h.e.lockPath == "" {
		return h.settle(h.e.settles, &job{after: h.over})
	}
	ops := []client.Op{h.item(), h.lock()}
	return h.settle(h.e.settles, h.job(ops, 2*len(h.e.path), func(ctx context.Context, lost error) error { return h.replace(ctx, ops, lost) }))
}

// requeue puts a new item with data in the item's place.
func (h *hold) requeue(data []byte) (*job, bool) {
	if h.e.lockPath == "" {
		j := h.e.putJob(h.e.clean, []load{{prefix: again(h.name), data: data}})
		j.after = h.over
		return h.settle(h.e.puts, j)
	}
	ops := []client.Op{h.item(), h.lock(), h.e.c.Create(h.e.item(again(h.name))).Sequential().Data(data)}
	return h.settle(h.e.settles, h.job(ops, len(data)+3*len(h.e.path), func(ctx context.Context, lost error) error { return h.replace(ctx, ops, lost) }))
}

// release unlocks the item and leaves it in its place; without a lock it is put again. A child of the queue that comes and goes in the same transaction tells waiting consumers.
func (h *hold) release() (*job, bool) {
	if h.e.lockPath == "" {
		return h.requeue(h.data)
	}
	h.released.Store(true)
	bell := h.e.item("released-" + h.name)
	ops := []client.Op{h.lock(), h.e.c.Create(bell).Data([]byte{}), h.e.c.Delete(bell)}
	return h.settle(h.e.settles, h.job(ops, 3*len(h.e.path), func(ctx context.Context, _ error) error { return h.unlock(ctx, ops) }))
}

// replace does a transaction that deletes the item, until it is decided. lost is the error of an attempt that may have been done. As long as the item
// is held nobody else deletes it, so if it is gone that attempt was done; names are not used twice.
func (h *hold) replace(ctx context.Context, ops []client.Op, lost error) error {
	for {
		if err := h.lost(); err != nil {
			return h.tooLate(ctx, err, lost)
		}
		_, err := h.e.c.Txn(ops...).Do(ctx)
		switch {
		case err == nil:
			return nil
		case client.MayHaveApplied(err):
			lost = err
		case errors.Is(err, zk.ErrNoNode) && index(err) == 0:
			if err := h.lost(); err != nil { // another may have had it by then
				return h.tooLate(ctx, err, lost)
			}
			if lost != nil {
				return nil //nolint:nilerr // the lost attempt did it
			}
			_ = h.unlock(ctx, []client.Op{h.lock()}) // the item was deleted by hand; at the latest the lock goes with the session
			return ErrNotHeld
		case errors.Is(err, zk.ErrNoNode) && index(err) == 1:
			return ErrNotHeld
		case !client.Retryable(err):
			_ = h.unlock(ctx, []client.Op{h.lock()})
			return err
		}
		if err := h.e.c.WaitConnected(ctx); err != nil {
			return err
		}
	}
}

// tooLate is the error for an item that is no longer held. If an attempt may have been done, and the item is not there, nobody can know whether it was
// that attempt or another consumer.
func (h *hold) tooLate(ctx context.Context, why, lost error) error {
	if lost == nil {
		return why
	}
	there, _, err := h.e.c.Exists(h.e.item(h.name)).Do(ctx)
	if err == nil && there {
		return why
	}
	return fmt.Errorf("%w: %w", why, lost)
}

// unlock does a transaction that deletes the lock, as long as that is this consumer's.
func (h *hold) unlock(ctx context.Context, ops []client.Op) error {
	for {
		if err := h.lost(); err != nil {
			return nil //nolint:nilerr // the lock went with its session, or by hand
		}
		v, err := h.e.owner(ctx, h.name)
		if err == nil && v != got {
			return nil
		}
		if err == nil {
			_, err = h.e.c.Txn(ops...).Do(ctx)
		}
		switch {
		case err == nil:
			return nil
		case client.MayHaveApplied(err), client.Retryable(err):
		case len(ops) > 1:
			ops = ops[:1] // the bell is not allowed
			continue
		default:
			return err
		}
		if err := h.e.c.WaitConnected(ctx); err != nil {
			return err
		}
	}
}
