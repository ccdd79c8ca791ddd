package lock_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

func reentrant(t *testing.T, c *client.Client, opts ...lock.Option) *lock.Reentrant {
	t.Helper()
	r, err := lock.NewReentrant(c, path, opts...)
	must(t, err)
	return r
}

// again enters with a context that carries the hold.
func again(ctx context.Context, t *testing.T, r *lock.Reentrant) *lock.ReentrantHeld {
	t.Helper()
	held, err := r.Lock(ctx)
	must(t, err)
	return held
}

// The holder enters again, by its context and by the handle, without a request; the last entry that is unlocked unlocks.
func TestReentrant(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		r := reentrant(t, c)
		first := again(t.Context(), t, r)
		before := requests(w)
		entries := []*lock.ReentrantHeld{again(first.Context(), t, r), again(first.With(t.Context()), t, r)}
		by, err := entries[0].Reenter()
		must(t, err)
		try, err := r.TryLock(by.Context())
		must(t, err)
		entries = append(entries, by, try)
		for _, entry := range entries {
			if entry.Path() != first.Path() || entry.Token() != first.Token() {
				t.Errorf("%s, token %d; want %s, %d", entry.Path(), entry.Token(), first.Path(), first.Token())
			}
		}
		if n := requests(w) - before; n != 0 {
			t.Errorf("entering again took %d requests", n)
		}
		other := waiting(t.Context(), t, mutex(t, w.Connect(t, "b")))
		must(t, first.Unlock()) // in any order
		must(t, first.Unlock()) // counts once
		if !errors.Is(context.Cause(first.Context()), lock.ErrUnlocked) {
			t.Errorf("cause %v", context.Cause(first.Context()))
		}
		for _, entry := range entries {
			synctest.Wait()
			if len(other) != 0 || entry.Context().Err() != nil {
				t.Fatalf("no longer held: %v", context.Cause(entry.Context()))
			}
			must(t, entry.Unlock())
		}
		next := <-other
		must(t, next.err)
		must(t, next.held.Unlock())
		if _, err := try.Reenter(); !errors.Is(err, lock.ErrUnlocked) {
			t.Errorf("a hold that is over: %v", err)
		}
	})
}

// An entry that was unlocked can still enter as long as there is another.
func TestReenterWhileAnotherIsIn(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		r := reentrant(t, w.Connect(t, "a"))
		first := again(t.Context(), t, r)
		second := again(first.Context(), t, r)
		must(t, second.Unlock())
		third, err := second.Reenter()
		must(t, err)
		must(t, first.Unlock())
		must(t, third.Unlock())
	})
}

// Contexts without the hold, and other Reentrants, wait.
func TestReentrantExcludesOthers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		r, other := reentrant(t, c), reentrant(t, c)
		held := again(t.Context(), t, r)
		for name, try := range map[string]func() (*lock.ReentrantHeld, error){
			"a context without it": func() (*lock.ReentrantHeld, error) { return r.TryLock(t.Context()) },
			"another Reentrant":    func() (*lock.ReentrantHeld, error) { return other.TryLock(held.Context()) },
		} {
			if _, err := try(); !errors.Is(err, lock.ErrNotAcquired) {
				t.Errorf("%s: %v", name, err)
			}
		}
		must(t, held.Unlock())
	})
}

// What is inside a Do enters by the context that it is given, at any depth and from any goroutine.
func TestReentrantDo(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		r := reentrant(t, w.Connect(t, "a"))
		var depth func(ctx context.Context, n int) error
		depth = func(ctx context.Context, n int) error {
			if n == 0 {
				if holds := lock.Holds(ctx); len(holds) != 5 || holds[0] != holds[4] {
					t.Errorf("holds %v", holds)
				}
				var all sync.WaitGroup
				for range 3 {
					all.Go(func() {
						if err := r.Do(ctx, func(context.Context) error { return nil }); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				return nil
			}
			return r.Do(ctx, func(ctx context.Context) error { return depth(ctx, n-1) })
		}
		must(t, depth(t.Context(), 5))
		all, err := r.Participants(t.Context())
		if len(all) != 0 || err != nil {
			t.Errorf("left: %v, %v", all, err)
		}
	})
}

// A hold that is lost is not silently replaced by another.
func TestReentrantDoesNotOutliveItsHold(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		r := reentrant(t, c)
		held := again(t.Context(), t, r)
		carried := context.WithoutCancel(held.Context())
		work := held.With(t.Context())
		must(t, c.Delete(held.Path()).Do(t.Context()))
		<-work.Done()
		if !errors.Is(context.Cause(work), lock.ErrDeleted) {
			t.Errorf("cause %v", context.Cause(work))
		}
		for _, ctx := range []context.Context{carried, work, held.Context()} {
			if _, err := r.Lock(ctx); !errors.Is(err, lock.ErrDeleted) {
				t.Errorf("entered a hold that is lost: %v", err)
			}
		}
		must(t, held.Unlock())
		next := again(t.Context(), t, r)
		must(t, next.Unlock())
	})
}

// The context of With ends with each of the three that it follows.
func TestReentrantWith(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		r := reentrant(t, w.Connect(t, "a"))
		held := again(t.Context(), t, r)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		<-held.With(ctx).Done()
		if held.Context().Err() != nil {
			t.Error("the hold ends with the caller's context")
		}
		second := again(held.Context(), t, r)
		work := second.With(t.Context())
		must(t, second.Unlock())
		<-work.Done()
		if !errors.Is(context.Cause(work), lock.ErrUnlocked) || held.Context().Err() != nil {
			t.Errorf("cause %v, hold %v", context.Cause(work), held.Context().Err())
		}
		must(t, held.Unlock())
	})
}
