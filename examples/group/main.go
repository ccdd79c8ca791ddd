// Group: three workers join a group, and one of them tells who comes, says something new and goes.
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
	"github.com/zookit-go/zookit/recipes/group"
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
	var all []*group.Member
	for i := range 3 {
		c, err := client.Connect(ctx, srv.Addr())
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		m, err := group.NewMember(c, "/demo/workers", fmt.Sprint("worker-", i+1), []byte("idle"))
		if err != nil {
			return err
		}
		if err := m.Start(ctx); err != nil {
			return err
		}
		all = append(all, m)
	}
	defer func() { err = errors.Join(err, all[0].Close(ctx), all[1].Close(ctx)) }()

	in := 0
	for change, err := range all[0].Changes(ctx) {
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s, %s\n", change.Kind, change.ID, change.Data)
		switch change.Kind {
		case group.Joined:
			if in++; in == len(all) { // all are here
				if err := all[1].SetData(ctx, []byte("busy")); err != nil {
					return err
				}
			}
		case group.Changed:
			if err := all[2].Close(ctx); err != nil {
				return err
			}
		case group.Left:
			fmt.Println("and then there are", len(all[0].Members()))
			return nil
		}
	}
	return nil
}
