package cache_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// oneServer is a zk.HostProvider that looks up no names, as a bubble wants it.
type oneServer struct{ tried bool }

func (h *oneServer) Init([]string) error { return nil }
func (h *oneServer) Len() int            { return 1 }
func (h *oneServer) Connected()          { h.tried = false }

func (h *oneServer) Next() (addr string, retryStart bool) {
	retryStart, h.tried = h.tried, true
	return zktest.ServerAddr, retryStart
}

type noLog struct{}

func (noLog) Printf(string, ...any) {}

// lent is a client on a zk.Conn that somebody else has connected.
func lent(t *testing.T, w *zktest.World, host string) *client.Client {
	t.Helper()
	conn, events, err := zk.Connect([]string{w.Addr}, 10*time.Second, zk.WithDialer(w.Host(host).Dial),
		zk.WithHostProvider(&oneServer{}), zk.WithLogger(noLog{}), zk.WithLogInfo(false))
	must(t, err)
	t.Cleanup(conn.Close)
	c, err := client.FromConn(conn, events)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close(context.WithoutCancel(t.Context()))) })
	return c
}

// Over a zk.Conn of others a cache follows with one-shot watches, also when the connection was away, and WaitFor works for what has changed within
// the cache: creations, writes and deletions, of which the Stats tell. For a transaction elsewhere it waits until something changes
// within.
func TestFromConn(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "1")
		do.create("/app/a", "2")
		do.create("/app/a/b", "3")
		do.create("/elsewhere", "")
		tree := newTree(t, lent(t, w, "reader"), "/app")
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1", "/app/a=2", "/app/a/b=3"})
		waits := func(zxid int64) {
			t.Helper()
			must(t, tree.WaitFor(ctx, zxid))
		}
		_, stat, err := do.c.Create("/app/c").Data([]byte("4")).ReturningStat().Do(ctx)
		must(t, err)
		waits(stat.Czxid)
		equal(t, "created", list(tree.Snapshot()), []string{"/app=1", "/app/a=2", "/app/a/b=3", "/app/c=4"})
		stat, err = do.c.Set("/app/a/b").Data([]byte("5")).Do(ctx)
		must(t, err)
		waits(stat.Mzxid)
		equal(t, "written", list(tree.Snapshot()), []string{"/app=1", "/app/a=2", "/app/a/b=5", "/app/c=4"})
		gone := do.c.Delete("/app/a/b").Async(ctx)
		_, err = gone.Wait(ctx)
		must(t, err)
		waits(gone.Zxid())
		equal(t, "deleted", list(tree.Snapshot()), []string{"/app=1", "/app/a=2", "/app/c=4"})

		stat, err = do.c.Set("/elsewhere").Data([]byte("6")).Do(ctx)
		must(t, err)
		short, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if err := tree.WaitFor(short, stat.Mzxid); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("of a transaction elsewhere: %v", err)
		}
		do.set("/app/c", "7")
		waits(stat.Mzxid)
		time.Sleep(time.Second)
		equal(t, "written", list(tree.Snapshot()), []string{"/app=1", "/app/a=2", "/app/c=7"})
	})
}

// The connection of a zk.Conn breaks, and comes back to its session.
func TestFromConnAway(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.begin()
		tree := newTree(t, lent(t, w, "reader"), "/app")
		told := newReplay("/app", false)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for ev := range tree.Events(ctx) {
				if err := told.apply(ev); err != nil {
					t.Error(err)
				}
			}
		}()
		for range 3 {
			w.Host("reader").Cut()
			do.change()
			time.Sleep(20 * time.Second)
			truth(t, do.c, tree.Snapshot())
			do.set("/app/new/below", "10")
			do.delete("/app")
			do.begin()
			time.Sleep(20 * time.Second)
			truth(t, do.c, tree.Snapshot())
		}
		cancel()
		<-ended
		must(t, told.matches(tree.Snapshot()))
	})
}
