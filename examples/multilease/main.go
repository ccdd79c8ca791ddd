// Several leases: of three hosts two may do a job until their time is over, connected or not.
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
	for _, host := range []string{"ada", "bob", "eve"} {
		m, err := lease.NewMulti(c, "/demo/leases", 2, time.Minute, lease.WithHolder(host))
		if err != nil {
			return err
		}
		grant, err := m.TryAcquire(ctx)
		var held *lease.HeldError
		switch {
		case errors.As(err, &held):
			fmt.Println(host, "has to wait: all are taken")
		case err != nil:
			return err
		default:
			fmt.Println(host, "has place", grant.Slot())
		}
	}
	return nil
}
