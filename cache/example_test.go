package cache_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
)

// serve runs a server for an example.
func serve(ctx context.Context) (c *client.Client, stop func()) {
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	c, err = client.Connect(ctx, srv.Addr())
	if err != nil {
		log.Fatal(err)
	}
	return c, func() {
		if err := c.Close(ctx); err != nil {
			log.Print(err)
		}
		srv.Kill()
	}
}

// create makes znodes, each with its name for data.
func create(ctx context.Context, c *client.Client, paths ...string) {
	for _, path := range paths {
		if _, err := c.Create(path).Parents().Data([]byte(client.Base(path))).Do(ctx); err != nil {
			log.Fatal(err)
		}
	}
}

func ExampleTree() {
	ctx := context.Background()
	c, stop := serve(ctx)
	defer stop()
	create(ctx, c, "/app/config/host", "/app/config/port", "/app/members")

	tree, err := cache.NewTree(c, "/app")
	if err != nil {
		log.Fatal(err)
	}
	if err := tree.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer tree.Close(ctx)
	if err := tree.WaitInitialized(ctx); err != nil {
		log.Fatal(err)
	}
	before := tree.Snapshot()
	for path := range before.All() {
		fmt.Println(path)
	}

	stat, err := c.Set("/app/config/port").Data([]byte("2181")).Do(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if err := tree.WaitFor(ctx, stat.Mzxid); err != nil {
		log.Fatal(err)
	}
	for path, change := range cache.Diff(before, tree.Snapshot()) {
		fmt.Printf("%s: %s from %s to %s\n", path, change.Kind, change.Old.Data(), change.New.Data())
	}
	// Output:
	// /app
	// /app/config
	// /app/config/host
	// /app/config/port
	// /app/members
	// /app/config/port: Changed from port to 2181
}

func ExampleChildren() {
	ctx := context.Background()
	c, stop := serve(ctx)
	defer stop()
	create(ctx, c, "/members/a", "/members/b")

	members, err := cache.NewChildren(c, "/members")
	if err != nil {
		log.Fatal(err)
	}
	if err := members.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer members.Close(ctx)
	for ev := range members.Events(ctx) {
		if ev.Kind == cache.Initialized {
			break
		}
		fmt.Println(ev.Kind, ev.Path)
	}
	for name, z := range members.All() {
		fmt.Printf("%s: %s\n", name, z.Data())
	}
	// Output:
	// Created /members
	// Created /members/a
	// Created /members/b
	// a: a
	// b: b
}

func ExampleNode() {
	ctx := context.Background()
	c, stop := serve(ctx)
	defer stop()

	flag, err := cache.NewNode(c, "/flag")
	if err != nil {
		log.Fatal(err)
	}
	if err := flag.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer flag.Close(ctx)
	for ev := range flag.Events(ctx) {
		switch ev.Kind {
		case cache.Initialized:
			_, there := flag.Znode()
			fmt.Println("there:", there)
			create(ctx, c, "/flag")
		case cache.Created:
			fmt.Printf("created: %s\n", ev.New.Data())
			return
		case cache.Changed, cache.Deleted:
		}
	}
	// Output:
	// there: false
	// created: flag
}
