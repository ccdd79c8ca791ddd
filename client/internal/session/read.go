package session

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

const (
	readBuffer = 32 << 10
	// maxReply bounds a reply to the SDK, in bytes. Servers do not limit replies; a list of a million children is well below.
	maxReply = 256 << 20
)

// phase is how far a connection has come.
type phase uint8

const (
	handshaking phase = iota // the answer to the connect request is awaited
	granted                  // zk.Conn has not read all of that answer
	serving
	ended // what is buffered is passed on, then the connection closes
)

// reader is the part of a conn that belongs to the goroutine that reads.
type reader struct {
	c        *conn
	phase    phase
	in       []byte
	r, w     int           // in[r:w] is unread
	pass     int           // bytes of the present frame that are zk.Conn's
	limit    time.Duration // how long the server may leave a frame unanswered
	deadline int64         // raw's read deadline, on the seam's clock
	heard    int64         // when the last answered frame was sent, on the seam's clock
	lent     bool          // the server answers, but cannot keep the session
	spoke    atomic.Int64  // when anything was last received, on the seam's clock; the one field that others read
}

// Read implements net.Conn for zk.Conn: it takes the SDK's replies out and returns the rest.
func (c *conn) Read(p []byte) (int, error) {
	for c.pass == 0 {
		if err := c.next(); err != nil {
			return 0, c.fail(err)
		}
	}
	n, err := c.passOn(p)
	if err != nil {
		return n, c.fail(err)
	}
	return n, nil
}

// passOn hands zk.Conn its bytes; a long frame goes straight into zk.Conn's buffer.
func (c *conn) passOn(p []byte) (int, error) {
	if len(p) > c.pass {
		p = p[:c.pass]
	}
	if c.r == c.w && len(p) >= readBuffer {
		n, err := c.readRaw(p)
		c.pass -= n
		return n, err
	}
	if c.r == c.w {
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.in[c.r:c.w])
	c.r += n
	c.pass -= n
	return n, nil
}

// next looks at the next frame and either takes it or leaves it for zk.Conn in c.pass.
func (c *conn) next() error {
	if err := c.drained(); err != nil {
		return err
	}
	switch c.phase {
	case ended:
		return io.EOF
	case granted:
		// zk.Conn asks for more: it has read its answer and set its state.
		if err := c.introduce(); err != nil {
			return err
		}
		c.phase = serving
		if err := c.goLive(); err != nil {
			return err
		}
	case handshaking, serving:
	}
	if err := c.need(4); err != nil {
		return err
	}
	n := int(int32(binary.BigEndian.Uint32(c.in[c.r:])))
	if c.phase == handshaking {
		return c.takeGrant(n)
	}
	if n < wire.ReplyHeaderSize {
		return wire.ErrMalformed
	}
	if err := c.need(4 + wire.ReplyHeaderSize); err != nil {
		return err
	}
	var h wire.ReplyHeader
	r := wire.NewReader(c.in[c.r+4 : c.w]) // not Unmarshal: through its interface each frame's header would escape
	h.Decode(&r)
	if err := r.Err(); err != nil {
		return err
	}
	if h.Xid == wire.XidNotification {
		return c.takeNotification(n)
	}
	return c.takeReply(h, n)
}

// takeNotification fires the SDK's watches and leaves the frame for zk.Conn.
func (c *conn) takeNotification(n int) error {
	if err := c.needFrame(n); err != nil {
		return err
	}
	var e wire.WatcherEvent
	if err := wire.Unmarshal(c.in[c.r+4+wire.ReplyHeaderSize:c.r+4+n], &e); err != nil {
		return err
	}
	if tell := c.seam.opts.Hooks.Notified; tell != nil {
		tell(e)
	}
	if c.seam.watches.notify(e) {
		c.seam.settle(strings.Clone(e.Path))
	}
	c.pass = 4 + n
	return nil
}

// takeReply finds out whose reply it is. The SDK's is taken, zk.Conn's is left.
func (c *conn) takeReply(h wire.ReplyHeader, n int) error {
	e, aside, err := c.match(h.Xid)
	if err != nil {
		return err
	}
	if h.Zxid > 0 {
		advance(&c.seam.zxid, h.Zxid)
	}
	if aside != nil {
		if aside.cred.Scheme != "" && h.Err == wire.OK {
			c.seam.accepted(aside.cred)
		}
		if aside.call != nil {
			return c.takeAnswer(aside.call, h, n)
		}
		c.pass = 4 + n
		return nil
	}
	c.heard = max(c.heard, e.sent)
	if !c.lent {
		advance(&c.seam.answered, e.sent)
	}
	if e.closes && h.Err == wire.OK {
		c.seam.closed()
	}
	if e.flight != nil {
		c.seam.landed(e.flight, h)
	}
	if e.call == nil {
		c.pass = 4 + n
		return nil
	}
	return c.takeAnswer(e.call, h, n)
}

// match removes the frame that a reply with this xid answers from what is in flight.
func (c *conn) match(xid int32) (entry, *apart, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inflight.len() > 0 && c.inflight.front().xid == xid {
		if c.matched++; c.overdue() {
			return entry{}, nil, ErrProtocol
		}
		c.madeRoom()
		c.paid()
		return c.inflight.pop(), nil, nil
	}
	for i, a := range c.apart {
		if a.xid == xid {
			c.apart = append(c.apart[:i], c.apart[i+1:]...)
			return entry{}, &a, nil
		}
	}
	if c.err != nil {
		return entry{}, nil, c.err
	}
	return entry{}, nil, ErrProtocol
}

// takeAnswer completes a call of the SDK's.
func (c *conn) takeAnswer(call *Call, h wire.ReplyHeader, n int) error {
	body, err := c.body(call, n)
	if err != nil {
		call.fail(ErrConnectionLoss) // it is no longer in flight, so nobody else will
		return err
	}
	if call.flight != nil {
		c.seam.landed(call.flight, h)
	}
	if call.then != nil {
		call.then(call, h.Err)
	}
	call.answer(h, body)
	return nil
}

// body consumes a frame of n bytes and returns what stands behind the header, in memory that is the call's.
func (c *conn) body(call *Call, n int) ([]byte, error) {
	if n > maxReply {
		return nil, wire.ErrFrameLength
	}
	if 4+n <= readBuffer {
		if err := c.need(4 + n); err != nil {
			return nil, err
		}
		body := append(call.small[:0], c.in[c.r+4+wire.ReplyHeaderSize:c.r+4+n]...)
		c.r += 4 + n
		return body, nil
	}
	body := make([]byte, n-wire.ReplyHeaderSize)
	c.r += 4 + wire.ReplyHeaderSize
	got := copy(body, c.in[c.r:c.w])
	c.r += got
	for got < len(body) {
		k, err := c.readRaw(body[got:])
		got += k
		if err != nil {
			return nil, err
		}
	}
	return body, nil
}

// takeGrant reads the answer to the connect request, a frame of n bytes, and leaves it, or what the seam makes of it, for zk.Conn.
func (c *conn) takeGrant(n int) error {
	if n < 0 || n > readBuffer-4 {
		return wire.ErrFrameLength
	}
	if err := c.need(4 + n); err != nil {
		return err
	}
	var p wire.ConnectResponse
	if err := wire.Unmarshal(c.in[c.r+4:c.r+4+n], &p); err != nil {
		return err
	}
	c.pass = 4 + n
	c.mu.Lock()
	sent := c.shookAt
	c.mu.Unlock()
	switch verdict := c.seam.granted(p, sent); verdict {
	case resumed, lent:
		c.phase = granted
		c.heard, c.lent = sent, verdict == lent
		c.limit = time.Duration(p.Timeout) * time.Millisecond * 2 / 3
	case refused:
		// zk.Conn forgets to close a connection that refused its session.
		c.phase = ended
		_ = c.raw.Close()
	case outlived:
		// The session was declared lost and its holders were told, so it must not come back. Nor need its ephemerals wait for the
		// server's clock.
		_, _ = c.raw.Write(wire.AppendRequest(nil, firstXid, wire.OpCloseSession, &wire.Empty{}))
		_ = c.raw.Close()
		c.phase = ended
		refusal := refuse(nil)
		c.in, c.r, c.w, c.pass = refusal, 0, len(refusal), len(refusal)
	}
	return nil
}

// needFrame makes a frame of n bytes stand in the buffer as a whole, growing it for a long one.
func (c *conn) needFrame(n int) error {
	if n > maxReply {
		return wire.ErrFrameLength
	}
	if 4+n > len(c.in) {
		grown := make([]byte, 4+n)
		c.w = copy(grown, c.in[c.r:c.w])
		c.in, c.r = grown, 0
	}
	return c.need(4 + n)
}

// need reads until n bytes stand in the buffer.
func (c *conn) need(n int) error {
	for c.w-c.r < n {
		if err := c.fill(); err != nil {
			if errors.Is(err, io.EOF) && c.w > c.r {
				return io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// fill reads once into the buffer.
func (c *conn) fill() error {
	switch {
	case c.in == nil:
		c.in = make([]byte, readBuffer)
	case c.r == c.w:
		c.r, c.w = 0, 0
	case c.w == len(c.in):
		c.w = copy(c.in, c.in[c.r:c.w])
		c.r = 0
	}
	n, err := c.readRaw(c.in[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	return err
}

// readRaw reads once from the network. The deadline follows the last answered frame; it is moved only when it comes near, so a
// time-out may mean no more than that the deadline is stale.
func (c *conn) readRaw(p []byte) (int, error) {
	for {
		if c.phase == serving {
			if by := c.heard + int64(c.limit); by-c.deadline > int64(c.limit)/16 {
				c.deadline = by
				_ = c.raw.SetReadDeadline(c.seam.start.Add(time.Duration(by)))
			}
		}
		n, err := c.raw.Read(p)
		if n > 0 {
			c.spoke.Store(c.seam.now())
		}
		if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) && c.phase == serving &&
			c.heard+int64(c.limit) > c.deadline {
			c.deadline = 0
			continue
		}
		return n, err
	}
}
