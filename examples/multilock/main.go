// Multi lock: two workers move things between the same two shelves, each with both of them locked.
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
	"github.com/zookit-go/zookit/recipes/lock"
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

	left, err := lock.NewMutex(c, "/demo/shelves/left")
	if err != nil {
		return err
	}
	right, err := lock.NewMutex(c, "/demo/shelves/right")
	if err != nil {
		return err
	}
	both, err := lock.NewMulti(left, right) // in this order, whichever way the things go, or two could wait for each other
	if err != nil {
		return err
	}
	shelves := map[string]int{"left": 4}
	var workers errgroup.Group
	for range 2 {
		workers.Go(func() error {
			for range 2 {
				err := both.Do(ctx, func(context.Context) error {
					shelves["left"]--
					shelves["right"]++
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	fmt.Println("moved by two workers:", shelves)

	// One that cannot be had undoes the rest.
	held, err := right.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	_, err = both.TryLock(ctx)
	fmt.Println("both, while the right one is held:", err)
	free, err := left.TryLock(ctx)
	if err != nil {
		return err
	}
	fmt.Println("the left one was given back")
	return free.Unlock()
}
