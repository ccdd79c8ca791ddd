// Queue: two workers share the jobs of one queue, the urgent ones first. One of them dies over a job, and the other does it.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"sync"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/server"
)

const jobs = 6

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

	if err := produce(ctx, srv.Addr()); err != nil {
		return err
	}
	unlucky, err := client.Connect(ctx, srv.Addr())
	if err != nil {
		return err
	}
	defer unlucky.Close(ctx)
	q, err := open(unlucky)
	if err != nil {
		return err
	}
	it, err := q.Take(ctx)
	if err != nil {
		return err
	}
	fmt.Println("the first worker begins with", it.Value(), "and dies")
	srv.ExpireSession(unlucky.Session().ID()) // as if it had: its lock on the item goes with its session
	<-it.Context().Done()
	fmt.Println("what it held is no longer its:", errors.Is(it.Done(ctx), queue.ErrNotHeld))
	return consume(ctx, srv.Addr())
}

// open is the queue, with a lock path: an item stays in it until it is done.
func open(c *client.Client) (*queue.Priority[string], error) {
	return queue.NewPriority(c, "/demo/jobs", queue.String{}, queue.WithLockPath("/demo/jobs-locks"))
}

// produce puts the jobs, with their priorities: the smaller number comes first.
func produce(ctx context.Context, addr string) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	q, err := open(c)
	if err != nil {
		return err
	}
	for i := range jobs {
		q.PutAsync(ctx, int32(jobs-i), fmt.Sprint("job ", i+1)) // #nosec G115 -- a few
	}
	return errors.Join(q.Flush(ctx), q.Close(ctx))
}

// consume works on all jobs, two at a time.
func consume(ctx context.Context, addr string) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	q, err := open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close(ctx)) }()

	all := errors.New("all jobs are done")
	ctx2, stop := context.WithCancelCause(ctx)
	var mu sync.Mutex
	done := 0
	failed := false
	err = q.Consume(ctx2, func(_ context.Context, job string) error {
		time.Sleep(50 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		if job == "job 3" && !failed {
			failed = true
			fmt.Println(job, "fails, and comes again")
			return errors.New("no luck")
		}
		fmt.Println(job, "is done")
		if done++; done == jobs {
			stop(all)
		}
		return nil
	}, queue.Workers(2))
	if errors.Is(err, all) {
		fmt.Println(err)
		return nil
	}
	return err
}
