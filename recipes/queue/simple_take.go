package queue

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// How long who was woken for nothing waits before it looks again: at random, up to a bound that doubles each time.
const (
	simpleSpreadFirst = 2 * time.Millisecond
	simpleSpreadMost  = 32 * time.Millisecond
	simplePause       = 100 * time.Millisecond // after a failure that may pass
)

// simpleWait is what the one knows that waits for all.
type simpleWait struct {
	watch  *client.Watch // on the children of path, armed when there was no item; nil if there is none
	idle   bool          // there was nothing the last time: look with a watch at once
	spread time.Duration
}

// take takes the first items, n at most, and waits until there is one.
func (q *simpleCore) take(ctx context.Context, n int) ([][]byte, error) {
	ctx, release := q.bound(ctx)
	defer release()
	for {
		items, err := q.tryTake(ctx, n)
		switch {
		case errors.Is(err, errSimpleAgain):
			n = (n + 1) / 2
		case err == nil || !client.Retryable(err) || simpleDoubtful(err):
			return items, err
		default:
			if err := q.pause(ctx, simplePause); err != nil {
				return nil, err
			}
			if err := q.c.WaitConnected(ctx); err != nil {
				return nil, err
			}
		}
	}
}

func simpleDoubtful(err error) bool {
	var doubt *SimpleDoubtError
	return errors.As(err, &doubt)
}

// tryTake waits for an item and sends its delete. One call at a time waits; the next may as soon as the delete is on its way, or, if others may have been
// woken by the same item, is done.
func (q *simpleCore) tryTake(ctx context.Context, n int) ([][]byte, error) {
	if err := q.door.enter(ctx); err != nil {
		return nil, err
	}
	sent, waited, err := q.await(ctx, n)
	if err != nil {
		q.door.leave()
		return nil, err
	}
	if !waited {
		q.wait.idle = false
		q.door.leave()
		return q.finish(ctx, sent)
	}
	defer q.door.leave()
	items, err := q.finish(ctx, sent)
	if errors.Is(err, errSimpleAgain) {
		q.wait.lost()
	} else {
		q.wait.won()
	}
	return items, err
}

// lost notes that the call was woken and another process was faster.
func (w *simpleWait) lost() { w.spread = min(max(2*w.spread, simpleSpreadFirst), simpleSpreadMost) }

// won notes that the call was woken and got something.
func (w *simpleWait) won() {
	w.spread /= 2
	if w.spread < simpleSpreadFirst {
		w.spread = 0
	}
}

// await waits until there is an item and sends its delete. The caller has the door.
func (q *simpleCore) await(ctx context.Context, n int) (sent *simpleSent, waited bool, err error) {
	w := &q.wait
	watching := w.idle // whether to look with a watch; reading what is guessed takes a look without
	for {
		if w.watch != nil {
			if err := q.woken(ctx); err != nil {
				return nil, waited, err
			}
			waited = true
			watching = w.spread > 0 // others are likely to have been faster
		}
		if err := q.turn.enter(ctx); err != nil {
			return nil, waited, err
		}
		if watching {
			there, err := q.arm(ctx)
			if err != nil || !there {
				q.turn.leave()
				if err != nil {
					return nil, waited, err
				}
				if waited {
					w.lost()
				}
				continue
			}
		}
		sent, err := q.begin(ctx, n)
		if err != nil || sent != nil {
			return sent, waited, err
		}
		if waited && !watching {
			w.lost()
		}
		w.idle, watching = true, true
	}
}

// woken waits for the watch, and then for those that were woken with this call and have lost fewer races.
func (q *simpleCore) woken(ctx context.Context) error {
	w := &q.wait
	select {
	case <-w.watch.Events():
		w.watch = nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if w.spread == 0 {
		return nil
	}
	return q.pause(ctx, rand.N(w.spread)) //nolint:gosec // no secret
}

// arm looks what there is and watches for more. It tells whether there is an item. The caller has the door and the turn.
func (q *simpleCore) arm(ctx context.Context) (bool, error) {
	if err := q.undoubted(ctx); err != nil {
		return false, err
	}
	there, err := q.watchParent(ctx)
	if err == nil && !there {
		if err = q.ensure(ctx); err == nil {
			there, err = q.watchParent(ctx)
		}
	}
	if err != nil || !there {
		return true, err // gone again: the next look begins anew
	}
	watching, cancel := context.WithCancelCause(q.life)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	at := time.Now()
	names, _, watch, err := q.c.Children(q.path).DoW(watching)
	stop()
	if err != nil {
		cancel(nil)
	}
	switch {
	case errors.Is(err, zk.ErrNoNode):
		q.empty()
		return true, nil // as above
	case err != nil:
		return false, err
	}
	q.know(names, at)
	if len(q.look.items) > 0 {
		return true, nil // the watch is used up by what is taken now
	}
	q.wait.watch = watch
	return false, nil
}

func (q *simpleCore) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
