// Leader: three workers elect a leader, who publishes its address, and the next one takes over when it stops.
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

const (
	electionPath = "/demo/leader"
	addressPath  = "/demo-address"
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

	var workers errgroup.Group
	for i := range 3 {
		workers.Go(func() error { return work(ctx, srv.Addr(), fmt.Sprintf("worker %d", i+1)) })
	}
	return workers.Wait()
}

// work takes part until it has led once.
func work(ctx context.Context, addr, id string) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	latch, err := leader.NewLatch(c, electionPath, leader.WithID(id))
	if err != nil {
		return err
	}
	if err := latch.Start(ctx); err != nil {
		return err
	}
	term, err := latch.Await(ctx)
	if err != nil {
		return err
	}
	if err := term.Publish(ctx, addressPath, []byte("address of "+id)); err != nil {
		return err
	}
	who, err := latch.Observer().Leader(ctx)
	if err != nil {
		return err
	}
	data, _, err := c.Get(addressPath).Do(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s leads in epoch %d; everybody reads %q\n", who.ID, term.Epoch(), data)
	if err := latch.Close(ctx); err != nil {
		return err
	}
	fmt.Println(id, "leads no longer:", context.Cause(term.Context()))
	return nil
}
