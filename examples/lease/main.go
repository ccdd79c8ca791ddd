// Lease: a job that is to run on one of three hosts. It stays where it is, although its process begins anew, and moves when the lease is over.
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
	"github.com/zookit-go/zookit/recipes/lease"
	"github.com/zookit-go/zookit/testing/server"
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

	var end time.Time
	for _, host := range []string{"host 1", "host 2", "host 1", "host 3"} {
		if host == "host 3" {
			time.Sleep(time.Until(end))
		}
		if end, err = try(ctx, srv.Addr(), host); err != nil {
			return err
		}
	}
	return nil
}

// try is one process on one host: it does the job if that is the host's, and ends.
func try(ctx context.Context, addr, host string) (end time.Time, err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return end, err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	job, err := lease.New(c, "/demo/job", 2*time.Second, lease.WithHolder(host))
	if err != nil {
		return end, err
	}
	grant, err := job.TryAcquire(ctx)
	var held *lease.HeldError
	switch {
	case errors.As(err, &held):
		fmt.Printf("%s: %s does it\n", host, held.Holder)
		return held.End, nil
	case err != nil:
		return end, err
	}
	fmt.Printf("%s does the job, with token %d, and must be done in %v\n", host, grant.Token(), time.Until(grant.End()).Round(time.Second))
	return grant.End(), nil
}
