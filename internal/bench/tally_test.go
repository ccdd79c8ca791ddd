package bench

import (
	"context"
	"net"
	"sync/atomic"
)

// tally counts the system calls of one client's connection.
type tally struct{ reads, writes atomic.Int64 }

func (t *tally) reset() {
	t.reads.Store(0)
	t.writes.Store(0)
}

func (t *tally) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return tallyConn{conn, t}, nil
}

type tallyConn struct {
	net.Conn
	t *tally
}

func (c tallyConn) Read(p []byte) (int, error) {
	c.t.reads.Add(1)
	return c.Conn.Read(p)
}

func (c tallyConn) Write(p []byte) (int, error) {
	c.t.writes.Add(1)
	return c.Conn.Write(p)
}
