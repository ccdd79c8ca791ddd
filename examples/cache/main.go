// Cache: one process changes a configuration, another one follows it without asking.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strconv"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
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
	for path, value := range map[string]string{"/config/timeout": "10", "/config/retries": "3"} {
		if _, err := c.Create(path).Parents().Data([]byte(value)).Do(ctx); err != nil {
			return err
		}
	}

	tree, err := cache.NewTree(c, "/config")
	if err != nil {
		return err
	}
	if err := tree.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tree.Close(ctx)) }()
	if err := tree.WaitInitialized(ctx); err != nil {
		return err
	}
	before := tree.Snapshot()
	for path, z := range before.Children("/config") {
		fmt.Printf("at first %s is %s\n", path, z.Data())
	}
	if err := change(ctx, srv.Addr()); err != nil {
		return err
	}

	numbers := cache.NewTyped(tree.Cache, func(_ string, data []byte) (int, error) { return strconv.Atoi(string(data)) })
	for ev := range tree.Since(ctx, before) {
		fmt.Println(ev.Kind, ev.Path)
		if ev.Kind == cache.Deleted {
			break
		}
	}
	timeout, _, err := numbers.Get("/config/timeout")
	if err != nil {
		return err
	}
	fmt.Printf("now the timeout is %d; the first snapshot still has %d znodes, the present one %d\n",
		timeout.Value, before.Len(), tree.Snapshot().Len())
	return nil
}

// change is what the other process does.
func change(ctx context.Context, addr string) (err error) {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	if _, err := c.Set("/config/timeout").Data([]byte("20")).Do(ctx); err != nil {
		return err
	}
	return c.Delete("/config/retries").Do(ctx)
}
