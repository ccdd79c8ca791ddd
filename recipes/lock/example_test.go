package lock_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/lock"
)

func ExampleMutex_Lock() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewMutex(c, "/locks/report", lock.WithData([]byte("worker 7")))
		if err != nil {
			return err
		}
		held, err := mutex.Lock(ctx)
		if err != nil {
			return err
		}
		defer held.Unlock()

		work := held.Context() // ends when the lock is lost
		fmt.Println("holding:", work.Err() == nil)
		return nil
	})
	// Output: holding: true
}

func ExampleMutex_TryLock() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewMutex(c, "/locks/report")
		if err != nil {
			return err
		}
		held, err := mutex.TryLock(ctx)
		if err != nil {
			return err
		}
		defer held.Unlock()
		_, err = mutex.TryLock(ctx)
		fmt.Println(err, errors.Is(err, lock.ErrNotAcquired))
		return nil
	})
	// Output: lock: held by another true
}

// A write that passes only while the lock is held.
func ExampleHeld_Guard() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/report").Do(ctx); err != nil {
			return err
		}
		mutex, err := lock.NewMutex(c, "/locks/report")
		if err != nil {
			return err
		}
		held, err := mutex.Lock(ctx)
		if err != nil {
			return err
		}
		_, err = c.Txn(held.Guard(), c.Set("/report").Data([]byte("done"))).Do(ctx)
		fmt.Println("while held:", err)
		if err := held.Unlock(); err != nil {
			return err
		}
		_, err = c.Txn(held.Guard(), c.Set("/report").Data([]byte("late"))).Do(ctx)
		fmt.Println("afterwards:", errors.Unwrap(err))
		return nil
	})
	// Output:
	// while held: <nil>
	// afterwards: zk: node does not exist
}

// A resource outside ZooKeeper remembers the largest token and refuses smaller ones.
func ExampleHeld_Token() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewMutex(c, "/locks/report")
		if err != nil {
			return err
		}
		var tokens [2]int64
		for i := range tokens {
			held, err := mutex.Lock(ctx)
			if err != nil {
				return err
			}
			tokens[i] = held.Token()
			if err := held.Unlock(); err != nil {
				return err
			}
		}
		fmt.Println("the later holder's is larger:", tokens[1] > tokens[0])
		return nil
	})
	// Output: the later holder's is larger: true
}
