package cache_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Own writes are seen after WaitFor with their zxid, in one round trip, whether they are within the cache or not.
func TestWaitFor(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	everywhere(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "0")
		do.create("/elsewhere", "0")
		c := w.Connect(t, "reader")
		tree := newTree(t, c, "/app")
		for _, path := range []string{"/app", "/elsewhere"} {
			for _, by := range []*client.Client{c, do.c} {
				stat, err := by.Set(path).Data([]byte("1")).Do(ctx)
				must(t, err)
				before, start := requests(w), time.Now()
				must(t, tree.WaitFor(ctx, stat.Mzxid))
				if d := time.Since(start); d > 2*oneWay {
					t.Errorf("%s: %v", path, d)
				}
				// One is the wait's, if the event is not there yet when it begins; the other is the event's.
				if n := requests(w) - before; n > 2 {
					t.Errorf("%s: %d requests", path, n)
				}
				if s := tree.Snapshot(); s.Zxid() < stat.Mzxid {
					t.Errorf("%s: the snapshot stands at %d, not at %d", path, s.Zxid(), stat.Mzxid)
				}
				if z, ok := tree.Get("/app"); !ok || string(z.Data()) != "1" {
					t.Errorf("%s: an own write is not there", path)
				}
				before = requests(w)
				must(t, tree.WaitFor(ctx, stat.Mzxid))
				if n := requests(w) - before; n != 0 {
					t.Errorf("%s: %d requests for what is there", path, n)
				}
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// A transaction that never comes is waited for without haste, until the context ends or the cache is closed.
func TestWaitForTheFuture(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Second, errors.New("enough"))
		defer cancel()
		before := requests(w)
		if err := tree.WaitFor(ctx, 1<<40); err == nil || err.Error() != "enough" {
			t.Errorf("%v", err)
		}
		if n := requests(w) - before; n < 2 || n > 2*(200+2) { // one look more at the first moment, and one at the last
			t.Errorf("%d requests in 10 s", n)
		}
		failed := make(chan error)
		go func() { failed <- tree.WaitFor(t.Context(), 1<<40) }()
		synctest.Wait()
		must(t, tree.Close(t.Context()))
		if err := <-failed; !errors.Is(err, cache.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}
