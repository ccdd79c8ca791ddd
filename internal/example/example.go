// Package example is what the examples of the documentation have around them.
package example

import (
	"context"
	"log"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
)

// Connected runs f with a client of a server of its own.
func Connected(f func(ctx context.Context, c *client.Client) error, opts ...server.Option) {
	ctx := context.Background()
	srv, err := server.New(opts...)
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
	defer func() { _ = c.Close(ctx) }()
	if err := f(ctx, c); err != nil {
		log.Fatal(err)
	}
}
