package interop

import (
	"context"
	"fmt"
	"net"
	"sync"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/watching"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Random users of watches on few paths hear what they are owed, on Apache's server and on ours at its age.
func TestSharedWatches(t *testing.T) {
	for name, start := range map[string]func(testing.TB) string{
		"apache": func(tb testing.TB) string { tb.Helper(); return apache.Start(tb).Addr() },
		"zookit": func(tb testing.TB) string {
			tb.Helper()
			return zktest.Start(tb, server.WithVersion(server.V38)).Addr()
		},
	} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				addr := start(t)
				var wire cutter
				setup := watching.Setup{Steps: 300, Seed: seed, Theirs: seed%2 == 0}
				if !setup.Theirs { // zk.Conn says nothing when its own watches stand again
					setup.Cut = wire.cut
				}
				setup.Client = dial(t, addr, client.WithDial(wire.dial))
				setup.Writer = dial(t, addr)
				watching.Run(t, setup)
			})
		}
	}
}

func dial(tb testing.TB, addr string, opts ...client.Option) *client.Client {
	tb.Helper()
	c, err := client.Connect(tb.Context(), addr, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(context.WithoutCancel(tb.Context())); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// cutter ends the last connection that was made.
type cutter struct {
	mu   sync.Mutex
	last net.Conn
}

func (c *cutter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = conn
	return conn, err
}

func (c *cutter) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.last.Close()
}
