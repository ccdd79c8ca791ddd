package lock_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

// kinds are all that can be held, with its Do.
func kinds(t *testing.T, c *client.Client) map[string]func(context.Context, func(context.Context) error) error {
	t.Helper()
	r, err := lock.NewReentrant(c, path)
	must(t, err)
	s, err := lock.NewSemaphoreMutex(c, "/locks/semaphore-mutex")
	must(t, err)
	m, err := lock.NewMulti(mutex(t, c), semaphore(t, c, 1))
	must(t, err)
	return map[string]func(context.Context, func(context.Context) error) error{
		"mutex": mutex(t, c).Do, "reentrant": r.Do, "write": rw(t, c).Do, "read": rw(t, c).RDo, "semaphore": semaphore(t, c, 1).Do,
		"semaphore mutex": s.Do, "multi": m.Do,
	}
}

// f runs while the lock is held, knows the hold, and what it returns is returned.
func TestDo(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		type key struct{}
		ctx := context.WithValue(t.Context(), key{}, "mine")
		failed := errors.New("failed")
		for name, do := range kinds(t, c) {
			var inner context.Context
			var holds []*lock.Held
			err := do(ctx, func(ctx context.Context) error {
				inner, holds = ctx, lock.Holds(ctx)
				if ctx.Value(key{}) != "mine" || ctx.Err() != nil {
					t.Errorf("%s: the context of f", name)
				}
				for _, held := range holds {
					if exists(t, c, held.Path()) != held.Token() || held.Context().Err() != nil {
						t.Errorf("%s: %s is not held", name, held.Path())
					}
				}
				return failed
			})
			if want := 1 + strings.Count(name, "multi"); len(holds) != want || !errors.Is(err, failed) || err.Error() != "failed" {
				t.Errorf("%s: %d holds, %v", name, len(holds), err)
			}
			for _, held := range holds {
				if ok, _, err := c.Exists(held.Path()).Do(ctx); ok || err != nil || !errors.Is(context.Cause(held.Context()), lock.ErrUnlocked) {
					t.Errorf("%s: %s is still held: %v", name, held.Path(), err)
				}
			}
			if inner.Err() == nil {
				t.Errorf("%s: the context of f goes on", name)
			}
			must(t, do(ctx, func(context.Context) error { return nil }))
		}
		if lock.Holds(ctx) != nil {
			t.Error("holds from nowhere")
		}
	})
}

// The hold ends while f runs: f's context tells, and Do does.
func TestDoTellsOfLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for name, do := range kinds(t, c) {
			failed := errors.New("failed")
			for _, returned := range []error{nil, failed} {
				err := do(t.Context(), func(ctx context.Context) error {
					held := lock.Holds(ctx)
					must(t, c.Delete(held[len(held)-1].Path()).Do(t.Context()))
					<-ctx.Done()
					if !errors.Is(context.Cause(ctx), lock.ErrDeleted) {
						t.Errorf("%s: f learns %v", name, context.Cause(ctx))
					}
					return returned
				})
				if !errors.Is(err, lock.ErrDeleted) || returned != nil && !errors.Is(err, returned) || !strings.HasPrefix(err.Error(), "lock: do: ") {
					t.Errorf("%s: got %v", name, err)
				}
			}
			session := c.Session()
			err := do(t.Context(), func(ctx context.Context) error {
				w.Server.ExpireSession(session.ID())
				<-ctx.Done()
				return context.Cause(ctx)
			})
			if !errors.Is(err, client.ErrSessionLost) {
				t.Errorf("%s: got %v", name, err)
			}
			for c.Session() == session {
				time.Sleep(time.Second)
			}
		}
	})
}

// The caller's context ends f's, and no lock is lost by that.
func TestDoEndsWithItsContext(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for name, do := range kinds(t, c) {
			ctx, cancel := context.WithCancelCause(t.Context())
			enough := errors.New("enough")
			called := false
			err := do(ctx, func(ctx context.Context) error {
				called = true
				cancel(enough)
				<-ctx.Done()
				return context.Cause(ctx)
			})
			if !called || !errors.Is(err, enough) || err.Error() != "enough" {
				t.Errorf("%s: got %v", name, err)
			}
			if err := do(ctx, func(context.Context) error { panic("called") }); !errors.Is(err, enough) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	})
}

// A panic unlocks, and goes on.
func TestDoUnlocksOnPanic(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for name, do := range kinds(t, c) {
			var path string
			func() {
				defer func() {
					if recover() != "oh" {
						t.Errorf("%s: the panic is gone", name)
					}
				}()
				_ = do(t.Context(), func(ctx context.Context) error {
					path = lock.Holds(ctx)[0].Path()
					panic("oh")
				})
			}()
			synctest.Wait()
			if ok, _, err := c.Exists(path).Do(t.Context()); ok || err != nil {
				t.Errorf("%s: still held: %v", name, err)
			}
		}
	})
}

// f may unlock or downgrade what it holds: that is no loss.
func TestDoUnlockedByItsFunction(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		for name, do := range kinds(t, w.Connect(t, "a")) {
			if err := do(t.Context(), func(ctx context.Context) error { return lock.Holds(ctx)[0].Unlock() }); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Holds grows with each Do inside another, the outermost first.
func TestHoldsNest(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		must(t, mutex(t, c).Do(t.Context(), func(ctx context.Context) error {
			return semaphore(t, c, 2).Do(ctx, func(inner context.Context) error {
				outer, all := lock.Holds(ctx), lock.Holds(inner)
				if len(outer) != 1 || len(all) != 2 || all[0] != outer[0] || !strings.Contains(all[1].Path(), "lease-") {
					t.Errorf("holds %v, then %v", outer, all)
				}
				_, err := c.Txn(all[0].Guard(), all[1].Guard(), c.Create("/written")).Do(inner)
				return err
			})
		}))
	})
}
