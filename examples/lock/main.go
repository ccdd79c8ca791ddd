// Lock: a transfer between two accounts under one lock, in functions that call each other and each lock for themselves, and a late write that is refused.
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
	"github.com/zookit-go/zookit/recipes/lock"
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

	account, err := lock.NewReentrant(c, "/demo/locks/accounts", lock.WithData([]byte("example")))
	if err != nil {
		return err
	}
	if _, err := c.Create("/demo/journal").Parents().Do(ctx); err != nil {
		return err
	}
	// book locks for itself, since others call it without the lock. Here its caller holds it, and its context says so.
	book := func(ctx context.Context, what string) error {
		return account.Do(ctx, func(ctx context.Context) error {
			held := lock.Holds(ctx)[0]
			entry := c.Create("/demo/journal/entry-").Sequential().Data([]byte(what))
			results, err := c.Txn(held.Guard(), entry).Do(ctx) // only while the lock is held
			if err == nil {
				fmt.Printf("%s: %s, token %d\n", results[1].Path, what, held.Token())
			}
			return err
		})
	}
	err = account.Do(ctx, func(ctx context.Context) error {
		if err := book(ctx, "10 from Ann"); err != nil {
			return err
		}
		return book(ctx, "10 to Bob")
	})
	if err != nil {
		return err
	}
	return late(ctx, c, account)
}

// late shows what becomes of a write by one who has lost the lock and does not know it yet.
func late(ctx context.Context, c *client.Client, account *lock.Reentrant) error {
	held, err := account.Lock(ctx)
	if err != nil {
		return err
	}
	if err := c.Delete(held.Path()).Do(ctx); err != nil { // somebody's mistake
		return err
	}
	_, err = c.Txn(held.Guard(), c.Create("/demo/journal/late")).Do(ctx)
	fmt.Println("a write without the lock:", err)
	<-held.Context().Done()
	fmt.Println("the holder learns:", context.Cause(held.Context()))
	return held.Unlock()
}
