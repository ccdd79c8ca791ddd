package interop

import (
	"context"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
)

// Our Mutex and Curator's InterProcessMutex are one lock.
func TestMutexZookit(t *testing.T) {
	start := javaPeer(t)
	onServers(t, func(t *testing.T, addr string) {
		c, err := client.Connect(t.Context(), addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.Close(context.Background()); err != nil { // the test's context has ended
				t.Error(err)
			}
		})
		m, err := lock.NewMutex(c, lockPath)
		if err != nil {
			t.Fatal(err)
		}
		shareWithCurator(t, addr, start, func(ctx context.Context) (func() error, error) {
			held, err := m.Lock(ctx)
			if err != nil {
				return nil, err
			}
			return held.Unlock, nil
		})
	})
}
