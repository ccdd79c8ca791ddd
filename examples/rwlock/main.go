// RW lock: readers read a document together, a writer changes it alone, and reads on without letting another writer in.
//
// It needs nothing but Go: the ZooKeeper server runs inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"golang.org/x/sync/errgroup"

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

	const document = "/demo/document"
	if _, err := c.Create(document).Parents().Data([]byte("first version")).Do(ctx); err != nil {
		return err
	}
	m, err := lock.NewRWMutex(c, "/demo/locks/document")
	if err != nil {
		return err
	}
	together := make(chan struct{})
	var readers errgroup.Group
	for i := range 2 {
		readers.Go(func() error {
			return m.RDo(ctx, func(ctx context.Context) error {
				select { // each waits for the other, so both hold at once
				case together <- struct{}{}:
				case <-together:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
				data, _, err := c.Get(document).Do(ctx)
				if i == 0 {
					fmt.Printf("two readers at once read %q\n", data)
				}
				return err
			})
		})
	}
	if err := readers.Wait(); err != nil {
		return err
	}

	write, err := m.Lock(ctx)
	if err != nil {
		return err
	}
	defer write.Unlock()
	if _, err := c.Set(document).Data([]byte("second version")).Do(ctx); err != nil {
		return err
	}
	_, err = m.TryRLock(ctx)
	fmt.Println("a reader beside the writer:", err)

	read, err := write.Downgrade(ctx)
	if err != nil {
		return err
	}
	defer read.Unlock()
	fmt.Println("the write hold ended:", context.Cause(write.Context()))
	other, err := m.TryRLock(ctx)
	if err != nil {
		return err
	}
	fmt.Println("now another reader is in; another writer:", second(m.TryLock(ctx)))
	if err := errors.Join(other.Unlock(), read.Unlock()); err != nil {
		return err
	}

	// On the same znodes, for code that calls itself: who holds may lock again, and a writer may read as well.
	again, err := lock.NewReentrantRW(c, "/demo/locks/document")
	if err != nil {
		return err
	}
	return again.Do(ctx, func(ctx context.Context) error {
		return again.RDo(ctx, func(ctx context.Context) error {
			data, _, err := c.Get(document).Do(ctx)
			fmt.Printf("the writer reads its own %q\n", data)
			return err
		})
	})
}

func second[T any](_ T, err error) error { return err }
