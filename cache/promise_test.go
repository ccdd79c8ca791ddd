package cache_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Who waits for the first snapshot when the cache is closed is told so, also while there is no connection.
func TestClosedBeforeInitialized(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		w.Host("a").Partition()
		tree, err := cache.NewTree(c, "/tree")
		if err == nil {
			err = tree.Start(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		failed := make(chan error, 1)
		go func() { failed <- tree.WaitInitialized(t.Context()) }()
		synctest.Wait()
		if err := tree.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-failed; !errors.Is(err, cache.ErrClosed) {
			t.Errorf("while it waited: %v", err)
		}
		if err := tree.WaitInitialized(t.Context()); !errors.Is(err, cache.ErrClosed) {
			t.Errorf("afterwards: %v", err)
		}
		w.Host("a").Heal()
	})
}
