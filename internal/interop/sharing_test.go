package interop

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/lock"
)

const (
	sharedPath = "/interop/shared"
	proofPath  = "/interop/proof"
)

// hold proves that a hold of a kind is allowed beside what others hold. This is the Go half of testdata/java/SharingPeer.java.
func hold(ctx context.Context, c *client.Client, kind string) error {
	own, err := c.Create(proofPath + "/" + kind + "-go-").Ephemeral().Sequential().Do(ctx)
	if err != nil {
		return err
	}
	names, _, err := c.Children(proofPath).Do(ctx)
	if err != nil {
		return err
	}
	writers := 0
	for _, name := range names {
		if strings.HasPrefix(name, "write") {
			writers++
		}
	}
	if kind == "lease" && len(names) > 2 || kind != "lease" && writers > 0 && len(names) > 1 {
		return fmt.Errorf("%w: %v", errViolation, names)
	}
	return c.Delete(own).Do(ctx)
}

// share runs two Go contenders and one of Curator's for as many turns each.
func share(t *testing.T, kind string, turn func(ctx context.Context, c *client.Client, i int) error) {
	t.Helper()
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		const turns = 120
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		conn := connectClient(ctx, t, addr)
		must(t, second(conn.Create(proofPath).Parents().Do(ctx)))
		java := foreign.Start(t, foreign.Java(t, classPath, "SharingPeer", addr, kind, sharedPath, proofPath, strconv.Itoa(turns))...)
		if err := java.WaitFor(ctx, "ready"); err != nil {
			t.Fatalf("%v\n%s", err, java.Output())
		}
		all, allCtx := errgroup.WithContext(ctx)
		for range 2 {
			c := connectClient(ctx, t, addr)
			all.Go(func() error {
				for i := range turns {
					if err := turn(allCtx, c, i); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := all.Wait(); err != nil {
			t.Errorf("%v\n%s", err, java.Output())
		}
		if err := java.Wait(ctx); err != nil || !strings.Contains(java.Output(), "done") {
			t.Errorf("%v\n%s", err, java.Output())
		}
		for _, folder := range []string{"", "/locks", "/leases"} {
			names, _, err := conn.Children(sharedPath + folder).Do(ctx)
			for _, name := range names {
				if strings.HasPrefix(name, "_c_") {
					t.Errorf("left behind in %q: %s", folder, name)
				}
			}
			if err != nil && (folder == "" || kind == "semaphore") {
				t.Error(err)
			}
		}
	})
}

// Curator's InterProcessReadWriteLock and Go's, which also downgrades every other write lock.
func TestRWCurator(t *testing.T) {
	share(t, "rw", func(ctx context.Context, c *client.Client, i int) error {
		m, err := lock.NewRWMutex(c, sharedPath)
		if err != nil {
			return err
		}
		if i%3 != 0 {
			held, err := m.RLock(ctx)
			if err != nil {
				return err
			}
			return finishing(hold(ctx, c, "read"), held.Unlock)
		}
		held, err := m.Lock(ctx)
		if err != nil {
			return err
		}
		if err := hold(ctx, c, "write"); err != nil || i%2 == 0 {
			return finishing(err, held.Unlock)
		}
		read, err := held.Downgrade(ctx)
		if err != nil {
			return err
		}
		return finishing(hold(ctx, c, "read"), read.Unlock)
	})
}

// finishing ends a hold and returns why the work before failed, or else the end.
func finishing(err error, unlock func() error) error {
	if ended := unlock(); err == nil {
		return ended
	}
	return err
}

// Curator's InterProcessSemaphoreV2 and Go's, with two leases.
func TestSemaphoreCurator(t *testing.T) {
	share(t, "semaphore", func(ctx context.Context, c *client.Client, _ int) error {
		s, err := lock.NewSemaphore(c, sharedPath, 2)
		if err != nil {
			return err
		}
		held, err := s.Acquire(ctx)
		if err != nil {
			return err
		}
		return finishing(hold(ctx, c, "lease"), held.Unlock)
	})
}
