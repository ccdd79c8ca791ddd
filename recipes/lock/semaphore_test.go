package lock_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

const semaphorePath = "/locks/some"

func semaphore(tb testing.TB, c *client.Client, limit int, opts ...lock.Option) *lock.Semaphore {
	tb.Helper()
	s, err := lock.NewSemaphore(c, semaphorePath, limit, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// under lists one of the semaphore's folders as a bystander sees it.
func under(t *testing.T, c *client.Client, folder string) []string {
	t.Helper()
	names, _, err := c.Children(semaphorePath + "/" + folder).Do(t.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	must(t, err)
	return names
}

// clean checks that nothing is left.
func clean(t *testing.T, c *client.Client) {
	t.Helper()
	if locks, leases := under(t, c, "locks"), under(t, c, "leases"); len(locks)+len(leases) != 0 {
		t.Errorf("left: %v, %v", locks, leases)
	}
}

func TestSemaphore(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		s := semaphore(t, a, 2, lock.WithData([]byte("ada")))
		one, two := got(t, waitFor(ctx, t, s.Acquire)), got(t, waitFor(ctx, t, s.Acquire))
		if two.Token() <= one.Token() {
			t.Errorf("tokens %d, then %d", one.Token(), two.Token())
		}
		names := under(t, b, "leases")
		if len(names) != 2 || !strings.HasPrefix(names[0], "_c_") || !strings.Contains(names[0], "-lease-000000000") {
			t.Errorf("leases: %v", names)
		}
		if data, _, err := b.Get(one.Path()).Do(ctx); string(data) != "ada" || err != nil {
			t.Errorf("data %q, %v", data, err)
		}
		if _, err := semaphore(t, b, 2).TryAcquire(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("try: %v", err)
		}
		third := waitFor(ctx, t, semaphore(t, b, 2).Acquire)
		waits(t, "the third", third)
		fourth := waitFor(ctx, t, s.Acquire)
		waits(t, "the fourth", fourth)
		must(t, two.Unlock())
		must(t, two.Unlock())
		if !errors.Is(context.Cause(two.Context()), lock.ErrUnlocked) {
			t.Errorf("cause %v", context.Cause(two.Context()))
		}
		held := got(t, third)
		waits(t, "the fourth", fourth)
		must(t, one.Unlock())
		must(t, got(t, fourth).Unlock())
		if other, err := s.TryAcquire(ctx); err != nil {
			t.Errorf("try: %v", err)
		} else {
			must(t, other.Unlock())
		}
		must(t, held.Unlock())
		clean(t, b)
	})
}

// Several at once: all of them or none, and never half of them against another that wants several.
func TestAcquireN(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		s := semaphore(t, c, 3)
		first, err := s.AcquireN(ctx, 2)
		must(t, err)
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if held, err := s.AcquireN(short, 2); !errors.Is(err, context.DeadlineExceeded) || held != nil {
			t.Errorf("got %v, %v", held, err)
		}
		if names := under(t, c, "leases"); len(names) != 2 {
			t.Errorf("leases: %v", names)
		}
		done := make(chan []*lock.Held, 1)
		go func() {
			held, err := s.AcquireN(ctx, 3)
			if err != nil {
				t.Error(err)
			}
			done <- held
		}()
		synctest.Wait()
		for i, held := range first {
			if len(done) != 0 {
				t.Fatalf("three beside %d", 2-i)
			}
			must(t, held.Unlock())
			synctest.Wait()
		}
		for _, held := range <-done {
			must(t, held.Unlock())
		}
		clean(t, c)
		if _, err := s.AcquireN(ctx, 0); err == nil {
			t.Error("none acquired")
		}
		clean(t, c)
	})
}

// A limit from a shared count: raising it lets a waiter in at once, lowering it takes nothing away.
func TestSharedSemaphore(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		limit, err := counter.NewSharedCount(c, "/limit", 1)
		must(t, err)
		must(t, limit.Start(ctx))
		defer limit.Close()
		s, err := lock.NewSharedSemaphore(c, semaphorePath, limit)
		must(t, err)
		one := got(t, waitFor(ctx, t, s.Acquire))
		second := waitFor(ctx, t, s.Acquire)
		waits(t, "the second", second)
		must2(t)(limit.Set(ctx, 2))
		two := got(t, second)
		must2(t)(limit.Set(ctx, 1))
		synctest.Wait()
		if one.Context().Err() != nil || two.Context().Err() != nil {
			t.Error("a lease was taken away")
		}
		third := waitFor(ctx, t, s.Acquire)
		must(t, two.Unlock())
		waits(t, "the third", third)
		must(t, one.Unlock())
		must(t, got(t, third).Unlock())

		must2(t)(limit.Set(ctx, 0))
		last := waitFor(ctx, t, s.Acquire)
		waits(t, "the last", last)
		limit.Close()
		if r := <-last; !errors.Is(r.err, counter.ErrClosed) {
			t.Errorf("got %v", r.err)
		}
		clean(t, c)
	})
}

func must2(t *testing.T) func(counter.Snapshot[int32], error) {
	t.Helper()
	return func(_ counter.Snapshot[int32], err error) { must(t, err) }
}

// Uncontended: six requests in three round trips.
func TestSemaphoreCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		s := semaphore(t, w.Connect(t, "a"), 4)
		must(t, got(t, waitFor(t.Context(), t, s.Acquire)).Unlock()) // makes the folders
		const cycles = 20
		before, start := requests(w), time.Now()
		for range cycles {
			held, err := s.Acquire(t.Context())
			must(t, err)
			must(t, held.Unlock())
		}
		if d := time.Since(start); d != cycles*3*2*oneWay {
			t.Errorf("%v round trips a cycle, want 3", float64(d)/float64(cycles*2*oneWay))
		}
		if n := requests(w) - before; n != cycles*6 {
			t.Errorf("%v requests a cycle, want 6", float64(n)/cycles)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// Whatever frame is lost while one acquires behind another: never more leases than there may be, and nothing is left.
func TestSweepSemaphore(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		b := w.Connect(t, "b")
		first := got(t, waitFor(ctx, t, semaphore(t, b, 1).Acquire))
		next := waitFor(ctx, t, semaphore(t, w.Connect(t, zktest.AppHost), 1).Acquire)
		time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew
		waits(t, "the second", next)
		unlocked(t, first.Unlock())
		held := got(t, next)
		if held.Token() <= first.Token() || held.Context().Err() != nil {
			t.Errorf("tokens %d, %d; %v", first.Token(), held.Token(), context.Cause(held.Context()))
		}
		third := waitFor(ctx, t, semaphore(t, b, 1).Acquire)
		time.Sleep(8 * time.Second)
		waits(t, "the third", third)
		if names := under(t, b, "leases"); len(names) != 2 { // the third's waits
			t.Errorf("leases: %v", names)
		}
		_ = held.Unlock() // may not be confirmed
		unlocked(t, got(t, third).Unlock())
		time.Sleep(8 * time.Second)
		clean(t, b)
	})
}

// The same for two leases at once, and for a wait that is given up.
func TestSweepSemaphoreN(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		b := w.Connect(t, "b")
		s := semaphore(t, w.Connect(t, zktest.AppHost), 2)
		held, err := s.AcquireN(t.Context(), 2)
		must(t, err)
		if names := under(t, b, "leases"); len(names) != 2 {
			t.Errorf("leases: %v", names)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.AcquireN(ctx, 2); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(8 * time.Second)
		if locks, leases := under(t, b, "locks"), under(t, b, "leases"); len(locks) != 0 || len(leases) != 2 {
			t.Errorf("after giving up: %v, %v", locks, leases)
		}
		for _, lease := range held {
			_ = lease.Unlock()
		}
		time.Sleep(8 * time.Second)
		clean(t, b)
	})
}

// Its znodes deleted by hand, a foreign child in the way, the session lost, the server restarted.
func TestSemaphoreLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		_, err := b.Create(semaphorePath + "/leases/readme").ParentContainers().Do(ctx)
		must(t, err)
		next := waitFor(ctx, t, semaphore(t, a, 1).Acquire)
		waits(t, "whoever a foreign child counts against", next)
		for _, folder := range []string{"locks", "leases"} { // the gate's, then its own lease's
			for _, name := range under(t, b, folder) {
				if name != "readme" {
					must(t, b.Delete(semaphorePath+"/"+folder+"/"+name).Do(ctx))
				}
			}
			time.Sleep(time.Second)
			waits(t, "who was deleted", next)
			if locks, leases := under(t, b, "locks"), under(t, b, "leases"); len(locks) != 1 || len(leases) != 2 {
				t.Errorf("after deleting %s: %v, %v", folder, locks, leases)
			}
		}
		must(t, b.Delete(semaphorePath+"/leases/readme").Do(ctx))
		held := got(t, next)

		w.Server.Kill()
		time.Sleep(time.Second)
		must(t, w.Server.Start(ctx))
		time.Sleep(3 * time.Second)
		if held.Context().Err() != nil {
			t.Errorf("after a restart: %v", context.Cause(held.Context()))
		}
		behind := waitFor(ctx, t, semaphore(t, b, 1).Acquire)
		waits(t, "the next", behind)
		w.Server.ExpireSession(a.Session().ID())
		<-held.Context().Done()
		if cause := context.Cause(held.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		must(t, held.Unlock())
		second := got(t, behind)
		loser := waitFor(ctx, t, semaphore(t, a, 1).Acquire)
		time.Sleep(5 * time.Second) // it has a new session by then
		waits(t, "the loser", loser)
		w.Server.ExpireSession(a.Session().ID())
		if r := <-loser; !errors.Is(r.err, client.ErrSessionLost) {
			t.Errorf("got %v", r.err)
		}
		must(t, second.Unlock())
		time.Sleep(time.Second)
		clean(t, b)
	})
}

func TestNewSemaphoreChecks(t *testing.T) {
	if _, err := lock.NewSemaphore(nil, "x", 1); !errors.Is(err, zk.ErrInvalidPath) {
		t.Errorf("got %v", err)
	}
	if _, err := lock.NewSemaphore(nil, path, 0); err == nil {
		t.Error("a semaphore of nothing")
	}
}
