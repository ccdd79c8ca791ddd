package interop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/queue"
)

const (
	queueFolder = "/interop/queue"
	queueItems  = 20
)

// queueOf is a Go queue of any kind: what the test does with all of them alike.
type queueOf interface {
	Take(ctx context.Context) (*queue.Item[string], error)
	Consume(ctx context.Context, f func(context.Context, string) error, opts ...queue.ConsumeOption) error
	Len(ctx context.Context) (int, error)
	Close(ctx context.Context) error
}

// queueKind is one kind of queue, with what Java puts and expects in it.
type queueKind struct {
	name string
	open func(c *client.Client, path string, opts ...queue.Option) (queueOf, error)
	put  func(ctx context.Context, q queueOf, i int, v string) error // item i, as Java puts its own
	// values in the order in which they come, of what each side has put
	java, golang []string
}

func numbered(side string) (values []string) {
	for i := range queueItems {
		values = append(values, fmt.Sprint(side, " ", i))
	}
	return values
}

func reversed(values []string) []string {
	slices.Reverse(values)
	return values
}

func queueKinds() []queueKind {
	now := time.Now()
	return []queueKind{
		{
			name: "fifo",
			open: func(c *client.Client, path string, opts ...queue.Option) (queueOf, error) {
				return queue.NewFIFO(c, path, queue.String{}, opts...)
			},
			put: func(ctx context.Context, q queueOf, _ int, v string) error {
				return second(q.(*queue.FIFO[string]).Put(ctx, v))
			},
			java: append(numbered("java"), "java a", "java b"), golang: numbered("go"),
		}, {
			name: "id",
			open: func(c *client.Client, path string, opts ...queue.Option) (queueOf, error) {
				return queue.NewIDs(c, path, queue.String{}, opts...)
			},
			put: func(ctx context.Context, q queueOf, i int, v string) error {
				return second(q.(*queue.IDs[string]).Put(ctx, fmt.Sprint("a/", i), v))
			},
			java: numbered("java"), golang: numbered("go"),
		}, {
			name: "priority",
			open: func(c *client.Client, path string, opts ...queue.Option) (queueOf, error) {
				return queue.NewPriority(c, path, queue.String{}, opts...)
			},
			put: func(ctx context.Context, q queueOf, i int, v string) error {
				return second(q.(*queue.Priority[string]).Put(ctx, int32(queueItems/2-i), v))
			},
			java: append([]string{"java a", "java b"}, reversed(numbered("java"))...), golang: reversed(numbered("go")),
		}, {
			name: "delay",
			open: func(c *client.Client, path string, opts ...queue.Option) (queueOf, error) {
				return queue.NewDelay(c, path, queue.String{}, opts...)
			},
			put: func(ctx context.Context, q queueOf, i int, v string) error {
				return second(q.(*queue.Delay[string]).Put(ctx, now.Add(-10*time.Duration(i)*time.Millisecond), v))
			},
			java: append([]string{"java a", "java b"}, reversed(numbered("java"))...), golang: reversed(numbered("go")),
		},
	}
}

// Curator's queues of every kind, with and without a lock path: Go takes what Java put, in order, and Java what Go put. What fails there with a
// lock path is put back by Java; with two consumers, one of each, every item is worked on once.
func TestDistributedQueueCurator(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		for _, kind := range queueKinds() {
			folder := queueFolder + "/" + kind.name
			t.Run(kind.name, func(t *testing.T) {
				t.Run("unsafe", func(t *testing.T) { shareQueue(t, classPath, addr, kind, folder+"/unsafe", "-", "") })
				t.Run("safe", func(t *testing.T) { shareQueue(t, classPath, addr, kind, folder+"/safe", folder+"/locks", "") })
			})
		}
	})
}

// The same in a namespace of Curator's, which is the client's Namespace here.
func TestDistributedQueueCuratorNamespace(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		shareQueue(t, classPath, addr, queueKinds()[0], queueFolder+"/named", queueFolder+"/named-locks", "app")
	})
}

func shareQueue(t *testing.T, classPath, addr string, kind queueKind, folder, locks, namespace string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := connectClient(ctx, t, addr)
	args := []string{"DistributedQueuePeer", addr, folder, locks, kind.name, fmt.Sprint(queueItems)}
	if namespace != "" {
		args = append(args, namespace)
		c = c.Namespace("/" + namespace)
	}
	java := foreign.Start(t, foreign.Java(t, classPath, args...)...)
	wait := func(text string) {
		t.Helper()
		if err := java.WaitFor(ctx, text); err != nil {
			t.Fatalf("waiting for %q: %v\n%s", text, err, java.Output())
		}
	}
	var opts []queue.Option
	safe := locks != "-"
	if safe {
		opts = append(opts, queue.WithLockPath(locks))
	}
	open := func(name string) queueOf {
		q, err := kind.open(c, folder+name, opts...)
		must(t, err)
		t.Cleanup(func() {
			if err := q.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		return q
	}

	wait("put")
	theirs := open("/java")
	if ids, ok := theirs.(*queue.IDs[string]); ok {
		if n, err := ids.Remove(ctx, "removed|by/go"); n != 1 || err != nil {
			t.Errorf("removed %d, %v", n, err)
		}
	}
	var got []string
	for len(got) < len(kind.java) {
		it, err := theirs.Take(ctx)
		must(t, err)
		got = append(got, it.Values...)
		must(t, it.Done(ctx))
	}
	if !slices.Equal(got, kind.java) {
		t.Errorf("Java put %v\nGo took %v", kind.java, got)
	}

	// Go holds two items while Java, which has done all others, waits. It is woken when they are given back.
	ours := open("/go-items")
	var held []*queue.Item[string]
	for i := 0; safe && i < 2; i++ {
		must(t, kind.put(ctx, ours, 1, fmt.Sprint("held ", i)))
		it, err := ours.Take(ctx)
		must(t, err)
		held = append(held, it)
	}

	// All is there before Java begins, so it comes in order.
	for i := range queueItems {
		must(t, kind.put(ctx, ours, i, fmt.Sprint("go ", i)))
	}
	must(t, second(c.Create(folder+"/go").Do(ctx)))
	wait("consuming")
	for _, v := range kind.golang {
		wait("got " + v + "\n")
	}
	lines := javaGot(java.Output())
	if !slices.Equal(lines, kind.golang) {
		t.Errorf("Go put %v\nJava took %v", kind.golang, lines)
	}
	if safe {
		must(t, held[0].Release(ctx))
		wait("got held 0\n")
		must(t, held[1].Requeue(ctx))
		wait("got held 1\n")
		// Java puts it back, without its key, and takes it again.
		must(t, kind.put(ctx, ours, 1, "fail once"))
		wait("failing fail once")
		wait("got fail once\n")
	}
	compete(ctx, t, kind, ours, java, safe)
	if safe {
		unlocked(ctx, t, c, locks)
	}
	must(t, second(c.Create(folder+"/end").Do(ctx)))
	wait("done")
	if n, err := ours.Len(ctx); n != 0 || err != nil {
		t.Errorf("%d items left, %v", n, err)
	}
}

// unlocked waits until there are no locks. Java deletes its lock behind the item, and ends without closing its session, so it may not end before.
func unlocked(ctx context.Context, t *testing.T, c *client.Client, locks string) {
	t.Helper()
	for {
		left, _, watch, err := c.Children(locks).DoW(ctx)
		must(t, err)
		if len(left) == 0 {
			watch.Stop()
			return
		}
		select {
		case <-watch.Events():
		case <-ctx.Done():
			t.Fatalf("locks left: %v", left)
		}
	}
}

func javaGot(output string) (values []string) {
	for line := range strings.Lines(output) {
		if v, ok := strings.CutPrefix(strings.TrimSpace(line), "got "); ok {
			values = append(values, v)
		}
	}
	return values
}

// compete lets both consume one queue. With a lock path Go fails now and then, too, and puts back what either may take.
func compete(ctx context.Context, t *testing.T, kind queueKind, q queueOf, java *foreign.Process, safe bool) {
	t.Helper()
	const items = 200
	before := len(javaGot(java.Output()))
	consuming, stop := context.WithCancel(ctx)
	defer stop()
	var mine []string
	failed := make(map[string]bool)
	ended := make(chan error, 1)
	go func() {
		ended <- q.Consume(consuming, func(_ context.Context, v string) error {
			time.Sleep(time.Millisecond) // as work would, so that both get some
			if safe && len(v)%2 == 0 && !failed[v] {
				failed[v] = true
				return fmt.Errorf("the first time %s", v)
			}
			mine = append(mine, v)
			return nil
		})
	}()
	for i := range items {
		must(t, kind.put(ctx, q, 1, fmt.Sprint("both ", i)))
	}
	// The last one is put when all others have been taken.
	for {
		n, err := q.Len(ctx)
		must(t, err)
		if n == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond) // another process works on them
	}
	time.Sleep(300 * time.Millisecond) // what was deleted before it is handed over comes out, and Java's last lines
	stop()
	if err := <-ended; ctx.Err() == nil && err == nil {
		t.Error("Consume ended without a cause")
	}
	all := append(javaGot(java.Output())[before:], mine...)
	slices.Sort(all)
	if distinct := slices.Compact(slices.Clone(all)); len(all) != items || len(distinct) != items {
		t.Errorf("%d items, of which %d distinct; want %d", len(all), len(distinct), items)
	}
	t.Logf("of %d items Go took %d", items, len(mine))
}
