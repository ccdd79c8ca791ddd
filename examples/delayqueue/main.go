// Delay queue: jobs that come when their time has, and jobs that can be taken back by their id.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
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
	if err := later(ctx, c); err != nil {
		return err
	}
	return byID(ctx, c)
}

// later puts two jobs, the second of which is due first.
func later(ctx context.Context, c *client.Client) (err error) {
	q, err := queue.NewDelay(c, "/demo/later", queue.String{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close(ctx)) }()
	begun := time.Now()
	for _, job := range []time.Duration{400 * time.Millisecond, 200 * time.Millisecond} {
		if _, err := q.Put(ctx, begun.Add(job), job.String()); err != nil {
			return err
		}
	}
	for range 2 {
		it, err := q.Take(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("the job of %s comes, not before its time: %v\n", it.Value(), time.Since(begun) >= 200*time.Millisecond)
		if err := it.Done(ctx); err != nil {
			return err
		}
	}
	return nil
}

// byID takes one of two jobs back.
func byID(ctx context.Context, c *client.Client) (err error) {
	q, err := queue.NewIDs(c, "/demo/ids", queue.String{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close(ctx)) }()
	for _, id := range []string{"a", "b"} {
		if _, err := q.Put(ctx, id, "job "+id); err != nil {
			return err
		}
	}
	removed, err := q.Remove(ctx, "a")
	if err != nil {
		return err
	}
	it, err := q.Take(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%d job is taken back; what comes is %s, id %s\n", removed, it.Value(), it.ID())
	return it.Done(ctx)
}
