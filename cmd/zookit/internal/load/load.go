// Package load is a ZooKeeper client that does nothing but ask: for measuring a server, whoever's it is. It keeps a window of requests
// on their way on one connection, and looks at every reply.
//
// One goroutine a connection writes and reads in turns. As many requests as have been answered go out with one write, so the window
// stays full without a second goroutine, whose waking would be measured, too.
package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// ErrReply is a reply that is not what was asked for.
var ErrReply = errors.New("load: not the reply that was expected")

// patience is the longest that a reply may take.
const patience = 30 * time.Second

// readSize is how much is read at once, in bytes: less than the replies to the largest window, so that the server is asked again
// while it still answers.
const readSize = 16 << 10

// Conn is a client's connection. It belongs to one goroutine.
type Conn struct {
	nc   net.Conn
	buf  []byte // buf[r:w] is read and not yet looked at
	r, w int
	out  []byte
	xid  int32
	sent []time.Time // when the requests left that are on their way: a ring
}

// Dial connects and asks for a session.
func Dial(ctx context.Context, addr string) (*Conn, error) {
	nc, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	c, err := New(nc)
	if err != nil {
		_ = nc.Close() // it is of no use
		return nil, err
	}
	return c, nil
}

// New asks for a session on a connection that there is.
func New(nc net.Conn) (*Conn, error) {
	c := &Conn{nc: nc, buf: make([]byte, readSize)}
	if err := c.handshake(); err != nil {
		return nil, err
	}
	return c, nil
}

// Close gives the connection up. The session is left to expire.
func (c *Conn) Close() { _ = c.nc.Close() } // nothing is owed to the server

func (c *Conn) handshake() error {
	if err := c.nc.SetDeadline(time.Now().Add(patience)); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	q := wire.ConnectRequest{Timeout: 30000, Passwd: make([]byte, wire.PasswdSize), HasReadOnly: true}
	if _, err := c.nc.Write(wire.AppendFrame(nil, &q)); err != nil {
		return fmt.Errorf("load: handshake: %w", err)
	}
	frame, err := c.frame()
	if err != nil {
		return fmt.Errorf("load: handshake: %w", err)
	}
	var p wire.ConnectResponse
	if err := wire.Unmarshal(frame, &p); err != nil || p.SessionID == 0 {
		return fmt.Errorf("load: no session: %w", errors.Join(err, ErrReply))
	}
	return nil
}

// Call asks one thing and waits for the answer.
func (c *Conn) Call(op wire.Op, body wire.Record) error {
	_, err := c.Run(NewAsk(op, body), 1, Count(1))
	return err
}

// frame returns the next frame without its length. It is valid until the next call.
func (c *Conn) frame() ([]byte, error) {
	for {
		if frame, ok := c.next(); ok {
			return frame, nil
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// next returns a frame that has been read whole.
func (c *Conn) next() ([]byte, bool) {
	have := c.buf[c.r:c.w]
	if len(have) < 4 {
		return nil, false
	}
	n := int(binary.BigEndian.Uint32(have))
	if len(have)-4 < n {
		return nil, false
	}
	c.r += 4 + n
	return have[4 : 4+n], true
}

// fill reads what is there, at least a byte.
func (c *Conn) fill() error {
	if c.r > 0 {
		c.r, c.w = 0, copy(c.buf, c.buf[c.r:c.w])
	}
	if c.w == len(c.buf) {
		return fmt.Errorf("a reply of more than %d bytes: %w", len(c.buf)-4, ErrReply)
	}
	n, err := c.nc.Read(c.buf[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}
