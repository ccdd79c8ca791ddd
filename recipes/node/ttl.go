package node

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// TTL is a znode that outlives its owner by a time to live: the server removes it some time after nobody has touched it for so long. It
// shares its znodes with Curator's PersistentTtlNode.
//
// Shape: path, a znode with the time to live (a container with WithContainer), and path/touch, its only child, with the time to live
// and the client's default data. The child is written twice in a time to live, the first time after half of it. All else is as in Persistent. Both
// need a server with zookeeper.extendedTypesEnabled=true. Servers look for what is due once a minute, unless they are told otherwise.
//
// Cost: a Persistent's, and for the child 2 requests the first time and then 1 each time.
//
// Suspended and Lost: the znode belongs to no session, so it stands; the child is touched again as soon as there is a connection. If there is none for the whole
// time to live, the server removes both, and they are made anew afterwards.
//
// A TTL is safe for concurrent use, and is for one life: after Close make another.
//
// Source: Curator's PersistentTtlNode, as its 5.9 does it; WithContainer is as its 5.4 to 5.8 do it.
type TTL struct {
	node  *Persistent
	ttl   time.Duration
	every time.Duration // between touches
	child string

	mu      sync.Mutex // guards what follows
	end     context.CancelFunc
	done    chan struct{} // closed when the touching goroutine has ended
	touched error         // what the last touch gave
}

// NewTTL returns a node at path with data that the server keeps for ttl, in whole milliseconds, after it was last touched. It does no I/O; the error is zk.ErrInvalidPath for
// a path that no server would take, or an option's. data is copied.
func NewTTL(c *client.Client, path string, ttl time.Duration, data []byte, opts ...TTLOption) (*TTL, error) {
	cfg := ttlConfig{config: config{mode: ModePersistent, ttl: ttl, stays: true}, child: "touch", factor: 2}
	var err error
	if ttl < time.Millisecond {
		err = fmt.Errorf("%w: a time to live of %v", errOption, ttl)
	}
	for _, opt := range opts {
		if err == nil {
			err = opt.ttl(&cfg)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("node: TTL %q: %w", path, err)
	}
	p, err := newPersistent(c, "TTL", path, data, cfg.config)
	if err != nil {
		return nil, err
	}
	return &TTL{
		node: p, ttl: ttl, child: client.Join(path, cfg.child),
		every: max(ttl/time.Duration(cfg.factor), time.Millisecond), done: make(chan struct{}),
	}, nil
}

// Start makes the znode, returns when it stands, and keeps and touches it from then on: two goroutines. It is as Persistent's Start, but that a create
// whose answer was lost when Start failed is left to its time to live.
func (n *TTL) Start(ctx context.Context) error {
	if err := n.node.Start(ctx); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.end == nil { // else it was closed meanwhile
		life, end := context.WithCancel(context.Background())
		n.end = end
		go n.run(life)
	}
	return nil
}

func (n *TTL) run(life context.Context) {
	defer close(n.done)
	timer := time.NewTimer(n.every)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-life.Done():
			return
		}
		err := n.touch(life)
		if life.Err() != nil || errors.Is(err, client.ErrClosed) {
			return
		}
		n.mu.Lock()
		n.touched = err
		n.mu.Unlock()
		timer.Reset(n.pause(life, err))
	}
}

// pause is the time to the next touch. A lost connection is waited out.
func (n *TTL) pause(life context.Context, err error) time.Duration {
	if !client.Retryable(err) && !errors.Is(err, client.ErrReadOnly) {
		return n.every
	}
	writable(life, n.node.c)
	return min(lossPause, n.every)
}

// touch writes the child.
func (n *TTL) touch(ctx context.Context) error {
	c := n.node.c
	_, err := c.Set(n.child).Do(ctx)
	if !errors.Is(err, zk.ErrNoNode) {
		return err
	}
	_, err = c.Create(n.child).TTL(n.ttl).OrSet().Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil // the znode itself is gone, and is made anew
	}
	return err
}

// Touched is nil, or why the child could not be touched the last time, such as zk.ErrNoAuth.
func (n *TTL) Touched() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.touched == nil {
		return nil
	}
	return n.node.fail(context.Background(), "touch", n.touched)
}

// Close stops touching, and returns when nothing of the node runs any more; if ctx ends first, with context.Cause(ctx). The znode stays
// for its time to live.
func (n *TTL) Close(ctx context.Context) error {
	n.mu.Lock()
	if n.end == nil {
		n.end = func() {}
		close(n.done)
	}
	end := n.end
	n.mu.Unlock()
	end()
	select {
	case <-n.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return n.node.Close(ctx)
}

// Wait is Persistent's.
func (n *TTL) Wait(ctx context.Context) error { return n.node.Wait(ctx) }

// Set is Persistent's.
func (n *TTL) Set(ctx context.Context, data []byte) error { return n.node.Set(ctx, data) }

// Data is Persistent's.
func (n *TTL) Data() []byte { return n.node.Data() }

// Path is Persistent's.
func (n *TTL) Path() string { return n.node.Path() }

// State is Persistent's.
func (n *TTL) State() State { return n.node.State() }

// Changes is Persistent's.
func (n *TTL) Changes(ctx context.Context) iter.Seq2[State, error] { return n.node.Changes(ctx) }
