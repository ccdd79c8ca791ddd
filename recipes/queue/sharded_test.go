package queue_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	shardedPath   = "/queues/sharded"
	shardedLeader = "/queues/leader"
)

type fifos = queue.Sharded[*queue.FIFO[string]]

func sharded(tb testing.TB, c *client.Client, opts ...queue.ShardedOption) *fifos {
	tb.Helper()
	s, err := queue.NewSharded(c, shardedPath, shardedLeader, func(_ context.Context, path string) (*queue.FIFO[string], error) {
		return queue.NewFIFO(c, path, queue.String{})
	}, opts...)
	simpleMust(tb, err)
	simpleMust(tb, s.Start(tb.Context()))
	tb.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func shardedPut(tb testing.TB, s *fifos, items ...string) {
	tb.Helper()
	for _, item := range items {
		q, err := s.Queue()
		simpleMust(tb, err)
		_, err = q.Put(tb.Context(), item)
		simpleMust(tb, err)
	}
}

func shardedPaths(s *fifos) []string {
	var paths []string
	for _, q := range s.Queues() {
		paths = append(paths, q.Path())
	}
	slices.Sort(paths)
	return paths
}

// Golden vector: queue-<uuid> for a shard, persistent, and a latch's znode at the other path.
func TestShardedShape(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		s := sharded(t, c)
		simpleMust(t, s.Start(t.Context())) // again
		names := simpleLeft(t, c, shardedPath)
		shape := regexp.MustCompile(`^queue-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
		if len(names) != 1 || !shape.MatchString(names[0]) {
			t.Errorf("shards %q", names)
		}
		latch := simpleLeft(t, c, shardedLeader)
		if len(latch) != 1 || !regexp.MustCompile(`^_c_[0-9a-f-]{36}-latch-[0-9]{10}$`).MatchString(latch[0]) {
			t.Errorf("latch %q", latch)
		}
		shardedPut(t, s, "x")
		if items := simpleLeft(t, c, shardedPath+"/"+names[0]); !slices.Equal(items, []string{"queue-0000000000"}) {
			t.Errorf("items %q", items)
		}
	})
}

// A shard that is full gets no more items, the leader alone adds another, all adopt it, and the full one is used again when it has half as many.
func TestShardedGrows(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		opts := []queue.ShardedOption{queue.ShardedThreshold(10), queue.ShardedMax(2)}
		a := sharded(t, w.Connect(t, "a"), opts...)
		b := sharded(t, w.Connect(t, "b"), opts...)
		if !slices.Equal(shardedPaths(a), shardedPaths(b)) || len(shardedPaths(a)) != 1 {
			t.Fatalf("shards %q and %q", shardedPaths(a), shardedPaths(b))
		}
		first := a.Queues()[0]
		shardedPut(t, a, simpleNames(0, 10)...)
		time.Sleep(61 * time.Second) // two checks
		if !slices.Equal(shardedPaths(a), shardedPaths(b)) || len(shardedPaths(a)) != 2 {
			t.Fatalf("shards %q and %q", shardedPaths(a), shardedPaths(b))
		}
		shardedPut(t, a, simpleNames(10, 20)...)
		shardedPut(t, b, simpleNames(20, 30)...)
		if n, err := first.Len(ctx); n != 10 || err != nil {
			t.Errorf("%d items in the full shard, %v", n, err)
		}
		time.Sleep(61 * time.Second) // both are full, and no third comes
		if n := len(simpleLeft(t, w.Connect(t, "c"), shardedPath)); n != 2 {
			t.Errorf("%d shards, want 2", n)
		}
		for range 5 {
			_, err := first.Take(ctx)
			simpleMust(t, err)
		}
		time.Sleep(31 * time.Second)
		shardedPut(t, b, simpleNames(30, 34)...)
		if n, err := first.Len(ctx); n != 9 || err != nil {
			t.Errorf("%d items in the shard that has room again, %v", n, err)
		}
		if err := errors.Join(a.Err(), b.Err()); err != nil {
			t.Error(err)
		}
	})
}

// The next leader adds shards when the first has gone.
func TestShardedLeaderGone(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := sharded(t, w.Connect(t, "a"), queue.ShardedThreshold(5))
		b := sharded(t, w.Connect(t, "b"), queue.ShardedThreshold(5))
		shardedPut(t, a, simpleNames(0, 5)...)
		simpleMust(t, a.Close(t.Context()))
		simpleMust(t, a.Close(t.Context()))
		if _, err := a.Queue(); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		if err := a.Start(t.Context()); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		time.Sleep(31 * time.Second)
		if n := len(shardedPaths(b)); n != 2 {
			t.Errorf("%d shards, want 2", n)
		}
	})
}

// A child of any name is adopted, as by Curator. Every znode has the provider's list, in a namespace, too.
func TestShardedAdoptsInNamespace(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		acl := []zk.ACL{client.Creator(zk.PermAll)}
		c := w.Connect(t, "a", client.WithDigest("kim", "secret"), client.WithACLProvider(func(string) []zk.ACL { return acl }))
		view := c.Namespace("/app")
		_, err := view.Create(shardedPath + "/other").Parents().Do(t.Context())
		simpleMust(t, err)
		s := sharded(t, view, queue.ShardedThreshold(1))
		shardedPut(t, s, "x")
		time.Sleep(31 * time.Second)
		if n := len(shardedPaths(s)); n != 2 || s.Queues()[0].Path() != shardedPath+"/other" {
			t.Errorf("shards %q", shardedPaths(s))
		}
		for _, path := range append(shardedPaths(s), shardedPath, shardedLeader) {
			list, _, err := c.GetACL("/app" + path).Do(t.Context())
			if err != nil || len(list) != 1 || list[0].Scheme != "digest" {
				t.Errorf("%s: %v, %v", path, list, err)
			}
		}
	})
}

// A check costs one request and one for each shard.
func TestShardedCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		s := sharded(t, w.Connect(t, "a"), queue.ShardedThreshold(1), queue.ShardedMax(3))
		shardedPut(t, s, "1")
		time.Sleep(31 * time.Second)
		shardedPut(t, s, "2")
		time.Sleep(60 * time.Second)
		if n := len(shardedPaths(s)); n != 3 {
			t.Fatalf("%d shards", n)
		}
		before := simpleRequests(w)
		time.Sleep(5 * time.Minute)
		if n := simpleRequests(w) - before; n != 10*4 {
			t.Errorf("%v requests a check, want 4", float64(n)/10)
		}
	})
}

func TestShardedBadArguments(t *testing.T) {
	open := func(context.Context, string) (*queue.FIFO[string], error) { return nil, errors.New("not to be opened") }
	for _, path := range []string{"", "a", "/a/", "/a//b"} {
		if _, err := queue.NewSharded(nil, path, "/l", open); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := queue.NewSharded(nil, "/a", path, open); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := queue.NewSharded(nil, "/a", "/a", open); err == nil {
		t.Error("one path for both")
	}
	for i, opt := range []queue.ShardedOption{queue.ShardedThreshold(0), queue.ShardedMax(0), queue.ShardedCheck(-1)} {
		if _, err := queue.NewSharded(nil, "/a", "/l", open, opt); err == nil {
			t.Errorf("option %d", i)
		}
	}
	s, err := queue.NewSharded(nil, "/a", "/l", open)
	simpleMust(t, err)
	if _, err := s.Queue(); !errors.Is(err, queue.ErrShardedNotStarted) {
		t.Errorf("not started: %v", err)
	}
	simpleMust(t, s.Close(t.Context()))
}

// Whatever fails on the way: there is a shard, items that were put are taken, shards are added as long as there is a leader, and the latch goes.
func TestShardedSweep(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx := t.Context()
		c := s.Client(t)
		taken := make(map[string]int)
		q, err := queue.NewSharded(c, shardedPath, shardedLeader, func(_ context.Context, path string) (*queue.FIFO[string], error) {
			return queue.NewFIFO(c, path, queue.String{})
		}, queue.ShardedThreshold(2), queue.ShardedMax(2))
		simpleMust(t, err)
		for err = q.Start(ctx); client.Retryable(err); err = q.Start(ctx) {
			time.Sleep(100 * time.Millisecond)
		}
		simpleMust(t, err)
		other := sharded(t, s.Connect(t, "other"), queue.ShardedThreshold(2), queue.ShardedMax(2))
		shardedPut(t, other, "1", "2", "3")
		time.Sleep(100 * time.Second)
		if n := len(shardedPaths(other)); n < 2 {
			t.Errorf("%d shards", n)
		}
		if !slices.Equal(shardedPaths(q), shardedPaths(other)) {
			t.Errorf("shards %q and %q", shardedPaths(q), shardedPaths(other))
		}
		shardedPut(t, other, "4", "5")
		for _, shard := range other.Queues() {
			for {
				n, err := shard.Len(ctx)
				simpleMust(t, err)
				if n == 0 {
					break
				}
				it, err := shard.Take(ctx)
				simpleMust(t, err)
				taken[it.Value()]++
			}
		}
		for i := range 5 {
			if taken[fmt.Sprint(i+1)] != 1 {
				t.Errorf("took %v", taken)
			}
		}
		_ = q.Close(ctx) // may not be confirmed
		_ = other.Close(ctx)
	}, zktest.InParallel(), zktest.LeavesNothing(8*time.Second, shardedLeader))
}
