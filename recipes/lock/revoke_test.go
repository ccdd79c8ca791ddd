package lock_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

func asked(held interface{ Revoked() <-chan struct{} }) bool {
	select {
	case <-held.Revoked():
		return true
	default:
		return false
	}
}

// A holder and a waiter are asked; nothing is released for that.
func TestRevoke(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		m := mutex(t, c, lock.WithRevocation())
		held := acquire(t, m)
		wait := waiting(ctx, t, m)
		last := waiting(ctx, t, m)
		all, err := mutex(t, b).Participants(ctx)
		must(t, err)
		if len(all) != 3 || len(all[0].Data) != 0 {
			t.Fatalf("participants: %+v", all)
		}
		_, err = b.Set(all[0].Path).Data([]byte("__REVOKE")).Do(ctx)
		must(t, err)
		synctest.Wait()
		if asked(held) {
			t.Error("asked by something else")
		}
		must(t, lock.Revoke(ctx, b, all[0].Path))
		must(t, lock.Revoke(ctx, b, all[1].Path))
		must(t, lock.Revoke(ctx, b, all[1].Path))
		synctest.Wait()
		if !asked(held) || held.Context().Err() != nil || len(wait) != 0 {
			t.Errorf("asked %v, hold %v", asked(held), held.Context().Err())
		}
		if data, _, err := b.Get(held.Path()).Do(ctx); string(data) != "__REVOKE__" || err != nil {
			t.Errorf("data %q, %v", data, err)
		}
		all, err = mutex(t, b).Participants(ctx)
		must(t, err)
		if !all[0].Revoked || !all[1].Revoked || all[2].Revoked {
			t.Errorf("participants: %+v", all)
		}
		must(t, held.Unlock())
		r := <-wait
		must(t, r.err)
		if !asked(r.held) {
			t.Error("a waiter has forgotten what it was asked")
		}
		must(t, r.held.Unlock())
		r = <-last
		must(t, r.err)
		if asked(r.held) {
			t.Error("asked, but by nobody")
		}
		must(t, r.held.Unlock())
		must(t, lock.Revoke(ctx, b, r.held.Path())) // who has gone
	})
}

// All kinds can be asked; a lock that is not revocable is deaf.
func TestRevokeKinds(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		type hold interface {
			Path() string
			Revoked() <-chan struct{}
			Unlock() error
		}
		check := func(name string, held hold, err error, hears bool) {
			t.Helper()
			must(t, err)
			must(t, lock.Revoke(ctx, c, held.Path()))
			time.Sleep(time.Second)
			if asked(held) != hears {
				t.Errorf("%s: asked %v", name, asked(held))
			}
			must(t, held.Unlock())
		}
		revocable := lock.WithRevocation()
		r, err := reentrant(t, c, revocable).Lock(ctx)
		check("reentrant", r, err, true)
		write, err := rw(t, c, revocable).Lock(ctx)
		check("write", write, err, true)
		write, err = rw(t, c, revocable).Lock(ctx)
		must(t, err)
		read, err := write.Downgrade(ctx)
		check("downgraded", read, err, true)
		read, err = rw(t, c, revocable).RLock(ctx)
		check("read", read, err, true)
		lease, err := semaphore(t, c, 1, revocable).Acquire(ctx)
		check("lease", lease, err, true)
		sm, err := lock.NewSemaphoreMutex(c, semaphorePath, revocable)
		must(t, err)
		held, err := sm.Lock(ctx)
		check("semaphore mutex", held, err, true)
		held, err = mutex(t, c).Lock(ctx)
		check("mutex that is not revocable", held, err, false)
	})
}

// Asking survives cuts of the connection, on either side.
func TestRevokeThroughCuts(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		held := acquire(t, mutex(t, c, lock.WithRevocation()))
		w.Host("a").Cut()
		must(t, lock.Revoke(t.Context(), b, held.Path()))
		<-held.Revoked()
		must(t, held.Unlock())
	})
}

// The marker costs one event and one request; the watch from the first moment one more of each a cycle.
func TestRevocableCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		m := mutex(t, c, lock.WithRevocation())
		cycle := func(revoke bool) (int64, int64) {
			reqs, events := requests(w), w.Server.Stats().WatchEvents
			held := acquire(t, m)
			synctest.Wait() // short holds may end before the watch is there
			if revoke {
				must(t, lock.Revoke(t.Context(), b, held.Path()))
				<-held.Revoked()
				synctest.Wait()
			}
			must(t, held.Unlock())
			return requests(w) - reqs, w.Server.Stats().WatchEvents - events
		}
		cycle(false) // makes the folder
		if reqs, events := cycle(false); reqs != 3+1 || events != 1 {
			t.Errorf("%d requests, %d events; want 4 and 1", reqs, events)
		}
		if reqs, events := cycle(true); reqs != 3+1+1+1 || events != 2 {
			t.Errorf("revoked: %d requests, %d events; want 6, with the revoker's, and 2", reqs, events)
		}
	})
}

func TestRevokeErrors(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		if err := lock.Revoke(t.Context(), c, "x"); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("got %v", err)
		}
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		if err := lock.Revoke(ctx, c, path); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		must(t, c.Close(t.Context()))
		if err := lock.Revoke(t.Context(), c, path); !errors.Is(err, client.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}
