// Revocation: a long job holds a lock, and lets go when somebody with an urgent one asks it to.
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

	const path = "/demo/locks/printer"
	long, err := lock.NewMutex(c, path, lock.WithData([]byte("report of 900 pages")), lock.WithRevocation())
	if err != nil {
		return err
	}
	held, err := long.Lock(ctx)
	if err != nil {
		return err
	}
	var job errgroup.Group
	job.Go(func() error {
		pages := 0
		for {
			select {
			case <-held.Revoked():
				fmt.Println("asked to let go, after some pages:", pages > 0)
				return held.Unlock() // in its own time: nobody takes the lock from it
			case <-held.Context().Done():
				return context.Cause(held.Context())
			case <-time.After(10 * time.Millisecond):
				pages++
			}
		}
	})
	time.Sleep(100 * time.Millisecond) // for some pages

	urgent, err := lock.NewMutex(c, path)
	if err != nil {
		return err
	}
	all, err := urgent.Participants(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("the printer is taken by: %s\n", all[0].Data)
	if err := lock.Revoke(ctx, c, all[0].Path); err != nil {
		return err
	}
	if err := urgent.Do(ctx, func(context.Context) error {
		fmt.Println("printing one urgent page")
		return nil
	}); err != nil {
		return err
	}
	return job.Wait()
}
