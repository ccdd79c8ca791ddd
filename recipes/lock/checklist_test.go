package lock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
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

// A hold ends before its delete is asked for, so that one that fails cannot be released twice: the second Unlock asks for nothing.
func TestHoldEndsBeforeItsDelete(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		held := acquire(t, mutex(t, a))
		deletes := 0
		w.Net.Intercept(func(f fault.Frame) fault.Action {
			if f.Reply || f.Op != "delete" {
				return fault.Pass
			}
			if deletes++; !errors.Is(context.Cause(held.Context()), lock.ErrUnlocked) {
				t.Errorf("held while it is deleted: %v", held.Context().Err())
			}
			return fault.Cut
		})
		first := held.Unlock()
		if first == nil {
			t.Fatal("confirmed, and it was lost")
		}
		before := deletes
		if second := held.Unlock(); second == nil || second.Error() != first.Error() || deletes != before || before == 0 {
			t.Errorf("%v, then %v; %d deletes, then %d", first, second, before, deletes)
		}
	})
}
