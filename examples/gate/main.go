// Gate: three workers wait at a barrier until somebody opens it.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
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
	gate, err := barrier.New(c, "/demo/gate")
	if err != nil {
		return err
	}
	if err := gate.Set(ctx); err != nil {
		return err
	}
	var workers errgroup.Group
	for i := range 3 {
		workers.Go(func() error {
			if err := gate.Wait(ctx); err != nil {
				return err
			}
			fmt.Println("worker", i+1, "goes on")
			return nil
		})
	}
	fmt.Println("all wait")
	time.Sleep(200 * time.Millisecond) // so that it can be seen
	if err := gate.Remove(ctx); err != nil {
		return err
	}
	return workers.Wait()
}
