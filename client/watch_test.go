package client_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

type (
	netConn  = net.Conn
	dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)
)

func TestWatchKinds(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, _, created, err := c.Exists("/n").DoW(ctx)
		must(t, err)
		_, _, child, err := c.Children("/").DoW(ctx)
		must(t, err)
		_, err = c.Create("/n").Do(ctx)
		must(t, err)
		event(t, created, zk.EventNodeCreated, "/n")
		event(t, child, zk.EventNodeChildrenChanged, "/")

		_, _, changed, err := c.Get("/n").DoW(ctx)
		must(t, err)
		_, _, also, err := c.Exists("/n").DoW(ctx) // the same watch of the server's, another user's here
		must(t, err)
		_, _, stopped, err := c.Get("/n").DoW(ctx)
		must(t, err)
		stopped.Stop()
		_, err = c.Set("/n").Do(ctx)
		must(t, err)
		event(t, changed, zk.EventNodeDataChanged, "/n")
		event(t, also, zk.EventNodeDataChanged, "/n")

		_, _, deleted, err := c.Children("/n").DoW(ctx)
		must(t, err)
		must(t, c.Delete("/n").Do(ctx))
		event(t, deleted, zk.EventNodeDeleted, "/n")
		select {
		case ev, ok := <-stopped.Events():
			if ok || !errors.Is(stopped.Err(), client.ErrWatchRemoved) {
				t.Errorf("a stopped watch got %+v, %v", ev, stopped.Err())
			}
		default:
			t.Error("a stopped watch is not closed")
		}
		if _, _, watch, err := c.Get("/n").DoW(ctx); err == nil || watch != nil {
			t.Errorf("a failed read leaves a watch: %v, %v", watch, err)
		}
	})
}

func event(t *testing.T, w *client.Watch, kind zk.EventType, path string) {
	t.Helper()
	select {
	case ev := <-w.Events():
		if ev.Type != kind || ev.Path != path {
			t.Errorf("got %+v, want %v of %s", ev, kind, path)
		}
	case <-time.After(time.Minute):
		t.Errorf("no event, want %v of %s", kind, path)
	}
}

// What happened while the client was away is told when it is back, what did not is still watched, and the watches go first.
func TestWatchesSurviveReconnect(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, other := w.Connect(t, "a"), w.Connect(t, "other")
		for _, path := range []string{"/changed", "/deleted", "/parent", "/quiet"} {
			_, err := other.Create(path).Do(ctx)
			must(t, err)
		}
		_, _, changed, err := c.Get("/changed").DoW(ctx)
		must(t, err)
		_, _, deleted, err := c.Get("/deleted").DoW(ctx)
		must(t, err)
		_, _, created, err := c.Exists("/created").DoW(ctx)
		must(t, err)
		_, _, child, err := c.Children("/parent").DoW(ctx)
		must(t, err)
		_, _, quiet, err := c.Get("/quiet").DoW(ctx)
		must(t, err)

		w.Host("a").Partition()
		_, err = other.Set("/changed").Do(ctx)
		must(t, err)
		must(t, other.Delete("/deleted").Do(ctx))
		_, err = other.Create("/created").Do(ctx)
		must(t, err)
		_, err = other.Create("/parent/c").Do(ctx)
		must(t, err)

		var mu sync.Mutex
		var ops []string
		w.Net.Intercept(func(f fault.Frame) fault.Action {
			mu.Lock()
			defer mu.Unlock()
			if f.Host == "a" && !f.Reply && f.Xid < -100 {
				ops = append(ops, f.Op)
			}
			return fault.Pass
		})
		w.Host("a").Cut() // its end notices at once, the server's after the partition
		var callers sync.WaitGroup
		for range 32 {
			callers.Go(func() {
				if _, _, err := c.Get("/quiet").Do(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		w.Host("a").Heal()
		event(t, changed, zk.EventNodeDataChanged, "/changed")
		event(t, deleted, zk.EventNodeDeleted, "/deleted")
		event(t, created, zk.EventNodeCreated, "/created")
		event(t, child, zk.EventNodeChildrenChanged, "/parent")
		callers.Wait()
		mu.Lock()
		seen := slices.Clone(ops)
		mu.Unlock()
		if len(seen) < 33 || seen[0] != "setWatches" || slices.Contains(seen[1:], "setWatches") {
			t.Errorf("our frames: %v, want setWatches first, and once", seen)
		}
		_, err = other.Set("/quiet").Do(ctx)
		must(t, err)
		event(t, quiet, zk.EventNodeDataChanged, "/quiet")
	})
}

// Calls of one goroutine are sent and answered in order, however many fly at once, and zk.Conn's are in the same line.
func TestAsyncOrder(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/n").Do(ctx)
		must(t, err)
		const n = 1000
		var last int64
		for round := range 3 {
			sets := make([]*futureStat, n)
			for i := range sets {
				sets[i] = c.Set("/n").Data(fmt.Append(nil, i)).Async(ctx)
			}
			read := c.Get("/n").Async(ctx)
			for i, set := range sets {
				stat, err := set.Wait(ctx)
				must(t, err)
				if int(stat.Version) != round*n+i+1 || set.Zxid() != stat.Mzxid || set.Zxid() <= last {
					t.Fatalf("set %d: version %d, zxid %d after %d", i, stat.Version, set.Zxid(), last)
				}
				last = set.Zxid()
			}
			res, err := read.Wait(ctx)
			must(t, err)
			if string(res.Data) != fmt.Sprint(n-1) {
				t.Errorf("read %q", res.Data)
			}
		}
	})
}

type futureStat = client.Future[*zk.Stat]

// Hand-written code and the SDK on one session: one's watches do not disturb the other's.
func TestTwoSpeakersOneWatch(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/n").Do(ctx)
		must(t, err)
		for range 2 {
			_, _, theirs, err := c.Conn().GetW("/n")
			must(t, err)
			_, _, ours, err := c.Get("/n").DoW(ctx)
			must(t, err)
			w.Host("a").Cut()
			_, err = c.Set("/n").Do(ctx)
			must(t, err)
			event(t, ours, zk.EventNodeDataChanged, "/n")
			if ev := <-theirs; ev.Type != zk.EventNodeDataChanged {
				t.Errorf("zk.Conn's watch: %+v", ev)
			}
		}
	})
}

// An identity that zk.Conn added holds for the SDK's calls, also for the first one after a reconnect.
func TestAuthComesFirstAfterReconnect(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		must(t, c.Conn().AddAuth("digest", []byte("user:secret")))
		_, err := c.Create("/mine").ACL(zk.ACL{Perms: zk.PermAll, Scheme: "auth"}).Do(ctx)
		must(t, err)
		for range 5 {
			w.Host("a").Cut()
			_, _, err := c.Get("/mine").Do(ctx)
			must(t, err)
		}
		if _, _, err := w.Connect(t, "other").Get("/mine").Do(ctx); err == nil {
			t.Error("anyone may read it")
		}
	})
}
