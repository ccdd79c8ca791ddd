// Node: a service registers itself with a znode that comes back, whatever happens to it: a delete by hand, and the end of the session.
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
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/server"
)

const path = "/demo/services/web"

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

	here, err := node.NewPersistent(c, path, []byte("10.0.0.1:80"))
	if err != nil {
		return err
	}
	if err := here.Start(ctx); err != nil {
		return err
	}
	made := 0
	var last int64
	for now, err := range here.Changes(ctx) {
		if err != nil {
			return err
		}
		if !now.Stands {
			fmt.Println("it does not stand:", now.Err)
			continue
		}
		if now.Czxid == last {
			continue
		}
		made, last = made+1, now.Czxid
		fmt.Printf("%s stands, made by transaction %d\n", now.Path, now.Czxid)
		switch made {
		case 1:
			fmt.Println("somebody deletes it")
			if err := c.Delete(path).Do(ctx); err != nil {
				return err
			}
		case 2:
			fmt.Println("its session expires")
			srv.ExpireSession(c.Session().ID())
		case 3:
			return here.Close(ctx)
		}
	}
	return nil
}
