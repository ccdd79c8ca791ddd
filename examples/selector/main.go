// Selector: two workers run a job one after the other, and somebody else sees who has it.
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
	"github.com/zookit-go/zookit/recipes/leader"
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
	observer, err := leader.NewSelectorObserver(c, "/demo/selector")
	if err != nil {
		return err
	}
	var workers errgroup.Group
	for _, id := range []string{"ada", "bob"} {
		s, err := leader.NewSelector(c, "/demo/selector", leader.WithID(id))
		if err != nil {
			return err
		}
		workers.Go(func() error {
			return s.Run(ctx, func(ctx context.Context) error { // ctx ends when the leadership does
				who, err := observer.Leader(ctx)
				if err != nil {
					return err
				}
				fmt.Println(who.ID, "leads, and those who do not take part see it")
				return nil
			})
		})
	}
	return workers.Wait()
}
