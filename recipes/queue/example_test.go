package queue_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/queue"
)

// An item stays in the queue until it is done.
func Example() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewFIFO(c, "/queues/mail", queue.String{}, queue.WithLockPath("/queues/mail-locks"))
		if err != nil {
			return err
		}
		defer func() { _ = q.Close(ctx) }()
		if _, err := q.Put(ctx, "hello"); err != nil {
			return err
		}
		it, err := q.Take(ctx)
		if err != nil {
			return err
		}
		fmt.Println(it.Value())
		if err := it.Done(ctx); err != nil {
			return err
		}
		left, err := q.Len(ctx)
		fmt.Println(left, "left")
		return err
	})
	// Output:
	// hello
	// 0 left
}

// What fails is put back.
func ExampleQueue_Consume() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewFIFO(c, "/queues/mail", queue.String{}, queue.WithLockPath("/queues/mail-locks"))
		if err != nil {
			return err
		}
		defer func() { _ = q.Close(ctx) }()
		if _, err := q.PutAll(ctx, "one", "two", "three"); err != nil {
			return err
		}
		ctx, cancel := context.WithCancelCause(ctx)
		tries := 0
		err = q.Consume(ctx, func(_ context.Context, mail string) error {
			tries++
			if mail == "two" && tries == 2 {
				return errors.New("nobody at home")
			}
			fmt.Println(mail)
			if tries == 4 {
				cancel(errors.New("enough"))
			}
			return nil
		}, queue.OnError(func(err error) { fmt.Println(err) }))
		fmt.Println(err)
		return nil
	})
	// Output:
	// one
	// queue: working on /queues/mail/queue-0000000001: nobody at home
	// three
	// two
	// enough
}

// The smaller number comes first.
func ExamplePriority() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewPriority(c, "/queues/jobs", queue.String{})
		if err != nil {
			return err
		}
		defer func() { _ = q.Close(ctx) }()
		for p, job := range map[int32]string{10: "tidy up", -1: "put the fire out", 0: "cook"} {
			if _, err := q.Put(ctx, p, job); err != nil {
				return err
			}
		}
		for range 3 {
			it, err := q.Take(ctx)
			if err != nil {
				return err
			}
			fmt.Println(it.Value())
			if err := it.Done(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// put the fire out
	// cook
	// tidy up
}

// An item comes when its time has.
func ExampleDelay() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewDelay(c, "/queues/reminders", queue.String{})
		if err != nil {
			return err
		}
		defer func() { _ = q.Close(ctx) }()
		at := time.Now().Add(50 * time.Millisecond)
		if _, err := q.Put(ctx, at, "tea is ready"); err != nil {
			return err
		}
		it, err := q.Take(ctx)
		if err != nil {
			return err
		}
		fmt.Println(it.Value(), !time.Now().Before(at.Truncate(time.Millisecond)))
		return it.Done(ctx)
	})
	// Output: tea is ready true
}

// Items with ids can be taken back.
func ExampleIDs() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewIDs(c, "/queues/orders", queue.JSON[map[string]int]{})
		if err != nil {
			return err
		}
		defer func() { _ = q.Close(ctx) }()
		for _, customer := range []string{"ada", "bob", "ada"} {
			if _, err := q.Put(ctx, customer, map[string]int{"apples": 3}); err != nil {
				return err
			}
		}
		removed, err := q.Remove(ctx, "ada")
		if err != nil {
			return err
		}
		it, err := q.Take(ctx)
		if err != nil {
			return err
		}
		fmt.Println(removed, it.ID(), it.Value())
		return it.Done(ctx)
	})
	// Output: 2 bob map[apples:3]
}
