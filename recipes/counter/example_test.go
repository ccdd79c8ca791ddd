package counter_test

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/counter"
)

func ExampleInt64_Add() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		visits, err := counter.NewInt64(c, "/visits", counter.WithLock("/visits"), counter.WithReceipts("/receipts"))
		if err != nil {
			return err
		}
		defer visits.Close(ctx)
		for range 2 {
			if _, err := visits.Add(ctx, 21); err != nil {
				return err
			}
		}
		res, err := visits.CompareAndSet(ctx, 42, 0)
		if err != nil {
			return err
		}
		fmt.Println(res.Applied, res.Before, res.After)
		return nil
	})
	// Output: true 42 0
}

func ExampleValue_Update() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		log, err := counter.NewValue(c, "/log")
		if err != nil {
			return err
		}
		for _, line := range []string{"one;", "two;"} {
			if _, err := log.Update(ctx, func(before []byte) []byte { return append(before, line...) }); err != nil {
				return err
			}
		}
		data, err := log.Get(ctx)
		fmt.Printf("%s\n", data)
		return err
	})
	// Output: one;two;
}

// Ids in blocks of a thousand: one request for a thousand of them.
func ExampleCached() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		last, err := counter.NewInt64(c, "/ids")
		if err != nil {
			return err
		}
		ids, err := counter.NewCached(last, 1000)
		if err != nil {
			return err
		}
		for range 3 {
			id, err := ids.Next(ctx)
			if err != nil {
				return err
			}
			fmt.Println(id)
		}
		return nil
	})
	// Output:
	// 0
	// 1
	// 2
}

func ExampleShared() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		limit, err := counter.NewSharedCount(c, "/limit", 10)
		if err != nil {
			return err
		}
		if err := limit.Start(ctx); err != nil {
			return err
		}
		defer limit.Close()
		for now, err := range limit.Changes(ctx) {
			if err != nil {
				return err
			}
			fmt.Println(now.Value)
			if now.Value == 20 {
				break
			}
			if _, err := limit.Set(ctx, 20); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// 10
	// 20
}
