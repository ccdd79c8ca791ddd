package barrier_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/zktest"
)

const path = "/barriers/one"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func simple(t *testing.T, c *client.Client) *barrier.Barrier {
	t.Helper()
	b, err := barrier.New(c, path)
	must(t, err)
	return b
}

func TestBarrier(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		b := simple(t, c)
		must(t, b.Wait(ctx)) // open
		must(t, b.Remove(ctx))
		must(t, b.Set(ctx))
		must(t, b.Set(ctx))
		if data, stat, err := c.Get(path).Do(ctx); err != nil || len(data) != 0 || stat.EphemeralOwner != 0 {
			t.Errorf("%q %+v, %v", data, stat, err)
		}
		passed := make(chan error, 8)
		for range 8 {
			other := simple(t, w.Connect(t, "b"))
			go func() { passed <- other.Wait(ctx) }()
		}
		synctest.Wait()
		_, err := c.Set(path).Data([]byte("note")).Do(ctx) // opens nothing
		must(t, err)
		time.Sleep(time.Minute)
		if len(passed) != 0 {
			t.Fatalf("passed a closed barrier: %v", <-passed)
		}
		must(t, b.Remove(ctx))
		must(t, b.Set(ctx)) // at once: who waited passes all the same
		for range 8 {
			must(t, <-passed)
		}
		cause := errors.New("no patience")
		short, cancel := context.WithTimeoutCause(ctx, time.Second, cause)
		defer cancel()
		if err := b.Wait(short); !errors.Is(err, cause) {
			t.Errorf("cancelled: %v", err)
		}
		must(t, b.Remove(ctx))
		must(t, b.Remove(ctx))
	})
}

// A wait goes on through a cut, a restart and the end of the session.
func TestBarrierWaitOutlivesSessions(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, simple(t, a).Set(ctx))
		passed := make(chan error, 1)
		go func() { passed <- simple(t, b).Wait(ctx) }()
		for _, fault := range []func(){
			w.Net.CutAll,
			func() { w.Server.Restart(t) },
			func() { w.Server.ExpireSession(b.Session().ID()) },
		} {
			synctest.Wait()
			fault()
			time.Sleep(5 * time.Second)
			if len(passed) != 0 {
				t.Fatalf("passed: %v", <-passed)
			}
		}
		w.Net.Refuse("zk", true)
		w.Host("b").Cut()
		synctest.Wait()
		must(t, simple(t, a).Remove(ctx)) // while the waiter is away
		w.Net.Refuse("zk", false)
		must(t, <-passed)
	})
}

// A wait costs one request and one event, closing and opening one request each.
func TestBarrierCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		b := simple(t, w.Connect(t, "a"))
		must(t, b.Set(ctx)) // makes the folder
		must(t, b.Remove(ctx))
		const cycles = 10
		before, events := requests(w), w.Server.Stats().WatchEvents
		for range cycles {
			must(t, b.Set(ctx))
			passed := make(chan error, 1)
			go func() { passed <- b.Wait(ctx) }()
			synctest.Wait()
			must(t, b.Remove(ctx))
			must(t, <-passed)
		}
		if n := requests(w) - before; n != 3*cycles {
			t.Errorf("%v requests a cycle, want 3", float64(n)/cycles)
		}
		if n := w.Server.Stats().WatchEvents - events; n != cycles {
			t.Errorf("%v events a cycle, want 1", float64(n)/cycles)
		}
	})
}

func TestBadArguments(t *testing.T) {
	for _, path := range []string{"", "a", "/a/", "/a//b"} {
		if _, err := barrier.New(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := barrier.NewDouble(nil, path, 2); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := barrier.NewDouble(nil, "/a", 0); err == nil {
		t.Error("a double barrier of nobody")
	}
}

// requests counts what clients asked for, pings apart.
func requests(w *zktest.World) int64 {
	var n int64
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}
