package node_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/zktest"
)

const path = "/services/one"

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func wantError(tb testing.TB, what string, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// keep starts a node that is closed at the end.
func keep(tb testing.TB, c *client.Client, data string, opts ...node.Option) *node.Persistent {
	tb.Helper()
	p, err := node.NewPersistent(c, path, []byte(data), opts...)
	must(tb, err)
	must(tb, p.Start(tb.Context()))
	tb.Cleanup(func() { _ = p.Close(context.Background()) }) // the test has seen what it wanted
	return p
}

// there is what stands at a path, by a client that knows nothing of recipes.
func there(tb testing.TB, c *client.Client, path string) (string, *zk.Stat) {
	tb.Helper()
	data, stat, err := c.Get(path).Do(tb.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return "", nil
	}
	must(tb, err)
	return string(data), stat
}

// wantThere checks that a znode stands with data.
func wantThere(tb testing.TB, c *client.Client, path, data string) *zk.Stat {
	tb.Helper()
	got, stat := there(tb, c, path)
	if stat == nil {
		tb.Fatalf("%s is not there", path)
	}
	if got != data {
		tb.Errorf("%s holds %q, want %q", path, got, data)
	}
	return stat
}

func wantGone(tb testing.TB, c *client.Client, path string) {
	tb.Helper()
	if data, stat := there(tb, c, path); stat != nil {
		tb.Errorf("%s is there with %q, %+v", path, data, stat)
	}
}

// settle waits until nothing happens any more that takes no time.
func settle(tb testing.TB, p *node.Persistent) {
	tb.Helper()
	synctest.Wait()
	must(tb, p.Wait(tb.Context()))
	synctest.Wait()
}

// requests counts what clients asked for, pings apart.
func requests(w *zktest.World) int64 {
	var n int64
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}
