package bench

import (
	"context"
	"net"
	"sync"
	"time"
)

// holdBack is how late replies are handed on while flights are counted. What left together would otherwise be told apart now and then:
// on loopback the reply to the first frame can be read before the second, which does not wait for it, is written.
const holdBack = 500 * time.Microsecond

// flights counts the round trips of one client: a write begins a flight if anything was read since the last write. It counts
// what had to wait for an answer or an event, whatever the clock says, and however many frames travel together.
type flights struct {
	mu     sync.Mutex // guards what follows
	n      int
	landed bool // something was read since the last write
}

// begin forgets what was counted: the next write begins the first flight.
func (f *flights) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n, f.landed = 0, true
}

func (f *flights) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.n
}

func (f *flights) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return flightConn{conn, f}, nil
}

// dialZK is dial as zk.Conn wants it.
func (f *flights) dialZK(network, addr string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return f.dial(ctx, network, addr)
}

type flightConn struct {
	net.Conn
	f *flights
}

func (c flightConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		time.Sleep(holdBack)
		c.f.mu.Lock()
		c.f.landed = true
		c.f.mu.Unlock()
	}
	return n, err
}

func (c flightConn) Write(p []byte) (int, error) {
	c.f.mu.Lock()
	if c.f.landed {
		c.f.n++
	}
	c.f.landed = false
	c.f.mu.Unlock()
	return c.Conn.Write(p)
}
