package queue

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const shardedPrefix = "queue-"

// shardedConfig is what options set.
type shardedConfig struct {
	threshold int
	most      int
	check     time.Duration
}

var shardedDefaults = shardedConfig{threshold: 10_000, most: 10, check: 30 * time.Second}

var (
	errShardedLatch  = errors.New("the latch needs a path of its own")
	errShardedOption = errors.New("not positive")
)

// ShardedOption configures a Sharded.
type ShardedOption func(*shardedConfig) error

// ShardedThreshold is how many items make a shard full; the default is 10,000. All processes should agree.
func ShardedThreshold(items int) ShardedOption {
	return func(c *shardedConfig) error {
		c.threshold = items
		return shardedPositive("threshold", items)
	}
}

// ShardedMax is how many shards are not exceeded; the default is 10. All processes should agree.
func ShardedMax(shards int) ShardedOption {
	return func(c *shardedConfig) error {
		c.most = shards
		return shardedPositive("shards", shards)
	}
}

// ShardedCheck is the time between two checks; the default is 30 s.
func ShardedCheck(every time.Duration) ShardedOption {
	return func(c *shardedConfig) error {
		c.check = every
		return shardedPositive("time between checks", every)
	}
}

func shardedPositive[T int | time.Duration](what string, v T) error {
	if v < 1 {
		return fmt.Errorf("%s: %v: %w", what, v, errShardedOption)
	}
	return nil
}

// look is one check.
func (s *Sharded[Q]) look(ctx context.Context) error {
	if err := s.adopt(ctx); err != nil {
		return s.fail(ctx, "check", err)
	}
	full, err := s.count(ctx)
	if err == nil && full && s.latch.Term() != nil && len(s.Queues()) < s.most {
		err = s.add(ctx)
	}
	if err != nil {
		return s.fail(ctx, "check", err)
	}
	return nil
}

// adopt opens the shards that are not known yet.
func (s *Sharded[Q]) adopt(ctx context.Context) error {
	names, _, err := s.c.Children(s.path).Do(ctx)
	if err != nil {
		return simpleIgnore(err, zk.ErrNoNode)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := s.take(client.Join(s.path, name)); err != nil {
			return err
		}
	}
	return nil
}

// take opens one shard, if it is not known yet.
func (s *Sharded[Q]) take(path string) error {
	s.mu.Lock()
	known := slices.ContainsFunc(s.shards, func(sh shard[Q]) bool { return sh.path == path })
	s.mu.Unlock()
	if known {
		return nil
	}
	queue, err := s.open(s.life, path)
	if err != nil {
		return fmt.Errorf("opening %s: %w", path, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shards = append(s.shards, shard[Q]{queue: queue, path: path})
	return nil
}

// add makes a shard.
func (s *Sharded[Q]) add(ctx context.Context) error {
	path := client.Join(s.path, shardedPrefix+shardedUUID())
	_, err := s.c.Create(path).ParentContainers().Do(ctx)
	if err = simpleIgnore(err, zk.ErrNodeExists); err != nil { // of an attempt whose answer was lost: nobody else has the name
		return err
	}
	return s.take(path)
}

// shardedUUID is a random one, of version 4.
func shardedUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// count counts the items of every shard, in one flight, and tells whether one of them is full.
func (s *Sharded[Q]) count(ctx context.Context) (full bool, err error) {
	s.mu.Lock()
	shards := slices.Clone(s.shards)
	s.mu.Unlock()
	counts := make([]*client.Future[*zk.Stat], len(shards))
	for i, sh := range shards {
		counts[i] = s.c.Exists(sh.path).Async(ctx)
	}
	for i := range shards {
		stat, err := counts[i].Wait(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			stat, err = &zk.Stat{}, nil // deleted by hand: the next item makes it anew
		}
		if err != nil {
			return false, err
		}
		switch items := int(stat.NumChildren); {
		case items >= s.threshold:
			shards[i].full, full = true, true
		case items <= s.threshold/2:
			shards[i].full = false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range shards { // shards are added behind them only
		s.shards[i].full = shards[i].full
	}
	return full, nil
}
