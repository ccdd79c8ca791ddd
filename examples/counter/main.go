// Counter: four workers count together, one hands out ids, and everybody sees a limit change at once.
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
	"github.com/zookit-go/zookit/testing/server"
)

const (
	jobsPath  = "/demo/jobs"
	limitPath = "/demo/limit"
	workers   = 4
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
	for i := range workers {
		all.Go(func() error { return work(ctx, srv.Addr(), i+1) })
	}
	return all.Wait()
}

// work does jobs until all together have done as many as the limit says. The first worker raises the limit once.
func work(ctx context.Context, addr string, n int) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	// With a queue, so that many who count at once do not make each other lose; with receipts, so that a lost answer leaves no doubt.
	jobs, err := counter.NewInt64(c, jobsPath, counter.WithLock(jobsPath), counter.WithReceipts("/demo/receipts"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, jobs.Close(ctx)) }()
	limit, err := counter.NewSharedCount(c, limitPath, 100)
	if err != nil {
		return err
	}
	if err := limit.Start(ctx); err != nil {
		return err
	}
	defer limit.Close()

	if n == 1 {
		if _, err := limit.Set(ctx, 200); err != nil {
			return err
		}
	}
	for now, err := range limit.Changes(ctx) { // everybody sees it
		if err != nil {
			return err
		}
		if now.Value == 200 {
			break
		}
	}
	for mine := 0; ; mine++ {
		res, err := jobs.Add(ctx, 1)
		if err != nil {
			return err
		}
		if last := int64(limit.Get().Value); res.After > last {
			fmt.Printf("worker %d has done %d of %d jobs\n", n, mine, last)
			return nil
		}
	}
}
