package barrier_test

import (
	"context"
	"fmt"
	"log"
	"sync"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/barrier"
)

func ExampleBarrier() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		migrating, err := barrier.New(c, "/barriers/migration")
		if err != nil {
			return err
		}
		if err := migrating.Set(ctx); err != nil {
			return err
		}
		go func() {
			fmt.Println("migrated")
			if err := migrating.Remove(ctx); err != nil {
				log.Fatal(err)
			}
		}()
		if err := migrating.Wait(ctx); err != nil {
			return err
		}
		fmt.Println("serving")
		return nil
	})
	// Output:
	// migrated
	// serving
}

func ExampleDouble() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		const workers = 3
		round, err := barrier.NewDouble(c, "/barriers/round", workers)
		if err != nil {
			return err
		}
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				member, err := round.Enter(ctx)
				if err != nil {
					log.Fatal(err)
				}
				fmt.Println("begins") // when all are there
				if err := member.Leave(ctx); err != nil {
					log.Fatal(err)
				}
				fmt.Println("ends") // when all are done
			})
		}
		all.Wait()
		return nil
	})
	// Output:
	// begins
	// begins
	// begins
	// ends
	// ends
	// ends
}
