package interop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/queue"
)

const (
	shardedFolder    = "/interop/sharded" // of queues and leaders
	shardedThreshold = 20
)

func shardedStart(
	ctx context.Context, t *testing.T, c *client.Client, path string, begin func(context.Context, *queue.FIFO[string]),
) *queue.Sharded[*queue.FIFO[string]] {
	t.Helper()
	s, err := queue.NewSharded(c, path, path+"-leader", func(ctx context.Context, path string) (*queue.FIFO[string], error) {
		q, err := queue.NewFIFO(c, path, queue.String{})
		if err == nil && begin != nil {
			go begin(ctx, q)
		}
		return q, err
	}, queue.ShardedThreshold(shardedThreshold), queue.ShardedMax(3), queue.ShardedCheck(500*time.Millisecond))
	must(t, err)
	must(t, s.Start(ctx))
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

// Curator's QueueSharder makes the shards and fills them, ours adopts them and takes all items; and the other way round.
func TestShardedQueueCurator(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		for _, job := range []string{"produce", "consume"} {
			t.Run("Java's to "+job, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				c := connectClient(ctx, t, addr)
				path := shardedFolder + "/" + job
				java := foreign.Start(t, foreign.Java(
					t, classPath, "ShardedQueuePeer", addr, path, path+"-leader", fmt.Sprint(shardedThreshold), job)...)
				wait := func(text string) {
					t.Helper()
					if err := java.WaitFor(ctx, text); err != nil {
						t.Fatalf("%v\n%s", err, java.Output())
					}
				}
				if job == "produce" {
					wait("shards 3") // Java leads
					shardedTake(ctx, t, c, path)
				} else {
					shardedFill(ctx, t, c, path, wait)
				}
				must(t, second(c.Create(path+"-end").Do(ctx)))
				wait("done")
			})
		}
	})
}

// shardedTake takes until there was something from each of three shards.
func shardedTake(ctx context.Context, t *testing.T, c *client.Client, path string) {
	t.Helper()
	got := make(chan string)
	shardedStart(ctx, t, c, path, func(ctx context.Context, q *queue.FIFO[string]) {
		for {
			it, err := q.Take(ctx)
			if err != nil {
				return
			}
			if !strings.HasPrefix(it.Value(), "java ") {
				t.Errorf("took %q", it.Value())
			}
			select {
			case got <- q.Path():
			case <-ctx.Done():
			}
		}
	})
	from := make(map[string]int)
	for len(from) < 3 {
		select {
		case path := <-got:
			from[path]++
		case <-ctx.Done():
			t.Fatalf("took %v", from)
		}
	}
}

// shardedFill puts items until Java, which takes them, has all.
func shardedFill(ctx context.Context, t *testing.T, c *client.Client, path string, wait func(string)) {
	t.Helper()
	wait("ready")
	s := shardedStart(ctx, t, c, path, nil)
	if n := len(s.Queues()); n != 1 {
		t.Errorf("%d shards, want Java's", n)
	}
	must(t, second(c.Create(path+"/ours").Do(ctx))) // any child is a shard
	wait("shards 2")
	for deadline := time.Now().Add(20 * time.Second); len(s.Queues()) < 2; time.Sleep(50 * time.Millisecond) { // for the next check
		if time.Now().After(deadline) {
			t.Fatal("the second shard is not adopted")
		}
	}
	const items = 50
	for i := range items {
		q, err := s.Queue()
		must(t, err)
		must(t, second(q.Put(ctx, fmt.Sprintf("go %d.", i))))
	}
	for i := range items {
		wait(fmt.Sprintf("java took go %d.", i))
	}
}
