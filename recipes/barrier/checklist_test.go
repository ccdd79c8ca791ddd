package barrier_test

import (
	"testing"

	"github.com/zookit-go/zookit/testing/zktest"
)

// The folder vanishes, as a container does between two uses.
func TestFolderVanishes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		d, s := double(t, c, 1), simple(t, c)
		for range 3 {
			m, err := d.Enter(ctx)
			must(t, err)
			must(t, m.Leave(ctx))
			must(t, c.Delete(path).Do(ctx))
			must(t, c.Delete("/barriers").Do(ctx))
			must(t, s.Set(ctx))
			must(t, s.Remove(ctx))
			must(t, c.Delete("/barriers").Do(ctx))
		}
	})
}
