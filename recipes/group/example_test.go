package group_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/group"
	"github.com/zookit-go/zookit/testing/server"
)

func ExampleMember() {
	ctx := context.Background()
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()
	for _, id := range []string{"worker-1", "worker-2"} {
		c, err := client.Connect(ctx, srv.Addr())
		if err != nil {
			log.Fatal(err)
		}
		defer c.Close(ctx)
		m, err := group.NewMember(c, "/workers", id, []byte("address of "+id))
		if err != nil {
			log.Fatal(err)
		}
		if err := m.Start(ctx); err != nil {
			log.Fatal(err)
		}
		defer m.Close(ctx)
		if id == "worker-1" {
			continue
		}
		in := 0
		for change, err := range m.Changes(ctx) {
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%s %s: %s\n", change.ID, change.Kind, change.Data)
			if in++; in == 2 {
				break
			}
		}
	}
	// Output:
	// worker-1 Joined: address of worker-1
	// worker-2 Joined: address of worker-2
}
