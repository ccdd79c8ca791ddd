package lease_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lease"
	"github.com/zookit-go/zookit/testing/server"
)

func ExampleLease_TryAcquire() {
	ctx := context.Background()
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()
	c, err := client.Connect(ctx, srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close(ctx)

	// An hourly job on three hosts: it stays on one, and moves when that one has been gone for 70 minutes.
	for _, host := range []string{"host 1", "host 2", "host 3"} {
		l, err := lease.New(c, "/jobs/cleanup", 70*time.Minute, lease.WithHolder(host))
		if err != nil {
			log.Fatal(err)
		}
		grant, err := l.TryAcquire(ctx)
		var held *lease.HeldError
		switch {
		case errors.As(err, &held):
			fmt.Printf("%s: the job is %s's\n", host, held.Holder)
		case err != nil:
			log.Fatal(err)
		default:
			fmt.Printf("%s: doing the job, for %v at most\n", host, time.Until(grant.End()).Round(time.Minute))
		}
	}
	// Output:
	// host 1: doing the job, for 1h10m0s at most
	// host 2: the job is host 1's
	// host 3: the job is host 1's
}
