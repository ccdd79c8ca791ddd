// Values: what else can be counted and kept: a small number, bytes, bytes that all see at once, and unique numbers, cheaply.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/server"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) (err error) {
	srv, err := server.New()
	if err != nil {
		return err
	}
	if err := srv.Start(ctx); err != nil {
		return err
	}
	defer srv.Kill()
	c, err := client.Connect(ctx, srv.Addr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	for _, show := range []func(context.Context, *client.Client) error{small, value, shared, ids} {
		if err := show(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// small is a number of Curator's 32 bits.
func small(ctx context.Context, c *client.Client) error {
	n, err := counter.NewInt32(c, "/demo/small")
	if err != nil {
		return err
	}
	res, err := n.Add(ctx, 3)
	if err != nil {
		return err
	}
	fmt.Printf("%d and 3 are %d\n", res.Before, res.After)
	return n.Close(ctx)
}

// value is bytes that are changed by what they were.
func value(ctx context.Context, c *client.Client) error {
	v, err := counter.NewValue(c, "/demo/value")
	if err != nil {
		return err
	}
	for _, word := range []string{"one", " two"} {
		res, err := v.Update(ctx, func(before []byte) []byte { return append(before, word...) })
		if err != nil {
			return err
		}
		fmt.Printf("the value is %q\n", res.After)
	}
	return v.Close(ctx)
}

// shared is bytes that everybody has a copy of.
func shared(ctx context.Context, c *client.Client) error {
	v, err := counter.NewSharedValue(c, "/demo/shared", []byte("blue"))
	if err != nil {
		return err
	}
	if err := v.Start(ctx); err != nil {
		return err
	}
	defer v.Close()
	seen := v.Get()
	fmt.Printf("all see %q\n", seen.Value)
	ok, now, err := v.TrySet(ctx, seen, []byte("green"))
	if err != nil {
		return err
	}
	fmt.Printf("changed: %v; all see %q\n", ok, now.Value)
	return nil
}

// ids are taken from the server a hundred at a time.
func ids(ctx context.Context, c *client.Client) error {
	n, err := counter.NewInt64(c, "/demo/ids")
	if err != nil {
		return err
	}
	next, err := counter.NewCached(n, 100)
	if err != nil {
		return err
	}
	for range 3 {
		id, err := next.Next(ctx)
		if err != nil {
			return err
		}
		fmt.Println("id", id)
	}
	taken, err := n.Get(ctx)
	if err != nil {
		return err
	}
	fmt.Println("taken from the server:", taken)
	return n.Close(ctx)
}
