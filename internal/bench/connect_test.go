package bench

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	// sessionTimeout is the longest that servers grant.
	sessionTimeout = 40 * time.Second
	// pingEvery is how long zk.Conn waits before each ping. Requests are counted on sessions younger than this, so that no ping is
	// among them.
	pingEvery = sessionTimeout / 3
	// closeTimeout bounds the close of one client.
	closeTimeout = 5 * time.Second
)

var openACL = zk.WorldACL(zk.PermAll)

// plain connects zk.Conn as its users do; with trips, through a connection that counts.
func plain(b *testing.B, addr string, trips *flights) *zk.Conn {
	b.Helper()
	conn, events, err := connect(addr, trips)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(conn.Close)
	timeout := time.After(sessionTimeout)
	for {
		select {
		case ev := <-events:
			if ev.State == zk.StateHasSession {
				return conn
			}
		case <-timeout:
			b.Fatal("zk.Conn got no session")
		}
	}
}

func connect(addr string, trips *flights) (*zk.Conn, <-chan zk.Event, error) {
	if trips == nil {
		return zk.Connect([]string{addr}, sessionTimeout, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	}
	return zk.Connect([]string{addr}, sessionTimeout, zk.WithLogger(quiet{}), zk.WithLogInfo(false), zk.WithDialer(trips.dialZK))
}

// quiet is zk.Conn's logger.
type quiet struct{}

func (quiet) Printf(string, ...any) {}

// ours connects our client.
func ours(b *testing.B, addr string, opts ...client.Option) *client.Client {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), sessionTimeout)
	defer cancel()
	c, err := client.Connect(ctx, addr, append(opts, client.WithSessionTimeout(sessionTimeout))...)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		// The benchmark's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(b.Context()), closeTimeout)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			b.Error(err)
		}
	})
	return c
}

// prepare makes a znode that a benchmark uses, if an earlier one has not.
func prepare(b *testing.B, conn *zk.Conn, path string, data []byte) {
	b.Helper()
	if _, err := conn.Create(path, data, 0, openACL); err != nil && !errors.Is(err, zk.ErrNodeExists) {
		b.Fatalf("create %s: %v", path, err)
	}
}
