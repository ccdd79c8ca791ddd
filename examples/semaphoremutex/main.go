// Semaphore mutex: one holder at a time, on the znodes of Curator's InterProcessSemaphoreMutex.
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
	mutex, err := lock.NewSemaphoreMutex(c, "/demo/mutex")
	if err != nil {
		return err
	}
	var workers errgroup.Group
	inside := 0
	for i := range 3 {
		workers.Go(func() error {
			return mutex.Do(ctx, func(context.Context) error {
				inside++ // nobody else is here
				fmt.Printf("worker %d is inside, with %d in all\n", i+1, inside)
				inside--
				return nil
			})
		})
	}
	return workers.Wait()
}
