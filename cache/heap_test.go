package cache_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
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

// A znode takes its data and no more than 32 bytes, all buffers of the client's and the cache's included.
func TestHeap(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const dirs, each = 100, 999
		fill(t, w.Connect(t, "writer"), "/app", dirs, each)
		c := w.Connect(t, "reader")
		tree, err := cache.NewTree(c, "/app")
		must(t, err)
		time.Sleep(time.Minute)
		before := heap()
		started(t, tree)
		time.Sleep(time.Minute)
		took := heap() - before
		n := int64(tree.Snapshot().Len())
		data := int64(len("some data"))
		t.Logf("%d bytes a znode for %d znodes with %d bytes of data each", took/n, n, data)
		if n != dirs*(each+1)+1 {
			t.Errorf("%d znodes", n)
		}
		if most := data + 32; took/n > most {
			t.Errorf("%d bytes a znode, at most %d", took/n, most)
		}
	})
}
