package fault

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// conn is one end of a link. It is a net.Conn, with CloseWrite and SetLinger as *net.TCPConn has them.
type conn struct {
	link          *link
	in, out       *pipe
	local, remote Addr

	// Guarded by link.mu.
	readDeadline  time.Time
	writeDeadline time.Time
	closed        bool      // by Close
	shut          bool      // by CloseWrite
	dead          bool      // reset; reads and writes fail at once
	abrupt        bool      // by SetLinger(0): Close is a reset
	writing       bool      // a Write is under way and others wait, so that none interleave
	bounced       time.Time // when the peer's kernel has answered a write after its Close; zero: no such write
	frame         partial   // the frame being written
}

// Read reads what has arrived, and waits if nothing has.
func (c *conn) Read(b []byte) (int, error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	for {
		now := time.Now()
		c.in.advance(now)
		switch {
		case c.closed:
			return 0, c.error("read", net.ErrClosed)
		case passed(c.readDeadline, now):
			return 0, c.error("read", os.ErrDeadlineExceeded)
		case c.dead:
			return 0, c.error("read", syscall.ECONNRESET)
		case len(b) == 0:
			return 0, nil
		case c.in.arrived > 0:
			return c.in.take(b), nil
		case c.in.end == endReset:
			return 0, c.error("read", syscall.ECONNRESET)
		case c.in.end != endNone:
			return 0, io.EOF
		}
		c.in.readable.wait(earlier(c.readDeadline, c.in.next()))
	}
}

// Write queues bytes for the peer, and waits while the window is full.
func (c *conn) Write(b []byte) (int, error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	for c.writing && !c.closed {
		c.out.writable.wait(time.Time{})
	}
	if err := c.writeError(); err != nil {
		return 0, c.error("write", err)
	}
	c.writing = true
	defer func() {
		c.writing = false
		c.out.writable.cond.Broadcast()
	}()
	n := 0
	for n < len(b) {
		m, err := c.writeFrame(b[n:])
		n += m
		if err != nil {
			return n, c.error("write", err)
		}
		if c.dead {
			// By a fault on a frame of this very write: like a kernel, take the rest and report at the next call.
			return len(b), nil
		}
	}
	return n, nil
}

// writeError is why the end cannot be written to now.
func (c *conn) writeError() error {
	now := time.Now()
	c.in.advance(now)
	switch {
	case c.closed:
		return net.ErrClosed
	case passed(c.writeDeadline, now):
		return os.ErrDeadlineExceeded
	case c.dead, c.in.end == endReset:
		return syscall.ECONNRESET
	case c.shut, passed(c.bounced, now):
		return syscall.EPIPE
	}
	return nil
}

// push sends bytes on as the window has room for them. It returns early with the reason if they cannot all be sent.
func (c *conn) push(b []byte, delay time.Duration) (int, error) {
	n := 0
	for {
		room := c.link.net.window - c.out.queue.len()
		if c.out.sink {
			room = len(b)
		}
		if m := min(room, len(b)-n); m > 0 {
			c.put(b[n:n+m], delay)
			n += m
		}
		if n == len(b) {
			return n, nil
		}
		c.out.writable.wait(c.writeDeadline)
		if err := c.writeError(); err != nil {
			return n, err
		}
	}
}

// put sends bytes on whether the window has room for them or not.
func (c *conn) put(b []byte, delay time.Duration) {
	now := time.Now()
	c.out.put(b, now, now.Add(c.link.net.latency+delay))
	// As with TCP, the first write after the peer has closed succeeds, and is answered by a reset.
	if c.out.sink && !c.out.stalled && c.bounced.IsZero() {
		c.bounced = now.Add(2 * c.link.net.latency)
	}
}

// CloseWrite ends what this end sends: the peer reads io.EOF behind it. The end can still be read from.
func (c *conn) CloseWrite() error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	switch {
	case c.closed:
		return c.error("close", net.ErrClosed)
	case c.dead:
		return c.error("close", syscall.ECONNRESET)
	case !c.shut:
		c.shut = true
		c.finish(endShut)
		c.wake()
	}
	return nil
}

// SetLinger with 0 makes Close a reset: the peer gets ECONNRESET, behind what was sent before, instead of EOF. Any other
// number of seconds makes it the orderly end that it is by default. Close never waits.
func (c *conn) SetLinger(sec int) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	c.abrupt = sec == 0
	return nil
}

// Close closes the end. What was written still arrives, and io.EOF behind it.
func (c *conn) Close() error {
	over, err := c.close()
	if over {
		c.link.net.forget(c.link) // takes the network's lock, hence not under the link's
	}
	return err
}

func (c *conn) close() (over bool, err error) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return false, c.error("close", net.ErrClosed)
	}
	c.closed = true
	switch {
	case c.dead:
	case c.abrupt:
		c.finish(endReset)
	default:
		c.finish(endClose)
	}
	c.in.abandon()
	c.wake()
	c.in.readable.stop()
	c.out.writable.stop()
	peer := c.peer()
	return peer.closed || peer.dead, nil
}

// cut resets the connection by a fault on what this end sends: at once for this end, and for the peer behind what was
// sent before.
func (c *conn) cut() {
	c.frame = partial{}
	c.finish(endReset)
	c.dead = true
	c.in.abandon()
	c.wake()
}

// finish sends on what is held of a frame, and an ending.
func (c *conn) finish(end ending) {
	c.release(0)
	now := time.Now()
	c.out.finish(end, now, now.Add(c.link.net.latency))
}

// wake makes whoever is blocked on this end, or writes to it, look again.
func (c *conn) wake() {
	c.in.readable.cond.Broadcast()
	c.in.writable.cond.Broadcast()
	c.out.writable.cond.Broadcast()
}

func (c *conn) peer() *conn {
	if c == c.link.client {
		return c.link.server
	}
	return c.link.client
}

// LocalAddr is this end's host and port.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr is the other end's host and port.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return c.setDeadlines(t, &c.readDeadline, &c.writeDeadline)
}

// SetReadDeadline makes reads fail from a moment on; zero means never.
func (c *conn) SetReadDeadline(t time.Time) error { return c.setDeadlines(t, &c.readDeadline) }

// SetWriteDeadline makes writes fail from a moment on; zero means never.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.setDeadlines(t, &c.writeDeadline) }

func (c *conn) setDeadlines(t time.Time, deadlines ...*time.Time) error {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.closed {
		return c.error("set", net.ErrClosed)
	}
	for _, d := range deadlines {
		*d = t
	}
	c.in.readable.cond.Broadcast()
	c.out.writable.cond.Broadcast()
	return nil
}

func (c *conn) error(op string, err error) error {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		err = sysError(op, errno)
	}
	return opError(op, c.local, c.remote, err)
}

// passed tells whether a moment, if it is one, is not in the future.
func passed(t, now time.Time) bool { return !t.IsZero() && !t.After(now) }

// earlier is the earlier of two moments, of which zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
