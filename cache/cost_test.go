package cache_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// requests is how many requests the server got but for pings.
func requests(w *zktest.World) (n int64) {
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}

// fill makes n znodes below path, dirs of them with the rest as children.
func fill(tb testing.TB, c *client.Client, path string, dirs, each int) {
	tb.Helper()
	do := writer{tb, c}
	do.create(path, "root")
	for d := range dirs {
		dir := fmt.Sprintf("%s/d%03d", path, d)
		ops := []client.Op{c.Create(dir).Data([]byte("dir"))}
		for i := range each {
			ops = append(ops, c.Create(fmt.Sprintf("%s/n%05d", dir, i)).Data([]byte("some data")))
			if len(ops) == 1000 {
				_, err := c.Txn(ops...).Do(tb.Context())
				must(tb, err)
				ops = nil
			}
		}
		if len(ops) > 0 {
			_, err := c.Txn(ops...).Do(tb.Context())
			must(tb, err)
		}
	}
}

// A tree loads with a fiftieth of a request a znode, and is looked through after a reconnect with no more.
func TestLoadCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		fill(t, w.Connect(t, "writer"), "/app", 20, 499)
		c := w.Connect(t, "reader")
		before := requests(w)
		tree := newTree(t, c, "/app")
		if n := tree.Snapshot().Len(); n != 10001 {
			t.Errorf("%d znodes", n)
		}
		if n := requests(w) - before; n > 10001/50 {
			t.Errorf("%d requests for 10,001 znodes", n)
		}
		before = requests(w)
		w.Host("reader").Cut()
		time.Sleep(5 * time.Second)
		if n := requests(w) - before; n < 10001/512 || n > 10001/50 {
			t.Errorf("%d requests to look at 10,001 znodes again", n)
		}
	}, zktest.WithServer(server.WithTick(time.Second)))
}

// A change is known one round trip after its event has come, which is when its writer has its answer, and costs one request and one event; a deletion
// costs none, and is known at once.
func TestChangeToListener(t *testing.T) {
	const oneWay = 50 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "")
		do.create("/app/a", "")
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		told := make(chan time.Time, 16)
		snapshot := tree.Snapshot()
		go func() {
			for range tree.Since(t.Context(), snapshot) {
				told <- time.Now()
			}
		}()
		synctest.Wait()
		for _, c := range []struct {
			name     string
			write    func()
			trips    float64
			requests int64
		}{
			{"set", func() { do.set("/app/a", "1") }, 1, 1},
			{"create", func() { do.create("/app/b", "1") }, 1, 1},
			{"delete", func() { must(t, do.c.Delete("/app/a").Do(t.Context())) }, 0, 0},
		} {
			before := requests(w)
			c.write()
			begin := time.Now()
			took := (<-told).Sub(begin)
			if trips := float64(took) / float64(2*oneWay); trips > c.trips+0.2 {
				t.Errorf("%s is told after %.2f round trips", c.name, trips)
			}
			time.Sleep(time.Second)
			if n := requests(w) - before - 1; n != c.requests {
				t.Errorf("%s takes %d requests, want %d", c.name, n, c.requests)
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// Readers of a snapshot allocate what they are given and no more.
func TestAllocations(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		fill(t, w.Connect(t, "writer"), "/app", 1, 499)
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		var s *cache.Snapshot
		if n := testing.AllocsPerRun(100, func() { s = tree.Snapshot() }); n != 0 {
			t.Errorf("a snapshot takes %v allocations", n)
		}
		if n := testing.AllocsPerRun(100, func() {
			if z, ok := s.Get("/app/d000/n00042"); !ok || string(z.Data()) != "some data" {
				t.Error("not found")
			}
		}); n > 1 {
			t.Errorf("a look takes %v allocations", n)
		}
	})
}
