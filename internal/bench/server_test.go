package bench

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/testing/zktest"
)

// target is the server that everything is measured on.
type target struct {
	name    string // for the table's heading
	addr    string
	foreign bool
	count   func(context.Context) (counts, error)
}

// counts is what a server has done, in its own words, without what the probing adds to it.
type counts struct {
	requests int64
	events   int64 // watch events
}

// onServer runs f on Apache's server, or on ours where that is not installed: starting it then skips its sub-benchmark.
func onServer(b *testing.B, f func(b *testing.B, srv target)) {
	b.Helper()
	found := false
	b.Run("apache", func(b *testing.B) {
		srv := startApache(b)
		found = true
		f(b, srv)
	})
	if found || b.Failed() {
		return
	}
	b.Run("zookit", func(b *testing.B) { f(b, startOurs(b)) })
}

func startOurs(b *testing.B) target {
	b.Helper()
	srv := zktest.Start(b)
	return target{
		name: "zookit's own server, in the same process: Apache's is not installed, and allocations are those of both sides",
		addr: srv.Addr(),
		count: func(context.Context) (counts, error) {
			stats := srv.Stats()
			c := counts{events: stats.WatchEvents}
			for op, n := range stats.Requests {
				if op != "ping" {
					c.requests += n
				}
			}
			return c, nil
		},
	}
}

func startApache(b *testing.B) target {
	b.Helper()
	addr := apache.StartOptimized(b).Addr()
	get.warm(b, addr)
	m, err := mntr(b.Context(), addr)
	if err != nil {
		b.Fatal(err)
	}
	version, _, _ := strings.Cut(m["zk_version"], "-")
	probes := int64(0)
	return target{
		foreign: true,
		name:    "Apache ZooKeeper " + version + ", which does not wait for the disk",
		addr:    addr,
		count: func(ctx context.Context) (counts, error) {
			m, err := mntr(ctx, addr)
			if err != nil {
				return counts{}, err
			}
			probes++ // the four letters count as a packet
			c := counts{requests: -probes}
			for name, to := range map[string]*int64{
				"zk_packets_received":              &c.requests,
				"zk_sum_node_created_watch_count":  &c.events,
				"zk_sum_node_deleted_watch_count":  &c.events,
				"zk_sum_node_changed_watch_count":  &c.events,
				"zk_sum_node_children_watch_count": &c.events,
			} {
				n, err := strconv.ParseInt(m[name], 10, 64)
				if err != nil {
					return counts{}, fmt.Errorf("mntr: %s: %w", name, err)
				}
				*to += n
			}
			return c, nil
		},
	}
}

// mntr asks Apache's server for its counters.
func mntr(ctx context.Context, addr string) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if by, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(by); err != nil {
			return nil, err
		}
	}
	if _, err := io.WriteString(conn, "mntr"); err != nil {
		return nil, err
	}
	counters := map[string]string{}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), "\t"); ok {
			counters[name] = value
		}
	}
	return counters, lines.Err()
}
