// Sharded queue: a queue that grows long is spread over several, and the consumer takes from all of them.
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
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/server"
)

const (
	path       = "/demo/shards"
	leaderPath = "/demo/shards-leader"
	items      = 20
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

	// Small numbers, to see something: five items make a shard full, and ten times a second somebody looks.
	shards, err := queue.NewSharded(c, path, leaderPath, func(_ context.Context, path string) (*queue.FIFO[int], error) {
		return queue.NewFIFO(c, path, queue.JSON[int]{})
	}, queue.ShardedThreshold(5), queue.ShardedMax(3), queue.ShardedCheck(100*time.Millisecond))
	if err != nil {
		return err
	}
	if err := shards.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shards.Close(ctx)) }()

	for i := range items {
		q, err := shards.Queue() // anew for each item
		if err != nil {
			return err
		}
		if _, err := q.Put(ctx, i); err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	for i, q := range shards.Queues() {
		n, err := q.Len(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("shard %d has %d items\n", i+1, n)
	}
	return consume(ctx, shards)
}

// consume takes from all shards together.
func consume(ctx context.Context, shards *queue.Sharded[*queue.FIFO[int]]) error {
	taken := make(chan int, items)
	rest, stop := context.WithCancel(ctx)
	defer stop()
	var all errgroup.Group
	for _, q := range shards.Queues() {
		all.Go(func() error {
			for {
				it, err := q.Take(rest)
				if rest.Err() != nil {
					return nil //nolint:nilerr // all have been taken
				}
				if err != nil {
					return err
				}
				taken <- it.Value()
			}
		})
	}
	sum := 0
	for range items {
		sum += <-taken
	}
	stop()
	fmt.Printf("%d items were taken; they add up to %d\n", items, sum)
	return all.Wait()
}
