// Simple queue: one process offers jobs, two others take them, each job goes to one of them.
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
	path = "/demo/jobs"
	jobs = 6
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	srv, err := server.New()
	if err != nil {
		return err
	}
	if err := srv.Start(ctx); err != nil {
		return err
	}
	defer srv.Kill()

	var all errgroup.Group
	for i := range 2 {
		all.Go(func() error {
			return with(ctx, srv.Addr(), func(q *queue.Simple) error { return work(ctx, q, fmt.Sprintf("worker %d", i+1)) })
		})
	}
	all.Go(func() error {
		return with(ctx, srv.Addr(), func(q *queue.Simple) error { return produce(ctx, q) })
	})
	return all.Wait()
}

// with runs f with a queue of a client of its own. Its receipts make sure that a lost answer loses no job and doubles none.
func with(ctx context.Context, addr string, f func(*queue.Simple) error) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	q, err := queue.NewSimple(c, path, queue.SimpleReceipts("/demo/receipts"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close(ctx)) }()
	return f(q)
}

func produce(ctx context.Context, q *queue.Simple) error {
	for i := range jobs {
		time.Sleep(50 * time.Millisecond)
		fmt.Printf("job %d is offered\n", i+1)
		if _, err := q.Offer(ctx, fmt.Appendf(nil, "job %d", i+1)); err != nil {
			return err
		}
	}
	// One for each worker, in one transaction.
	_, err := q.OfferMany(ctx, []byte("enough"), []byte("enough"))
	return err
}

func work(ctx context.Context, q *queue.Simple, name string) error {
	for {
		job, err := q.Take(ctx) // waits until there is one
		if err != nil {
			return err
		}
		if string(job) == "enough" {
			fmt.Printf("%s goes home\n", name)
			return nil
		}
		fmt.Printf("%s does %s\n", name, job)
		time.Sleep(80 * time.Millisecond)
	}
}
