// Quickstart: three workers, one lock, one counter, and a holder that loses its session.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"fmt"
	"log"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/server"
)

const (
	lockPath    = "/demo/lock"
	counterPath = "/demo/counter"
	rounds      = 3
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
	fmt.Println("A ZooKeeper server runs inside this program, on", srv.Addr())

	if err := countTogether(ctx, srv.Addr()); err != nil {
		return err
	}
	return loseSession(ctx, srv)
}

// countTogether lets three workers, each a client of its own, raise one counter. Reading and writing it are two requests, so
// without the lock they would overwrite each other.
func countTogether(ctx context.Context, addr string) error {
	fmt.Printf("\nThree workers raise one counter %d times each, under one lock.\n", rounds)
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	if _, err := c.Create(counterPath).Parents().Data([]byte("0")).Do(ctx); err != nil {
		return err
	}
	workers, working := errgroup.WithContext(ctx)
	for _, name := range []string{"ada", "bob", "eve"} {
		workers.Go(func() error { return work(working, addr, name) })
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	data, _, err := c.Get(counterPath).Do(ctx)
	fmt.Printf("The counter stands at %s.\n", data)
	return err
}

func work(ctx context.Context, addr, name string) error {
	c, err := client.Connect(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	mutex, err := lock.NewMutex(c, lockPath, lock.WithData([]byte(name)))
	if err != nil {
		return err
	}
	for range rounds {
		if err := increment(ctx, c, mutex, name); err != nil {
			return err
		}
	}
	return nil
}

func increment(ctx context.Context, c *client.Client, mutex *lock.Mutex, name string) error {
	held, err := mutex.Lock(ctx)
	if err != nil {
		return err
	}
	defer held.Unlock()
	data, _, err := c.Get(counterPath).Do(ctx)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(string(data))
	if err != nil {
		return err
	}
	// The guard makes the write and the lock one: it fails if the lock was lost meanwhile.
	_, err = c.Txn(held.Guard(), c.Set(counterPath).Data([]byte(strconv.Itoa(n+1)))).Do(ctx)
	fmt.Printf("  %s holds the lock (token %2d) and counts %d -> %d\n", name, held.Token(), n, n+1)
	return err
}

// loseSession shows what a holder learns when its session expires, and that the next holder's token is larger.
func loseSession(ctx context.Context, srv *server.Server) error {
	fmt.Println("\nNow a holder's session expires while it holds the lock.")
	first, err := client.Connect(ctx, srv.Addr())
	if err != nil {
		return err
	}
	defer first.Close(ctx)
	second, err := client.Connect(ctx, srv.Addr())
	if err != nil {
		return err
	}
	defer second.Close(ctx)

	old, err := acquire(ctx, first, "ada")
	if err != nil {
		return err
	}
	srv.ExpireSession(first.Session().ID())
	<-old.Context().Done()
	fmt.Println("  ada is told:", context.Cause(old.Context()))

	next, err := acquire(ctx, second, "bob")
	if err != nil {
		return err
	}
	fmt.Printf("  A resource that has seen token %d refuses ada's %d.\n", next.Token(), old.Token())
	return next.Unlock()
}

func acquire(ctx context.Context, c *client.Client, name string) (*lock.Held, error) {
	mutex, err := lock.NewMutex(c, lockPath, lock.WithData([]byte(name)))
	if err != nil {
		return nil, err
	}
	held, err := mutex.Lock(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Printf("  %s holds the lock, token %d.\n", name, held.Token())
	return held, nil
}
