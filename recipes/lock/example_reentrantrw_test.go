package lock_test

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/lock"
)

// A writer calls what reads under the same lock; and goes on reading after it has ended its writing.
func ExampleReentrantRW() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		index, err := lock.NewReentrantRW(c, "/locks/index")
		if err != nil {
			return err
		}
		look := func(ctx context.Context) error {
			return index.RDo(ctx, func(context.Context) error {
				fmt.Println("looked")
				return nil
			})
		}
		write, err := index.Lock(ctx)
		if err != nil {
			return err
		}
		defer write.Unlock()
		if err := look(write.Context()); err != nil { // with another context it would wait for itself
			return err
		}
		read, err := index.RLock(write.Context())
		if err != nil {
			return err
		}
		defer read.Unlock()
		if err := write.Unlock(); err != nil {
			return err
		}
		_, err = index.Lock(read.Context())
		fmt.Println("writing again:", err)
		return look(read.Context())
	})
	// Output:
	// looked
	// writing again: lock: lock /locks/index: lock: a reader cannot become a writer
	// looked
}
