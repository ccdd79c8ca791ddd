package client_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

func ExampleClient_Watch() {
	connected(func(ctx context.Context, c *client.Client) error {
		watch, err := c.Watch("/jobs").Recursive().Do(ctx)
		if err != nil {
			return err
		}
		if _, err := c.Create("/jobs/a").Parents().Do(ctx); err != nil {
			return err
		}
		if err := c.Delete("/jobs/a").Do(ctx); err != nil {
			return err
		}
		n := 0
		for ev := range watch.All(ctx) {
			if client.Missed(ev) { // the connection was away, or this loop was too slow: read /jobs again
				continue
			}
			fmt.Println(ev.Type, ev.Path)
			if n++; n == 3 {
				break
			}
		}
		fmt.Println(watch.Close(ctx), watch.Err())
		return nil
	})
	// Output:
	// EventNodeCreated /jobs
	// EventNodeCreated /jobs/a
	// EventNodeDeleted /jobs/a
	// <nil> watch removed
}

func ExampleClient_RemoveWatches() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Watch("/config").Do(ctx); err != nil {
			return err
		}
		_, _, once, err := c.Exists("/config").DoW(ctx)
		if err != nil {
			return err
		}
		fmt.Println(c.RemoveWatches("/config").Persistent().Do(ctx), once.Err())
		fmt.Println(c.CheckWatches("/config").Data().Do(ctx)) // the one-shot still waits
		fmt.Println(c.RemoveWatches("/config").Do(ctx), once.Err())
		err = c.RemoveWatches("/config").Do(ctx)
		fmt.Println(errors.Is(err, client.ErrNoWatch))
		return nil
	})
	// Output:
	// <nil> <nil>
	// true <nil>
	// <nil> watch removed
	// true
}

func ExampleClient_CheckWatches() {
	connected(func(ctx context.Context, c *client.Client) error {
		_, _, watch, err := c.Exists("/ready").DoW(ctx)
		if err != nil {
			return err
		}
		fmt.Println(c.CheckWatches("/ready").Data().Do(ctx))
		fmt.Println(c.CheckWatches("/ready").Children().Do(ctx))
		if err := watch.Close(ctx); err != nil {
			return err
		}
		fmt.Println(c.CheckWatches("/ready").Do(ctx))
		return nil
	})
	// Output:
	// true <nil>
	// false <nil>
	// false <nil>
}
