package lock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/testing/zktest"
)

// Waiting for others leaves no watch on a znode that has gone, as one set by exists would: whoever got the lock, or gave up, watches nothing
// but, after a moment, its own.
func TestLeavesNoWatches(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		var used []string
		for range 5 {
			held := acquire(t, mutex(t, a))
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			if _, err := mutex(t, b).Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
			cancel()
			next := waiting(t.Context(), t, mutex(t, b))
			time.Sleep(time.Second)
			must(t, held.Unlock())
			r := <-next
			must(t, r.err)
			used = append(used, held.Path(), r.held.Path())
			must(t, r.held.Unlock())
		}
		for _, path := range append(used, path) {
			if there, err := b.CheckWatches(path).Do(t.Context()); there || err != nil {
				t.Errorf("a watch on %s: %v, %v", path, there, err)
			}
		}
	})
}
