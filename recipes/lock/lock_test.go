package lock_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

const path = "/locks/one"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mutex(t *testing.T, c *client.Client, opts ...lock.Option) *lock.Mutex {
	t.Helper()
	m, err := lock.NewMutex(c, path, opts...)
	must(t, err)
	return m
}

func acquire(t *testing.T, m *lock.Mutex) *lock.Held {
	t.Helper()
	held, err := m.Lock(t.Context())
	must(t, err)
	return held
}

// contenders lists the lock's folder as a bystander sees it.
func contenders(t *testing.T, c *client.Client) []string {
	t.Helper()
	names, _, err := c.Children(path).Do(t.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	must(t, err)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(a[len(a)-10:], b[len(b)-10:]) })
	return names
}

// waiting starts a Lock and returns once it waits.
func waiting(ctx context.Context, t *testing.T, m *lock.Mutex) <-chan result {
	t.Helper()
	done := make(chan result, 1)
	go func() {
		held, err := m.Lock(ctx)
		done <- result{held, err}
	}()
	synctest.Wait()
	select {
	case r := <-done:
		t.Fatalf("Lock does not wait: %v", r.err)
	default:
	}
	return done
}

type result struct {
	held *lock.Held
	err  error
}

func TestMutex(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		first := acquire(t, mutex(t, a, lock.WithData([]byte("ada"))))
		names := contenders(t, b)
		if len(names) != 1 || !strings.HasPrefix(names[0], "_c_") || !strings.HasSuffix(names[0], "-lock-0000000000") {
			t.Errorf("folder: %v", names)
		}
		data, stat, err := b.Get(path + "/" + names[0]).Do(t.Context())
		must(t, err)
		if string(data) != "ada" || stat.EphemeralOwner != a.Session().ID() || stat.Czxid != first.Token() || first.Path() != path+"/"+names[0] {
			t.Errorf("znode: %q %+v, token %d at %s", data, stat, first.Token(), first.Path())
		}

		next := waiting(t.Context(), t, mutex(t, b))
		if first.Context().Err() != nil {
			t.Error("the hold has ended")
		}
		must(t, first.Unlock())
		must(t, first.Unlock())
		if !errors.Is(context.Cause(first.Context()), lock.ErrUnlocked) {
			t.Errorf("cause %v", context.Cause(first.Context()))
		}
		r := <-next
		must(t, r.err)
		if r.held.Token() <= first.Token() {
			t.Errorf("tokens %d, then %d", first.Token(), r.held.Token())
		}
		must(t, r.held.Unlock())
		if names := contenders(t, a); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// The lock is fair: contenders hold in the order of their znodes.
func TestMutexIsFair(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		m := mutex(t, c)
		held := acquire(t, m)
		var queue []<-chan result
		for range 10 {
			queue = append(queue, waiting(t.Context(), t, m))
		}
		for i, next := range queue {
			must(t, held.Unlock())
			synctest.Wait()
			for _, later := range queue[i+1:] {
				if len(later) != 0 {
					t.Fatalf("a later contender holds before the %dth", i)
				}
			}
			r := <-next
			must(t, r.err)
			held = r.held
		}
		must(t, held.Unlock())
	})
}

func TestTryLock(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		held, err := mutex(t, a).TryLock(t.Context())
		must(t, err)
		if other, err := mutex(t, b).TryLock(t.Context()); !errors.Is(err, lock.ErrNotAcquired) || other != nil {
			t.Errorf("got %v, %v", other, err)
		}
		if names := contenders(t, b); len(names) != 1 {
			t.Errorf("folder: %v", names)
		}
		must(t, held.Unlock())
		held, err = mutex(t, b).TryLock(t.Context())
		must(t, err)
		must(t, held.Unlock())
	})
}

func TestNewMutexChecksItsPath(t *testing.T) {
	for _, path := range []string{"", "a", "/a/", "/a//b", "/a/../b", "/a\x00"} {
		if m, err := lock.NewMutex(nil, path); !errors.Is(err, zk.ErrInvalidPath) || m != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// The guard makes a write and the lock one.
func TestGuard(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/data").Do(ctx)
		must(t, err)
		held := acquire(t, mutex(t, c))
		_, err = c.Txn(held.Guard(), c.Set("/data").Data([]byte("1"))).Do(ctx)
		must(t, err)
		// A revoker's mark changes the znode's version; it is a holder's all the same.
		_, err = c.Set(held.Path()).Data([]byte("__REVOKE__")).Do(ctx)
		must(t, err)
		_, err = c.Txn(held.Guard(), c.Set("/data").Data([]byte("2"))).Do(ctx)
		must(t, err)
		must(t, held.Unlock())
		if _, err = c.Txn(held.Guard(), c.Set("/data").Data([]byte("3"))).Do(ctx); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("a write after the hold: %v", err)
		}
		data, _, err := c.Get("/data").Do(ctx)
		must(t, err)
		if string(data) != "2" {
			t.Errorf("data %q", data)
		}
	})
}

// A wait that ends leaves no znode, and nobody behind it notices more than that.
func TestLockCancelled(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		m := mutex(t, c)
		held := acquire(t, m)
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		middle := waiting(ctx, t, m)
		last := waiting(t.Context(), t, m)
		start := time.Now()
		cancel(cause)
		if r := <-middle; !errors.Is(r.err, cause) || r.held != nil || time.Since(start) != 0 {
			t.Errorf("got %v after %v", r.err, time.Since(start))
		}
		if names := contenders(t, c); len(names) != 2 {
			t.Errorf("folder: %v", names)
		}
		synctest.Wait()
		if len(last) != 0 {
			t.Fatal("a cancelled wait let the next one in")
		}
		must(t, held.Unlock())
		r := <-last
		must(t, r.err)
		must(t, r.held.Unlock())

		ended, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		if _, err := m.Lock(ended); !errors.Is(err, cause) {
			t.Errorf("with an ended context: %v", err)
		}
		time.Sleep(time.Second)
		if names := contenders(t, c); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// Cancelling while there is no connection returns at once, and the znode goes when there is one again.
func TestLockCancelledWithoutConnection(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		held := acquire(t, mutex(t, b))
		ctx, cancel := context.WithCancel(t.Context())
		wait := waiting(ctx, t, mutex(t, a))
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		synctest.Wait()
		start := time.Now()
		cancel()
		if r := <-wait; !errors.Is(r.err, context.Canceled) || time.Since(start) != 0 {
			t.Errorf("got %v after %v", r.err, time.Since(start))
		}
		if names := contenders(t, b); len(names) != 2 {
			t.Errorf("folder: %v", names)
		}
		w.Net.Refuse("zk", false)
		time.Sleep(5 * time.Second) // less than the session timeout
		if names := contenders(t, b); len(names) != 1 {
			t.Errorf("left: %v", names)
		}
		must(t, held.Unlock())
	})
}
