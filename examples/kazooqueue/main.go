// kazoo's queue: jobs by priority, each for one taker; Python may put and take them, too.
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
	q, err := queue.NewKazooQueue(c, "/demo/queue")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close(ctx)) }()
	for priority, job := range map[int]string{100: "what can wait", 1: "what is urgent"} {
		if _, err := q.Put(ctx, priority, []byte(job)); err != nil {
			return err
		}
	}
	for range 2 {
		job, err := q.Take(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("first come, first served, but for priorities: %s\n", job)
	}
	return nil
}
