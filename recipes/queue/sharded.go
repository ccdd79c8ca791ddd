package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
)

// ShardedQueue is what a Sharded's shards must have: every queue of this package but Simple and kazoo's has it.
type ShardedQueue interface {
	Path() string
	Close(ctx context.Context) error
}

// Sharded spreads the items of a queue that grows long over several: listing a znode with many children is slow. It shares its znodes with
// Curator's QueueSharder.
//
// Shape: one persistent znode per shard, path/queue-<uuid>, each a queue of its own; whatever is below path is taken for one. path is a
// container. At leaderPath there is a latch, as leader.Latch's; its leader alone adds shards. The two must differ.
//
// Every check (30 s apart, see ShardedCheck) adopts the shards that others have added, and counts the items of each. One that has 10,000 items or more
// (ShardedThreshold) is left out by producers until it has half as many. If there is such a one, and fewer than 10 shards (ShardedMax),
// the leader adds a shard. Shards are never removed, and items keep their order within a shard alone.
//
// Producers put into the shard that Queue names, anew for each item. Consumers take from all shards: begin to do so in the function that opens
// them, which is called once for each, those that come later included.
//
// Cost: a check takes one request to list, and one for each shard, in one round trip more. A new shard is one request.
//
// Suspended: checks wait; shards do what their kind does. Lost: the latch joins again in the next session. Sharded itself holds nothing.
//
// A Sharded is safe for concurrent use, and is for one life: after Close make another.
//
// Source: Curator 5's QueueSharder.
type Sharded[Q ShardedQueue] struct {
	c     *client.Client
	path  string
	open  func(ctx context.Context, path string) (Q, error)
	latch *leader.Latch
	shardedConfig

	life  context.Context // from NewSharded to Close
	end   context.CancelFunc
	ended chan struct{} // closed when run has ended
	start simpleGate

	mu      sync.Mutex // guards what follows
	state   shardedState
	shards  []shard[Q] // in the order in which they were adopted
	failure error      // of the last check; nil if it went well
}

type shard[Q any] struct {
	queue Q
	path  string
	full  bool // producers leave it out
}

type shardedState int

const (
	shardedNew shardedState = iota
	shardedStarted
	shardedClosed
)

// ErrShardedNotStarted is what a Sharded answers before Start.
var ErrShardedNotStarted = errors.New("queue: not started")

// NewSharded returns the shards at path. open makes the queue at a shard's path, with NewFIFO for one; a consumer also begins to take from it there, on a
// goroutine of its own. open's ctx ends with Close, and must not be waited for there. NewSharded does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or an option's.
func NewSharded[Q ShardedQueue](
	c *client.Client, path, leaderPath string, open func(ctx context.Context, path string) (Q, error), opts ...ShardedOption,
) (*Sharded[Q], error) {
	s := &Sharded[Q]{c: c, path: path, open: open, shardedConfig: shardedDefaults, ended: make(chan struct{}), start: newSimpleGate()}
	s.life, s.end = context.WithCancel(context.Background())
	err := client.CheckPath(path)
	if err == nil && path == leaderPath {
		err = errShardedLatch
	}
	if err == nil {
		s.latch, err = leader.NewLatch(c, leaderPath)
	}
	for _, opt := range opts {
		if err == nil {
			err = opt(&s.shardedConfig)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("queue: shards at %q: %w", path, err)
	}
	return s, nil
}

// Start adopts the shards that there are, or makes the first, joins the election and begins to check. ctx bounds the call only. A failed Start
// can be repeated; shards that it has opened stay open until Close. Errors: context.Cause(ctx), open's, ErrClosed, client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrClosed.
func (s *Sharded[Q]) Start(ctx context.Context) error {
	if err := s.start.enter(ctx); err != nil {
		return err
	}
	defer s.start.leave()
	s.mu.Lock()
	state := s.state
	s.mu.Unlock()
	switch state {
	case shardedStarted:
		return nil
	case shardedClosed:
		return ErrClosed
	case shardedNew:
	}
	err := s.adopt(ctx)
	if err == nil && len(s.Queues()) == 0 {
		err = s.add(ctx)
	}
	if err == nil {
		err = s.latch.Start(ctx)
	}
	if err != nil {
		return s.fail(ctx, "start", err)
	}
	s.mu.Lock()
	s.state = shardedStarted
	s.mu.Unlock()
	go s.run(s.life)
	return nil
}

// Queue is a shard to put the next item into: one of those that are not full, at random, or of all if all are full. It needs no request.
func (s *Sharded[Q]) Queue() (Q, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var none Q
	switch s.state {
	case shardedNew:
		return none, ErrShardedNotStarted
	case shardedClosed:
		return none, ErrClosed
	case shardedStarted:
	}
	preferred := slices.DeleteFunc(slices.Clone(s.shards), func(sh shard[Q]) bool { return sh.full })
	if len(preferred) == 0 {
		preferred = s.shards
	}
	return preferred[rand.N(len(preferred))].queue, nil //nolint:gosec // no secret
}

// Queues are all shards, in the order in which they were adopted.
func (s *Sharded[Q]) Queues() []Q {
	s.mu.Lock()
	defer s.mu.Unlock()
	queues := make([]Q, len(s.shards))
	for i, sh := range s.shards {
		queues[i] = sh.queue
	}
	return queues
}

// Err is why the last check failed, or nil. The next one tries again.
func (s *Sharded[Q]) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// Close ends the checks, leaves the election and closes the shards' queues, until ctx ends. Their items stay. A second Close does nothing.
func (s *Sharded[Q]) Close(ctx context.Context) error {
	if err := s.start.enter(ctx); err != nil {
		return err
	}
	defer s.start.leave()
	s.mu.Lock()
	state := s.state
	s.state = shardedClosed
	s.mu.Unlock()
	if state == shardedClosed {
		return nil
	}
	s.end()
	var errs []error
	if state == shardedStarted {
		<-s.ended
		errs = append(errs, s.latch.Close(ctx))
	}
	for _, q := range s.Queues() {
		errs = append(errs, q.Close(ctx))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("queue: close shards at %s: %w", s.path, err)
	}
	return nil
}

// run checks until ctx ends.
func (s *Sharded[Q]) run(ctx context.Context) {
	defer close(s.ended)
	ticker := time.NewTicker(s.check)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		err := s.look(ctx)
		if ctx.Err() != nil {
			return
		}
		s.mu.Lock()
		s.failure = err
		s.mu.Unlock()
	}
}

// fail names the shards, unless it was the caller's own context that ended.
func (s *Sharded[Q]) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("queue: %s shards at %s: %w", verb, s.path, err)
}
