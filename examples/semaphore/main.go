// Semaphore: five workers share two licences, until a third one is bought while they wait.
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
	"github.com/zookit-go/zookit/recipes/counter"
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

	licences, err := counter.NewSharedCount(c, "/demo/licences", 2)
	if err != nil {
		return err
	}
	if err := licences.Start(ctx); err != nil {
		return err
	}
	defer licences.Close()

	const enough = 5
	holding := make(chan struct{}, enough)
	release := make(chan struct{})
	var workers errgroup.Group
	for i := range enough {
		s, err := lock.NewSharedSemaphore(c, "/demo/semaphore", licences, lock.WithData(fmt.Appendf(nil, "worker %d", i+1)))
		if err != nil {
			return err
		}
		workers.Go(func() error {
			return s.Do(ctx, func(ctx context.Context) error {
				holding <- struct{}{}
				select {
				case <-release:
				case <-ctx.Done():
				}
				return context.Cause(ctx)
			})
		})
	}
	look, err := lock.NewSharedSemaphore(c, "/demo/semaphore", licences)
	if err != nil {
		return err
	}
	for _, limit := range []int{2, 3} {
		for len(holding) < limit {
			if err := pause(ctx); err != nil {
				return err
			}
		}
		all, err := look.Participants(ctx)
		if err != nil {
			return err
		}
		holders := 0
		for _, p := range all {
			if p.Holds {
				holders++
			}
		}
		fmt.Printf("%d licences: %d workers have one\n", limit, holders)
		if _, err := licences.Set(ctx, 3); err != nil {
			return err
		}
	}
	close(release)
	if err := workers.Wait(); err != nil {
		return err
	}
	fmt.Println("all", len(holding), "have had one")
	return nil
}

// pause waits before it is looked again.
func pause(ctx context.Context) error {
	select {
	case <-time.After(10 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
