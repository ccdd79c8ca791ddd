// Locking queue: a worker dies with a job half done, and another one does it.
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

const path = "/demo/jobs"

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

	fmt.Println("two jobs are put, the urgent one last")
	err = with(ctx, srv.Addr(), func(q *queue.KazooLocking) error {
		if _, err := q.Put(ctx, queue.KazooPriority, []byte("the other one")); err != nil {
			return err
		}
		_, err := q.Put(ctx, 1, []byte("the urgent one"))
		return err
	})
	if err != nil {
		return err
	}
	err = with(ctx, srv.Addr(), func(q *queue.KazooLocking) error {
		job, err := q.Get(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("worker 1 gets %s, and dies\n", job.Data())
		return nil // and its session ends
	})
	if err != nil {
		return err
	}
	return with(ctx, srv.Addr(), func(q *queue.KazooLocking) error {
		for range 2 {
			job, err := q.Get(ctx)
			if err != nil {
				return err
			}
			fmt.Printf("worker 2 does %s\n", job.Data())
			if err := job.Consume(ctx); err != nil { // done: now it goes
				return err
			}
		}
		left, err := q.Len(ctx)
		fmt.Printf("%d jobs are left\n", left)
		return err
	})
}

// with runs f with a queue of a client of its own.
func with(ctx context.Context, addr string, f func(*queue.KazooLocking) error) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	q, err := queue.NewKazooLocking(c, path)
	if err != nil {
		return err
	}
	return f(q)
}
