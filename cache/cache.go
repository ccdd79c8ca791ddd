package cache

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/zookit-go/zookit/client"
)

var (
	// ErrClosed means that the cache was closed, or its client.
	ErrClosed = errors.New("cache closed")
	// ErrNotStarted means that Start was not called.
	ErrNotStarted = errors.New("cache not started")

	errStarted = errors.New("cache was started before")
)

// Cache is what Node, Children and Tree have in common: a copy of a part of the tree that follows the server's. It is safe for concurrent
// use. Reading it sends nothing.
type Cache struct {
	c    *client.Client
	path string
	cfg  config
	hub  *hub
	in   *client.Inbox

	mu     sync.Mutex // guards what follows
	cancel context.CancelFunc
	done   chan struct{} // closed when the engine has ended; nil before Start
	closed bool
}

func newCache(c *client.Client, what, path string, depth int, opts []Option) (*Cache, error) {
	err := client.CheckPath(path)
	cfg := config{depth: depth, lag: defaultLag}
	for _, opt := range opts {
		err = errors.Join(err, opt(&cfg))
	}
	if err != nil {
		return nil, fmt.Errorf("cache: %s at %q: %w", what, path, err)
	}
	empty := &Snapshot{root: path, codec: cfg.codec, first: true}
	return &Cache{c: c, path: path, cfg: cfg, hub: newHub(empty, cfg.lag), in: client.NewInbox()}, nil
}

// Start begins to read and to watch, and returns at once: a cache is as useful without a connection as with one, only older. ctx is looked at
// once; Close ends the cache. WaitInitialized waits for the first snapshot. A cache is started once.
func (c *Cache) Start(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return c.fail(ErrClosed)
	case c.done != nil:
		return c.fail(errStarted)
	}
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel, c.done = cancel, make(chan struct{})
	e := newEngine(c, life)
	go func() {
		defer close(c.done)
		defer cancel()
		c.hub.stop(c.fail(e.run()))
	}()
	return nil
}

// Close ends the cache and waits for its goroutine, and for the server to have taken the watch away. ctx bounds the waiting; what was begun ends
// all the same, with the connection at the latest. Listeners are told what they have not heard yet, and then their loops end.
// Snapshots can be used on. A second Close does nothing.
func (c *Cache) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	done := c.done
	if done == nil {
		c.hub.stop(c.fail(ErrClosed))
	} else {
		c.cancel()
	}
	c.mu.Unlock()
	if done == nil {
		return nil
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return c.fail(context.Cause(ctx))
	}
}

func (c *Cache) fail(err error) error {
	return fmt.Errorf("cache: %s: %w", c.path, err)
}

// Path is the cache's root.
func (c *Cache) Path() string { return c.path }

// Snapshot is the present content. It costs nothing and sends nothing. Before the cache is initialized it is empty and its Zxid is 0.
func (c *Cache) Snapshot() *Snapshot { return c.hub.snapshot() }

// Get returns the znode at path as the present snapshot has it.
func (c *Cache) Get(path string) (*Znode, bool) { return c.Snapshot().Get(path) }

// Initialized tells whether everything that was there has been read once.
func (c *Cache) Initialized() bool { return !c.Snapshot().first }

// WaitInitialized returns nil when everything that was there has been read once. It fails with the cause of ctx, or with ErrClosed or
// ErrNotStarted.
func (c *Cache) WaitInitialized(ctx context.Context) error { return c.WaitFor(ctx, 0) }

// WaitFor returns nil when every change up to a transaction is in the snapshot: that of a write of one's own, from Future.Zxid or a Stat's Mzxid,
// or one that somebody else told. It costs nothing if the snapshot has come so far, as it soon has after a change within
// the cache; else one read, and if the server is behind a sync and a read more, at most every 50 ms.
//
// It fails with the cause of ctx, or with ErrClosed or ErrNotStarted. While there is no connection it waits.
func (c *Cache) WaitFor(ctx context.Context, zxid int64) error {
	c.mu.Lock()
	started := c.done != nil || c.closed
	c.mu.Unlock()
	if !started {
		return c.fail(ErrNotStarted)
	}
	return c.hub.await(ctx, zxid, func() { c.in.Put(poke{}) })
}

// Events yields what is there as Created, then Initialized, and then every change, until ctx ends or the cache is closed. It begins anew
// for each loop, and runs in the caller's goroutine.
//
// The order is the server's: that of the transactions. A znode's creation comes behind its parent's, its deletion behind its
// children's. What a connection's loss hid is told when the cache has read again, deletions first. Two changes of one znode that come faster
// than one round trip are told as one. A listener never holds up the cache: one that is more than WithLag events behind is told the difference
// between what it knows and what is.
func (c *Cache) Events(ctx context.Context) iter.Seq[Event] {
	return c.hub.listen(ctx, c.hub.origin)
}

// Since is Events from a snapshot of this cache on: what has changed after it, and no Initialized unless the snapshot was taken before
// that.
func (c *Cache) Since(ctx context.Context, s *Snapshot) iter.Seq[Event] { return c.hub.listen(ctx, s) }
