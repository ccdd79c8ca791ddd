// Barrier: three workers begin together and end together, however long each one takes.
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
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/server"
)

const workers = 3

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

// work does one worker's part of a round.
func work(ctx context.Context, addr string, n int) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	round, err := barrier.NewDouble(c, "/demo/round", workers)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(n) * 100 * time.Millisecond) // they come one after the other
	fmt.Printf("worker %d is here\n", n)
	member, err := round.Enter(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("worker %d begins\n", n)
	time.Sleep(time.Duration(n) * 100 * time.Millisecond) // and take their time
	fmt.Printf("worker %d is done\n", n)
	if err := member.Leave(ctx); err != nil {
		return err
	}
	fmt.Printf("worker %d goes home\n", n)
	return nil
}
