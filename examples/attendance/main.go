// Attendance: who is at a party, and who comes and goes; members of kazoo, in Python, are seen as well.
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
	"github.com/zookit-go/zookit/recipes/party"
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
	watcher, err := party.New(c, "/demo/party")
	if err != nil {
		return err
	}
	ada, err := party.New(c, "/demo/party", party.WithID("ada"))
	if err != nil {
		return err
	}
	bob, err := party.New(c, "/demo/party", party.WithID("bob"))
	if err != nil {
		return err
	}
	stay, err := ada.Join(ctx)
	if err != nil {
		return err
	}
	step := 0
	for change, err := range watcher.Changes(ctx) {
		if err != nil {
			return err
		}
		for _, m := range change.Joined {
			fmt.Println(m.ID, "comes")
		}
		for _, m := range change.Left {
			fmt.Println(m.ID, "goes")
		}
		switch step++; step {
		case 1:
			if _, err := bob.Join(ctx); err != nil { // who leaves with the session
				return err
			}
		case 2:
			if err := stay.Leave(); err != nil {
				return err
			}
		default:
			return nil
		}
	}
	return nil
}
