package queue_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/server"
)

// simpleConnected runs f with a client of a server of its own.
func simpleConnected(f func(ctx context.Context, c *client.Client) error) {
	ctx := context.Background()
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()
	c, err := client.Connect(ctx, srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close(ctx)
	if err := f(ctx, c); err != nil {
		log.Fatal(err)
	}
}

func ExampleSimple() {
	simpleConnected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewSimple(c, "/queues/mail")
		if err != nil {
			return err
		}
		defer q.Close(ctx)
		if _, err := q.Offer(ctx, []byte("to Kim")); err != nil {
			return err
		}
		if _, err := q.OfferMany(ctx, []byte("to Lou"), []byte("to Max")); err != nil {
			return err
		}
		for {
			item, ok, err := q.Poll(ctx)
			if err != nil || !ok {
				return err
			}
			fmt.Printf("%s\n", item)
		}
	})
	// Output:
	// to Kim
	// to Lou
	// to Max
}

// What to do when the answer to a delete is lost is the application's to say, unless SimpleReceipts is used.
func ExampleSimpleDoubtError() {
	handle := func(items [][]byte, err error) error {
		var doubt *queue.SimpleDoubtError
		if errors.As(err, &doubt) {
			items, err = doubt.Items, nil // rather twice than not at all
		}
		for _, item := range items {
			fmt.Printf("handled %s\n", item)
		}
		return err
	}
	err := handle(nil, &queue.SimpleDoubtError{
		Paths: []string{"/queues/mail/qn-0000000007"}, Items: [][]byte{[]byte("to Kim")}, Err: client.ErrConnectionLoss,
	})
	fmt.Println(err)
	// Output:
	// handled to Kim
	// <nil>
}

func ExampleKazooQueue() {
	simpleConnected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewKazooQueue(c, "/queues/mail")
		if err != nil {
			return err
		}
		defer q.Close(ctx)
		if _, err := q.Put(ctx, queue.KazooPriority, []byte("some time")); err != nil {
			return err
		}
		if _, err := q.Put(ctx, 1, []byte("at once")); err != nil {
			return err
		}
		for range 2 {
			item, err := q.Take(ctx)
			if err != nil {
				return err
			}
			fmt.Printf("%s\n", item)
		}
		return nil
	})
	// Output:
	// at once
	// some time
}

func ExampleKazooLocking() {
	simpleConnected(func(ctx context.Context, c *client.Client) error {
		q, err := queue.NewKazooLocking(c, "/queues/mail")
		if err != nil {
			return err
		}
		if _, err := q.Put(ctx, queue.KazooPriority, []byte("to Kim")); err != nil {
			return err
		}
		for _, works := range []bool{false, true} {
			item, err := q.Get(ctx)
			if err != nil {
				return err
			}
			defer item.Release() // does nothing once it is consumed
			if !works {
				fmt.Printf("not now: %s\n", item.Data())
				if err := item.Release(); err != nil {
					return err
				}
				continue
			}
			fmt.Printf("sent: %s\n", item.Data())
			if err := item.Consume(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// not now: to Kim
	// sent: to Kim
}

func ExampleSharded() {
	simpleConnected(func(ctx context.Context, c *client.Client) error {
		shards, err := queue.NewSharded(c, "/queues/mail", "/queues/mail-leader", func(_ context.Context, path string) (*queue.FIFO[string], error) {
			return queue.NewFIFO(c, path, queue.String{})
		})
		if err != nil {
			return err
		}
		if err := shards.Start(ctx); err != nil {
			return err
		}
		defer shards.Close(ctx)
		q, err := shards.Queue() // for one item; there is one shard as yet
		if err != nil {
			return err
		}
		if _, err := q.Put(ctx, "to Kim"); err != nil {
			return err
		}
		for _, q := range shards.Queues() {
			it, err := q.Take(ctx)
			if err != nil {
				return err
			}
			fmt.Println(it.Value())
		}
		return nil
	})
	// Output: to Kim
}
