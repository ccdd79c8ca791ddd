// Cache of children: a copy of the children of a znode, and one of a single znode, that follow the server.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
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
	kids, err := cache.NewChildren(c, "/demo")
	if err != nil {
		return err
	}
	one, err := cache.NewNode(c, "/demo/one")
	if err != nil {
		return err
	}
	for _, part := range []*cache.Cache{kids.Cache, one.Cache} {
		if err := part.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, part.Close(ctx)) }()
	}
	if _, err := c.Create("/demo/one").Data([]byte("1")).Parents().Do(ctx); err != nil {
		return err
	}
	stat, err := c.Set("/demo/one").Data([]byte("2")).Do(ctx)
	if err != nil {
		return err
	}
	for _, part := range []*cache.Cache{kids.Cache, one.Cache} {
		if err := part.WaitFor(ctx, stat.Mzxid); err != nil { // what was written is in it
			return err
		}
	}
	for name, z := range kids.All() {
		fmt.Printf("child %s says %s\n", name, z.Data())
	}
	z, there := one.Znode()
	if !there {
		return errors.New("it is not there")
	}
	fmt.Printf("the copy of %s says %s in version %d\n", z.Path(), z.Data(), z.Stat().Version)
	return nil
}
