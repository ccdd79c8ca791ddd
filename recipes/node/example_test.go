package node_test

import (
	"context"
	"fmt"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/server"
)

// A service registers its address, and is back when somebody deletes that by mistake.
func ExamplePersistent() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		here, err := node.NewPersistent(c, "/services/web/1", []byte("10.0.0.1:80"))
		if err != nil {
			return err
		}
		if err := here.Start(ctx); err != nil {
			return err
		}
		first := here.State().Czxid
		if err := c.Delete(here.Path()).Do(ctx); err != nil {
			return err
		}
		for now, err := range here.Changes(ctx) {
			if err != nil {
				return err
			}
			if now.Stands && now.Czxid > first {
				break
			}
		}
		data, _, err := c.Get(here.Path()).Do(ctx)
		fmt.Printf("%s\n", data)
		if err != nil {
			return err
		}
		return here.Close(ctx)
	})
	// Output: 10.0.0.1:80
}

// The result of a job stays for an hour after its owner has gone.
func ExampleTTL() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		result, err := node.NewTTL(c, "/jobs/7", time.Hour, []byte("running"))
		if err != nil {
			return err
		}
		if err := result.Start(ctx); err != nil {
			return err
		}
		if err := result.Set(ctx, []byte("done")); err != nil {
			return err
		}
		if err := result.Close(ctx); err != nil {
			return err
		}
		data, _, err := c.Get("/jobs/7").Do(ctx)
		fmt.Printf("%s\n", data)
		return err
	}, server.WithExtendedTypes(true))
	// Output: done
}
