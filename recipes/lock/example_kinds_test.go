package lock_test

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/lock"
)

// The function runs while the lock is held; a write with the guard passes only then.
func ExampleMutex_Do() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewMutex(c, "/locks/report")
		if err != nil {
			return err
		}
		err = mutex.Do(ctx, func(ctx context.Context) error { // ctx ends when the lock is lost
			held := lock.Holds(ctx)[0]
			_, err := c.Txn(held.Guard(), c.Create("/report").Data([]byte("done"))).Do(ctx)
			return err
		})
		fmt.Println("written under the lock:", err)
		return err
	})
	// Output: written under the lock: <nil>
}

func ExampleMutex_Participants() {
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
		all, err := mutex.Participants(ctx)
		for _, p := range all {
			fmt.Printf("%s holds: %v\n", p.Data, p.Holds)
		}
		return err
	})
	// Output: worker 7 holds: true
}

// A function that locks is called by one that holds the lock already: the context says so.
func ExampleReentrant() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		account, err := lock.NewReentrant(c, "/locks/account")
		if err != nil {
			return err
		}
		book := func(ctx context.Context, what string) error {
			return account.Do(ctx, func(context.Context) error {
				fmt.Println("booked:", what)
				return nil
			})
		}
		return account.Do(ctx, func(ctx context.Context) error {
			if err := book(ctx, "withdrawal"); err != nil {
				return err
			}
			return book(ctx, "fee")
		})
	})
	// Output:
	// booked: withdrawal
	// booked: fee
}

// Both accounts are locked, or none.
func ExampleMulti() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		ann, err := lock.NewMutex(c, "/locks/ann")
		if err != nil {
			return err
		}
		bob, err := lock.NewMutex(c, "/locks/bob")
		if err != nil {
			return err
		}
		both, err := lock.NewMulti(ann, bob) // in the same order everywhere
		if err != nil {
			return err
		}
		return both.Do(ctx, func(ctx context.Context) error {
			_, err := bob.TryLock(ctx)
			fmt.Println(len(lock.Holds(ctx)), "locks; somebody else's try:", err)
			return nil
		})
	})
	// Output: 2 locks; somebody else's try: lock: held by another
}

// Somebody asks the holder to let go, and it does.
func ExampleRevoke() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewMutex(c, "/locks/report", lock.WithRevocation())
		if err != nil {
			return err
		}
		held, err := mutex.Lock(ctx)
		if err != nil {
			return err
		}
		defer held.Unlock()

		all, err := mutex.Participants(ctx)
		if err != nil {
			return err
		}
		if err := lock.Revoke(ctx, c, all[0].Path); err != nil {
			return err
		}
		<-held.Revoked()
		fmt.Println("asked to let go, holding still:", held.Context().Err() == nil)
		return nil
	})
	// Output: asked to let go, holding still: true
}

// A queue that is shared with kazoo's Lock.
func ExampleWithNames() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewMutex(c, "/locks/report", lock.WithNames(lock.Kazoo))
		if err != nil {
			return err
		}
		held, err := mutex.Lock(ctx)
		if err != nil {
			return err
		}
		defer held.Unlock()
		name := client.Base(held.Path())
		fmt.Println(name[32:])
		return nil
	})
	// Output: __lock__0000000000
}

func ExampleSemaphoreMutex() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		mutex, err := lock.NewSemaphoreMutex(c, "/locks/report")
		if err != nil {
			return err
		}
		return mutex.Do(ctx, func(context.Context) error {
			fmt.Println("shared with Curator's InterProcessSemaphoreMutex")
			return nil
		})
	})
	// Output: shared with Curator's InterProcessSemaphoreMutex
}
