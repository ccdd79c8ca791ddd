package lock_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What others shipped as bugs, beside what the other tests guard: each test is named after what must not come back.

// A create that was given up is withdrawn by its id, so the next attempt must have another, or its znode would be withdrawn (CURATOR-45, -79).
func TestNextAttemptHasAnotherID(t *testing.T) {
	for names := range forms {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			b := w.Connect(t, "b")
			must(t, acquire(t, mutex(t, b, lock.WithNames(names))).Unlock())
			m := mutex(t, w.Connect(t, "a"), lock.WithNames(names))
			heal := w.Net.Inject(fault.Always(ours("a", true), fault.Drop))
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if _, err := m.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			heal()
			held := acquire(t, m) // while the first one's znode is being withdrawn
			time.Sleep(9 * time.Second)
			if held.Context().Err() != nil || exists(t, b, held.Path()) != held.Token() {
				t.Errorf("%v: withdrawn: %v", names, context.Cause(held.Context()))
			}
			must(t, held.Unlock())
		})
	}
}

// The hold has ended before its delete is sent, so a delete that fails does not leave somebody who believes to hold (CURATOR-376, -164).
func TestHoldEndsBeforeItsDelete(t *testing.T) {
	for name, kind := range sweptKinds {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			held, err := kind.app(t, w.Connect(t, "a"))(t.Context())
			must(t, err)
			time.Sleep(time.Second) // what was needed to acquire it has been given back
			var deletes atomic.Int32
			w.Net.Intercept(func(f fault.Frame) fault.Action {
				if !fault.Request("delete").Matches(f) {
					return fault.Pass
				}
				if deletes.Add(1); held.Context().Err() == nil {
					t.Errorf("%s: still held while its delete is sent", name)
				}
				return fault.Cut
			})
			start := time.Now()
			err = held.Unlock()
			if deletes.Load() == 0 || !errors.Is(err, client.ErrConnectionLoss) && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %d deletes, %v", name, deletes.Load(), err)
			}
			if d := time.Since(start); d > time.Duration(len(tokens(held)))*time.Second {
				t.Errorf("%s: unlocking took %v", name, d)
			}
			before := deletes.Load()
			if again := held.Unlock(); again == nil || again.Error() != err.Error() || deletes.Load() != before {
				t.Errorf("%s: unlocked twice: %v, then %v; %d deletes, then %d", name, err, again, before, deletes.Load())
			}
		})
	}
}

// An end of the wait between a create and its listing leaves nothing, neither a contender nor a lease (CURATOR-335, -462), and a create
// that is still on its way then is undone when it arrives (CURATOR-18).
func TestEndOfTheWaitAfterACreate(t *testing.T) {
	for name, kind := range sweptKinds {
		for n := 1; n <= 2; n++ { // a semaphore's second is its lease
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				b := w.Connect(t, "b")
				first, err := kind.app(t, b)(t.Context())
				must(t, err)
				must(t, first.Unlock())
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				w.Net.Intercept(nthMatch(n, fault.Request("create").Host("a"), func() {
					cancel()
					time.Sleep(3 * time.Second) // the create is on its way for a while
				}))
				held, err := kind.app(t, w.Connect(t, "a"))(ctx)
				if ctx.Err() == nil {
					must(t, err) // there is no second create
					must(t, held.Unlock())
				} else if !errors.Is(err, context.Canceled) {
					t.Errorf("%s: got %v", name, err)
				}
				time.Sleep(9 * time.Second) // less than the session timeout
				synctest.Wait()
				for n, err := range b.Walk(path).Do(t.Context()) {
					must(t, err)
					if n.Stat.EphemeralOwner != 0 {
						t.Errorf("%s: left %s", name, n.Path)
					}
				}
			})
		}
	}
}

// nthMatch does something before the nth matching frame goes on its way.
func nthMatch(n int, match fault.Match, do func()) func(fault.Frame) fault.Action {
	return func(f fault.Frame) fault.Action { // frames of one connection come one after another
		if match.Matches(f) {
			if n--; n == 0 {
				do()
			}
		}
		return fault.Pass
	}
}

// What happens while a waiter has no connection wakes it afterwards: nobody waits on a watch that is gone (CURATOR-623, -311).
func TestWaitersAreWokenAfterCuts(t *testing.T) {
	for name, kind := range sweptKinds {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			a, b := w.Connect(t, "a"), w.Connect(t, "b")
			held, err := kind.other(t, b)(t.Context())
			must(t, err)
			done := make(chan error, 1)
			go func() {
				next, err := kind.app(t, a)(t.Context())
				if err == nil {
					err = next.Unlock()
				}
				done <- err
			}()
			time.Sleep(time.Second)
			w.Host("a").Partition()
			must(t, held.Unlock()) // its event is lost
			time.Sleep(time.Second)
			w.Host("a").Cut()
			w.Host("a").Heal()
			if err := <-done; err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}
