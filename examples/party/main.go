// Party: three workers divide five queues among them, and divide them anew when one goes home. No queue ever has two owners.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/server"
)

var queues = []string{"archive", "invoices", "letters", "orders", "returns"}

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
		// The first goes home after a second, the others stay for two.
		day, cancel := context.WithTimeoutCause(ctx, time.Duration(min(i+1, 2))*time.Second, errEvening)
		defer cancel()
		workers.Go(func() error { return work(day, srv.Addr(), fmt.Sprintf("worker %d", i+1)) })
	}
	return workers.Wait()
}

var errEvening = errors.New("evening")

// work owns its share of the queues until the evening.
func work(day context.Context, addr, id string) (err error) {
	c, err := client.Connect(day, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(day))) }()
	members, err := party.NewPartitioner(c, "/demo/queues", queues, party.WithID(id), party.WithTimeBoundary(200*time.Millisecond))
	if err != nil {
		return err
	}
	err = members.Run(day, func(ctx context.Context, share *party.Share) error {
		var mine []string
		for _, item := range share.Items() {
			mine = append(mine, fmt.Sprintf("%s (token %d)", item.Name(), item.Token()))
		}
		fmt.Printf("%s has %s\n", id, strings.Join(mine, ", "))
		<-ctx.Done() // here it would work
		fmt.Printf("%s gives them back: %v\n", id, context.Cause(ctx))
		return nil
	})
	if errors.Is(err, errEvening) {
		return nil
	}
	return err
}
