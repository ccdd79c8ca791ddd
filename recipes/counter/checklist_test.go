package counter_test

import (
	"testing"

	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The folders vanish, as containers do between two uses; and the receipt with its own.
func TestFoldersVanish(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		n := number(t, c, counter.WithLock(lockPath), counter.WithReceipts("/receipts"), counter.WithAttempts(1))
		for range 3 {
			for i := range int64(3) { // makes the number; then the receipt; then neither
				if res := add(t, n, 1); res.After != i+1 {
					t.Errorf("got %+v", res)
				}
			}
			must(t, c.Delete("/receipts").WithChildren().Do(ctx))
			if res := add(t, n, 1); res.After != 4 {
				t.Errorf("without receipts: %+v", res)
			}
			must(t, c.Delete("/receipts").WithChildren().Quietly().Do(ctx))
			must(t, c.Delete("/counters").WithChildren().Do(ctx))
		}
		must(t, n.Close(ctx))
	})
}
