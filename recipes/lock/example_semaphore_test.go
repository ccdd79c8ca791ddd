package lock_test

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/lock"
)

func ExampleSemaphore() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		uploads, err := lock.NewSemaphore(c, "/locks/uploads", 2)
		if err != nil {
			return err
		}
		for range 2 {
			lease, err := uploads.Acquire(ctx)
			if err != nil {
				return err
			}
			defer lease.Unlock()
		}
		_, err = uploads.TryAcquire(ctx)
		fmt.Println("a third:", err)
		return nil
	})
	// Output: a third: lock: held by another
}

// The limit can be changed while leases are held.
func ExampleNewSharedSemaphore() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		limit, err := counter.NewSharedCount(c, "/limits/uploads", 1)
		if err != nil {
			return err
		}
		if err := limit.Start(ctx); err != nil {
			return err
		}
		defer limit.Close()
		uploads, err := lock.NewSharedSemaphore(c, "/locks/uploads", limit)
		if err != nil {
			return err
		}
		first, err := uploads.Acquire(ctx)
		if err != nil {
			return err
		}
		defer first.Unlock()
		if _, err := limit.Set(ctx, 2); err != nil {
			return err
		}
		second, err := uploads.Acquire(ctx)
		if err != nil {
			return err
		}
		fmt.Println("a second one")
		return second.Unlock()
	})
	// Output: a second one
}
