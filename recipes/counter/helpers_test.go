package counter_test

import (
	"errors"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	path     = "/counters/one"
	lockPath = "/counters/lock"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func number(tb testing.TB, c *client.Client, opts ...counter.Option) *counter.Int64 {
	tb.Helper()
	n, err := counter.NewInt64(c, path, opts...)
	must(tb, err)
	return n
}

func add(tb testing.TB, n *counter.Int64, delta int64) counter.Result[int64] {
	tb.Helper()
	res, err := n.Add(tb.Context(), delta)
	must(tb, err)
	return res
}

// stored is what the znode holds, by a client that knows nothing of recipes.
func stored(tb testing.TB, c *client.Client) []byte {
	tb.Helper()
	data, _, err := c.Get(path).Do(tb.Context())
	must(tb, err)
	return data
}

// store writes the znode as a client that knows nothing of recipes.
func store(tb testing.TB, c *client.Client, data []byte) {
	tb.Helper()
	_, err := c.Create(path).Data(data).Parents().Do(tb.Context())
	if errors.Is(err, zk.ErrNodeExists) {
		_, err = c.Set(path).Data(data).Do(tb.Context())
	}
	must(tb, err)
}

// children is what is left under a folder.
func children(tb testing.TB, c *client.Client, folder string) []string {
	tb.Helper()
	names, _, err := c.Children(folder).Do(tb.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	must(tb, err)
	return names
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

// ours matches the frames of the SDK on a client's host: not the handshake, not zk.Conn's pings.
func ours(host string, reply bool) fault.Match {
	match := fault.Request("")
	if reply {
		match = fault.Reply("")
	}
	return match.Host(host).When("ours", func(f fault.Frame) bool { return f.Xid < -100 })
}

// fault1 loses the answer to host a's next write.
func fault1(host string) *fault.Rule { return fault.Nth(1, ours(host, true), fault.Cut) }
