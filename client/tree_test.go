package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// grow makes a tree of width children on each of depth levels below path, and returns how many znodes that were.
func grow(ctx context.Context, tb testing.TB, c *client.Client, path string, width, depth int) int {
	tb.Helper()
	n := 0
	var last *client.Future[string]
	level := []string{path}
	for range depth {
		var next []string
		for _, parent := range level {
			for i := range width {
				next = append(next, client.Join(parent, fmt.Sprintf("n%02d", i)))
			}
		}
		for _, path := range next {
			last = c.Create(path).Async(ctx)
		}
		n += len(next)
		level = next
	}
	if _, err := last.Wait(ctx); err != nil {
		tb.Fatal(err)
	}
	return n
}

// A walk sees every znode once, level by level, with one request for each.
func TestWalk(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/r").Do(ctx)
		must(t, err)
		n := grow(ctx, t, c, "/r", 7, 3) + 1
		before := w.Server.Stats().Requests["getChildren2"]
		start := time.Now()
		var paths []string
		depth := 0
		for node, err := range c.Walk("/r").Do(ctx) {
			must(t, err)
			if node.Depth < depth || int(node.Stat.NumChildren) != len(node.Children) || !slices.IsSorted(node.Children) {
				t.Errorf("node %+v behind depth %d", node, depth)
			}
			depth = node.Depth
			paths = append(paths, node.Path)
		}
		if len(paths) != n || depth != 3 || !slices.IsSorted(paths[len(paths)-7*7*7:]) {
			t.Errorf("%d paths, %d deep; want %d", len(paths), depth, n)
		}
		if got := w.Server.Stats().Requests["getChildren2"] - before; got != int64(n) {
			t.Errorf("%d listings", got)
		}
		// Four levels, of which the last is 343 znodes with 128 in flight.
		if d := time.Since(start); d > 10*2*time.Millisecond {
			t.Errorf("took %v of round trips", d)
		}
		slices.Sort(paths)
		if len(slices.Compact(paths)) != n {
			t.Error("a znode twice")
		}
		// A loop that ends early ends the walk.
		before = w.Server.Stats().Requests["getChildren2"]
		for range c.Walk("/r").Do(ctx) {
			break
		}
		if got := w.Server.Stats().Requests["getChildren2"] - before; got > 1 {
			t.Errorf("%d listings for one znode", got)
		}
		for node, err := range c.Walk("/nowhere").Do(ctx) {
			if !errors.Is(err, zk.ErrNoNode) || node.Path != "/nowhere" {
				t.Errorf("%+v, %v", node, err)
			}
		}
		ended, cancel := context.WithCancel(ctx)
		defer cancel()
		seen := 0
		for _, err := range c.Walk("/r").Do(ended) {
			if seen++; seen == 3 {
				cancel()
			}
			if err != nil && !errors.Is(err, context.Canceled) || seen > 200 {
				t.Errorf("after the end of the context: %v", err)
			}
		}
		if seen >= n {
			t.Error("the walk went on")
		}
	}, zktest.WithNetwork(fault.WithLatency(time.Millisecond)))
}

// What may not be read is told, and the walk goes on. What goes meanwhile is left out.
func TestWalkAround(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, other := w.Connect(t, "a"), w.Connect(t, "b")
		for _, path := range []string{"/r", "/r/a", "/r/a/x", "/r/b", "/r/b/y", "/r/c"} {
			_, err := c.Create(path).Do(ctx)
			must(t, err)
		}
		_, err := c.SetACL("/r/b").ACL(zk.WorldACL(zk.PermCreate | zk.PermDelete | zk.PermAdmin)...).Do(ctx)
		must(t, err)
		var paths, refused []string
		for node, err := range c.Walk("/r").Do(ctx) {
			switch {
			case errors.Is(err, zk.ErrNoAuth):
				refused = append(refused, node.Path)
				continue
			case err != nil:
				t.Fatal(err)
			case node.Path == "/r":
				must(t, other.Delete("/r/c").Do(ctx))
			}
			paths = append(paths, node.Path)
		}
		if !slices.Equal(paths, []string{"/r", "/r/a", "/r/a/x"}) || !slices.Equal(refused, []string{"/r/b"}) {
			t.Errorf("%q, refused %q", paths, refused)
		}
		// Nor can its children be deleted, nor it.
		if err := c.Delete("/r").WithChildren().Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("got %v", err)
		}
	})
}

// Deleting a tree costs a request for each znode to list it, and a transaction for each 256 to delete it.
func TestDeleteWithChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/r").Do(ctx)
		must(t, err)
		n := grow(ctx, t, c, "/r", 9, 3)
		before := w.Server.Stats().Requests
		must(t, c.Delete("/r").WithChildren().Do(ctx))
		after := w.Server.Stats().Requests
		if multis := after["multi"] - before["multi"]; multis != int64((n+255)/256) {
			t.Errorf("%d transactions for %d znodes", multis, n)
		}
		if lists, deletes := after["getChildren2"]-before["getChildren2"], after["delete"]-before["delete"]; lists != int64(n+1) || deletes != 2 {
			t.Errorf("%d listings, %d deletes", lists, deletes)
		}
		if ok, _, err := c.Exists("/r").Do(ctx); ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
		if err := c.Delete("/r").WithChildren().Do(ctx); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("nothing there: %v", err)
		}
		must(t, c.Delete("/r").WithChildren().Quietly().Do(ctx))
		_, err = c.Create("/r/x").Parents().Do(ctx)
		must(t, err)
		if err := c.Delete("/r").WithChildren().Version(7).Do(ctx); !errors.Is(err, zk.ErrNotEmpty) && !errors.Is(err, zk.ErrBadVersion) {
			t.Errorf("another version: %v", err)
		}
	})
}

// Others are at work in the same tree: it goes all the same, with what they add.
func TestDeleteWithChildrenAmongOthers(t *testing.T) {
	for name, frame := range map[string]fault.Match{
		"before the listings": fault.Request("getChildren2"), "before the transactions": fault.Request("multi"),
		"before the last delete": fault.Request("delete").Path("/r").When("second", second()),
	} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			ctx := t.Context()
			c, other := w.Connect(t, "a"), w.Connect(t, "b")
			_, err := c.Create("/r").Do(ctx)
			must(t, err)
			grow(ctx, t, c, "/r", 5, 2)
			w.Net.Intercept(once(frame.Host("a"), func() {
				_, err := other.Create("/r/n01/n01/new/newer").Parents().Do(ctx)
				must(t, err)
				must(t, other.Delete("/r/n02").WithChildren().Quietly().Do(ctx))
			}))
			if err := c.Delete("/r").WithChildren().Do(ctx); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if ok, _, err := c.Exists("/r").Do(ctx); ok && name != "before the last delete" || err != nil {
				t.Errorf("%s: %v %v", name, ok, err)
			}
		})
	}
}

// second is true of the second frame that it is asked about.
func second() func(fault.Frame) bool {
	n := 0
	return func(fault.Frame) bool { n++; return n == 2 }
}

// Two clients delete the same tree, and both are content.
func TestDeleteWithChildrenTwice(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, other := w.Connect(t, "a"), w.Connect(t, "b")
		_, err := c.Create("/r").Do(ctx)
		must(t, err)
		grow(ctx, t, c, "/r", 20, 2)
		done := make(chan error, 2)
		for _, c := range []*client.Client{c, other} {
			go func() { done <- c.Delete("/r").WithChildren().Do(ctx) }()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(time.Millisecond)))
}

// A guaranteed delete of a tree is finished in the background.
func TestDeleteWithChildrenGuaranteed(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.NoRetry))
		_, err := c.Create("/r").Do(t.Context())
		must(t, err)
		grow(t.Context(), t, c, "/r", 5, 2)
		w.Net.Inject(fault.Once(fault.Reply("multi"), fault.Cut), fault.Once(fault.Request("multi").When("second", second()), fault.Cut))
		w.Net.Inject(fault.Nth(3, fault.Reply("getChildren2"), fault.Cut))
		if err := c.Delete("/r").WithChildren().Guaranteed().Do(t.Context()); !errors.Is(err, client.ErrConnectionLoss) {
			t.Errorf("got %v", err)
		}
		time.Sleep(20 * time.Second)
		if ok, _, err := c.Exists("/r").Do(t.Context()); ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
	})
}
