package cache_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// heap is what is alive, in bytes, once what the client and the server keep for a while has gone.
func heap() int64 {
	var m runtime.MemStats
	for range 3 { // sync.Pools are emptied by the second
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// fillWith makes n znodes with so much data each below path, in folders of 499.
func fillWith(tb testing.TB, c *client.Client, path string, n, size int) {
	tb.Helper()
	writer{tb, c}.create(path, "root")
	for d := 0; n > 1; d++ {
		dir := fmt.Sprintf("%s/d%03d", path, d)
		ops := []client.Op{c.Create(dir).Data(make([]byte, size))}
		for n--; n > 1 && len(ops) < 500; n-- {
			ops = append(ops, c.Create(fmt.Sprintf("%s/n%05d", dir, n)).Data(make([]byte, size)))
		}
		_, err := c.Txn(ops...).Do(tb.Context())
		must(tb, err)
	}
}

// A znode takes its data and no more than 48 bytes; more where the data is long, for memory comes in sizes. The client's buffers, whose number does
// not depend on how much is cached, are there already: another cache was loaded before.
func TestHeap(t *testing.T) {
	for _, tt := range []struct{ size, n, over int }{{0, 50_000, 48}, {16, 50_000, 48}, {100, 20_000, 80}, {1000, 20_000, 160}} {
		t.Run(fmt.Sprint(tt.size, " bytes"), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				fillWith(t, w.Connect(t, "writer"), "/app", tt.n, tt.size)
				c := w.Connect(t, "reader")
				buffers, err := cache.NewTree(c, "/app")
				must(t, err)
				must(t, buffers.Start(t.Context()))
				must(t, buffers.WaitInitialized(t.Context()))
				must(t, buffers.Close(t.Context()))
				tree, err := cache.NewTree(c, "/app")
				must(t, err)
				time.Sleep(time.Minute)
				before := heap()
				started(t, tree)
				time.Sleep(time.Minute)
				took := int(heap()-before) / tt.n
				t.Logf("%d bytes a znode, of them %d data", took, tt.size)
				if n := tree.Snapshot().Len(); n != tt.n {
					t.Errorf("%d znodes", n)
				}
				if most := tt.size + tt.over; took > most {
					t.Errorf("%d bytes a znode, at most %d", took, most)
				}
			})
		})
	}
}

// What old snapshots had and the present one has not is garbage: eight changes of each znode, deletions and creations among
// them, leave the cache as large as it was after the first ones.
func TestHeapOfChanges(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const n, size, first, rounds, each = 10_000, 100, 8, 80, 1000
		c := w.Connect(t, "writer")
		ctx := t.Context()
		fillWith(t, c, "/app", n, size)
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		ended := make(chan int)
		go func() { // a listener that keeps up
			told := 0
			for range tree.Events(ctx) {
				told++
			}
			ended <- told
		}()
		paths := make([]string, 0, n)
		for path := range tree.Snapshot().All() {
			if client.Base(path)[0] == 'n' {
				paths = append(paths, path)
			}
		}
		churn := func(round int) {
			ops := make([]client.Op, 0, each)
			for i := range each {
				path := paths[(round*each+i)%len(paths)]
				if round%4 == 3 && i%2 == 0 {
					ops = append(ops, c.Delete(path), c.Create(path).Data(make([]byte, size)))
				} else {
					ops = append(ops, c.Set(path).Data(make([]byte, size)))
				}
			}
			_, err := c.Txn(ops...).Do(ctx)
			must(t, err)
			must(t, tree.WaitFor(ctx, w.Server.Stats().LastZxid))
		}
		for round := range first { // until leaves and buffers have the size at which they stay
			churn(round)
		}
		time.Sleep(time.Minute)
		before := heap()
		for round := range rounds {
			churn(first + round)
		}
		time.Sleep(time.Minute)
		grown := heap() - before
		t.Logf("%d bytes more after %d changes", grown, rounds*each)
		// The server of this process comes and goes by some MB. Were old blocks kept, each round would leave more than a MB.
		if most := int64(rounds * n * size / 4); grown > most {
			t.Errorf("%d bytes more, at most %d", grown, most)
		}
		must(t, tree.Close(ctx))
		if told := <-ended; told < rounds*each/4 {
			t.Errorf("only %d events", told)
		}
	})
}
