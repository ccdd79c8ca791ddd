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
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

func at(t *testing.T, c *client.Client, path string) *lock.Mutex {
	t.Helper()
	m, err := lock.NewMutex(c, path)
	must(t, err)
	return m
}

func multi(t *testing.T, locks ...lock.Locker) *lock.Multi {
	t.Helper()
	m, err := lock.NewMulti(locks...)
	must(t, err)
	return m
}

// multiWaiting starts a Lock and returns once it waits.
func multiWaiting(ctx context.Context, t *testing.T, m *lock.Multi) <-chan multiResult {
	t.Helper()
	done := make(chan multiResult, 1)
	go func() {
		held, err := m.Lock(ctx)
		done <- multiResult{held, err}
	}()
	synctest.Wait()
	if len(done) != 0 {
		t.Fatalf("Lock does not wait: %v", (<-done).err)
	}
	return done
}

type multiResult struct {
	held *lock.MultiHeld
	err  error
}

// holders tells which of the paths is held.
func holders(t *testing.T, c *client.Client, paths ...string) (held []string) {
	t.Helper()
	for _, path := range paths {
		all, err := at(t, c, path).Participants(t.Context())
		must(t, err)
		if len(all) > 0 {
			held = append(held, path)
		}
	}
	return held
}

// All kinds of locks as one, and one of that and others.
func TestMulti(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		sm, err := lock.NewSemaphoreMutex(c, "/m/semaphore-mutex")
		must(t, err)
		r := reentrant(t, c)
		both := multi(t, at(t, c, "/m/1"), at(t, c, "/m/2"))
		m := multi(t, both, r, sm, semaphore(t, c, 2), rwAt(t, c, "/m/write"), rwAt(t, c, "/m/read").RLocker(), r)
		held, err := m.Lock(t.Context())
		must(t, err)
		var tokens []int64
		for _, part := range held.Parts() {
			tokens = append(tokens, part.Token())
			if exists(t, b, part.Path()) != part.Token() {
				t.Errorf("%s is not held", part.Path())
			}
		}
		if len(tokens) != 8 || tokens[2] != tokens[7] {
			t.Errorf("tokens %v", tokens)
		}
		for i := range 6 {
			if tokens[i] >= tokens[i+1] {
				t.Errorf("not in order: tokens %v", tokens)
			}
		}
		if _, err := multi(t, at(t, b, "/m/2")).TryLock(t.Context()); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("try: %v", err)
		}
		read, err := rwAt(t, b, "/m/read").TryRLock(t.Context())
		must(t, err)
		must(t, read.Unlock())
		next := multiWaiting(t.Context(), t, multi(t, at(t, b, "/m/1"), at(t, b, "/m/2")))
		must(t, held.Unlock())
		must(t, held.Unlock())
		if !errors.Is(context.Cause(held.Context()), lock.ErrUnlocked) {
			t.Errorf("cause %v", context.Cause(held.Context()))
		}
		got := <-next
		must(t, got.err)
		must(t, got.held.Unlock())
		for _, part := range held.Parts() {
			if ok, _, err := b.Exists(part.Path()).Do(t.Context()); ok || err != nil {
				t.Errorf("%s is left, %v", part.Path(), err)
			}
		}
	})
}

func rwAt(t *testing.T, c *client.Client, path string) *lock.RWMutex {
	t.Helper()
	m, err := lock.NewRWMutex(c, path)
	must(t, err)
	return m
}

// The locks are acquired in order and unlocked in reverse.
func TestMultiUnlocksInReverse(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		held, err := multi(t, at(t, c, "/m/1"), at(t, c, "/m/2"), at(t, c, "/m/3")).Lock(t.Context())
		must(t, err)
		order := make(chan string, 3)
		for _, path := range []string{"/m/1", "/m/2", "/m/3"} {
			other := waiting(t.Context(), t, at(t, c, path))
			go func() {
				r := <-other
				order <- path
				_ = r.held.Unlock()
			}()
		}
		time.Sleep(time.Second) // all of them wait
		must(t, held.Unlock())
		for _, want := range []string{"/m/3", "/m/2", "/m/1"} {
			if got := <-order; got != want {
				t.Errorf("unlocked %s before %s", got, want)
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(5*time.Millisecond))) // so that one unlocking is over before the next begins
}

// A lock in the middle that cannot be had: those before it are given back, those behind it were never touched.
func TestMultiIsUndone(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		paths := []string{"/m/1", "/m/2", "/m/3"}
		m := multi(t, at(t, c, paths[0]), at(t, c, paths[1]), at(t, c, paths[2]))
		other := acquire(t, at(t, b, "/m/2"))
		if _, err := m.TryLock(t.Context()); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("try: %v", err)
		}
		if all := holders(t, b, paths...); len(all) != 1 {
			t.Errorf("left: %v", all)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wait := multiWaiting(ctx, t, m)
		if all := holders(t, b, paths...); len(all) != 2 || all[0] != "/m/1" {
			t.Errorf("held while it waits: %v", all)
		}
		if r := <-wait; !errors.Is(r.err, context.DeadlineExceeded) || r.held != nil {
			t.Errorf("got %v", r.err)
		}
		if all, err := at(t, b, "/m/2").Participants(t.Context()); len(all) != 1 || err != nil {
			t.Errorf("left: %v, %v", all, err)
		}
		if all := holders(t, b, paths...); len(all) != 1 {
			t.Errorf("left: %v", all)
		}
		must(t, other.Unlock())
	})
}

// A lock that is lost while another is waited for ends the wait.
func TestMultiLosesOneWhileItWaits(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		other := acquire(t, at(t, b, "/m/2"))
		wait := multiWaiting(t.Context(), t, multi(t, at(t, c, "/m/1"), at(t, c, "/m/2")))
		names, _, err := b.Children("/m/1").Do(t.Context())
		must(t, err)
		must(t, b.Delete("/m/1/"+names[0]).Do(t.Context()))
		r := <-wait
		if !errors.Is(r.err, lock.ErrDeleted) || r.held != nil || !strings.Contains(r.err.Error(), "number 2 of 2: another was lost") {
			t.Errorf("got %v", r.err)
		}
		synctest.Wait()
		if all, err := at(t, b, "/m/2").Participants(t.Context()); len(all) != 1 || err != nil {
			t.Errorf("left: %v, %v", all, err)
		}
		must(t, other.Unlock())
	})
}

// The hold ends when one of its locks is lost, and the others stay held until it is unlocked.
func TestMultiHoldEndsWithAnyOfItsLocks(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		m := multi(t, at(t, c, "/m/1"), at(t, c, "/m/2"), at(t, c, "/m/3"))
		for i := range 3 {
			held, err := m.Lock(t.Context())
			must(t, err)
			must(t, c.Delete(held.Parts()[i].Path()).Do(t.Context()))
			<-held.Context().Done()
			if !errors.Is(context.Cause(held.Context()), lock.ErrDeleted) {
				t.Errorf("cause %v", context.Cause(held.Context()))
			}
			if all := holders(t, c, "/m/1", "/m/2", "/m/3"); len(all) != 2 {
				t.Errorf("held: %v", all)
			}
			must(t, held.Unlock())
			if all := holders(t, c, "/m/1", "/m/2", "/m/3"); len(all) != 0 {
				t.Errorf("left: %v", all)
			}
		}
		held, err := m.Lock(t.Context())
		must(t, err)
		w.Server.ExpireSession(c.Session().ID())
		<-held.Context().Done()
		if !errors.Is(context.Cause(held.Context()), client.ErrSessionLost) {
			t.Errorf("cause %v", context.Cause(held.Context()))
		}
		must(t, held.Unlock())
	})
}

func TestMultiOfNothing(t *testing.T) {
	for _, locks := range [][]lock.Locker{nil, {nil}} {
		if m, err := lock.NewMulti(locks...); err == nil || m != nil {
			t.Errorf("%v: %v", locks, err)
		}
	}
}
