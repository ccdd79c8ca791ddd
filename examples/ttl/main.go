// TTL: a znode that its owner keeps alive, and that goes some time after the owner has gone.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
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
	srv, err := server.New(server.WithExtendedTypes(true), server.WithContainerCheck(50*time.Millisecond, 10000))
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
	n, err := node.NewTTL(c, "/demo/service", 200*time.Millisecond, []byte("here I am"))
	if err != nil {
		return err
	}
	if err := n.Start(ctx); err != nil {
		return err
	}
	time.Sleep(500 * time.Millisecond)
	data, _, err := c.Get(n.Path()).Do(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("after more than twice its time it says %q\n", data)
	watch, err := c.Watch(n.Path()).Do(ctx)
	if err != nil {
		return err
	}
	defer watch.Stop()
	if err := n.Close(ctx); err != nil { // which touches it no more, and deletes nothing
		return err
	}
	for ev := range watch.Events() {
		if ev.Type == zk.EventNodeDeleted {
			fmt.Println("nobody touches it, and it is gone")
			return nil
		}
	}
	return watch.Err()
}
