package barrier

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Barrier is closed while its znode is there. It shares that znode with Curator's DistributedBarrier and with kazoo's Barrier.
//
// Shape: one persistent znode, path, with empty data; any data is understood. Its missing ancestors are made as containers, and
// stay behind as persistent znodes on a server before 3.5.1.
//
// Suspended: a wait goes on. Lost: a wait goes on in the next session, and the barrier stays as it is, since it belongs to no session.
//
// A Barrier has no state of its own and is safe for concurrent use.
//
// Source: the barrier recipe of ZooKeeper's documentation, and Curator 5.
type Barrier struct {
	c    *client.Client
	path string
}

// New returns the barrier at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func New(c *client.Client, path string) (*Barrier, error) {
	if err := client.CheckPath(path); err != nil {
		return nil, fmt.Errorf("barrier: at %q: %w", path, err)
	}
	return &Barrier{c, path}, nil
}

// Set closes the barrier. One that is closed already is no error. It takes one request, and more if ancestors are missing. Errors:
// context.Cause(ctx), client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrClosed.
func (b *Barrier) Set(ctx context.Context) error {
	_, err := b.c.Create(b.path).ParentContainers().Do(ctx)
	if err == nil || errors.Is(err, zk.ErrNodeExists) {
		return nil
	}
	return b.fail(ctx, "set", err)
}

// Remove opens the barrier. One that is open already is no error. It takes one request. Errors are those of Set, and zk.ErrNotEmpty if
// somebody put a znode below.
func (b *Barrier) Remove(ctx context.Context) error {
	err := b.c.Delete(b.path).Do(ctx)
	if err == nil || errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return b.fail(ctx, "remove", err)
}

// Wait returns when the barrier is open, or was for a moment: one that is closed again at once still lets everybody pass who waited. It takes one
// request, and one event if it is closed; all who wait are woken together. If the connection was lost while the barrier was opened and closed
// again, Wait waits for the next time. Errors are those of Set.
func (b *Barrier) Wait(ctx context.Context) error {
	for {
		// Get, not Exists: at an open barrier it leaves no watch behind.
		_, _, watch, err := b.c.Get(b.path).DoW(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			return nil
		}
		if err != nil {
			return b.fail(ctx, "wait", err)
		}
		select {
		case ev := <-watch.Events():
			if ev.Type == zk.EventNodeDeleted {
				return nil
			}
		case <-ctx.Done():
			watch.Stop()
			return context.Cause(ctx)
		}
	}
}

// fail names the barrier, unless it was the caller's own context that ended.
func (b *Barrier) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("barrier: %s %s: %w", verb, b.path, err)
}
