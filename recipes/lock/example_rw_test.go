package lock_test

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/lock"
)

// Write, and then go on reading what was written, beside other readers, without another writer in between.
func ExampleWriteHeld_Downgrade() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		index, err := lock.NewRWMutex(c, "/locks/index")
		if err != nil {
			return err
		}
		write, err := index.Lock(ctx)
		if err != nil {
			return err
		}
		defer write.Unlock()
		read, err := write.Downgrade(ctx)
		if err != nil {
			return err
		}
		defer read.Unlock()
		other, err := index.TryRLock(ctx)
		if err != nil {
			return err
		}
		defer other.Unlock()
		_, err = index.TryLock(ctx)
		fmt.Println("another writer:", err)
		return nil
	})
	// Output: another writer: lock: held by another
}
