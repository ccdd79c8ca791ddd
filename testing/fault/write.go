package fault

import (
	"encoding/binary"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// What the length of a frame may be. A stream that exceeds it is not ZooKeeper's client protocol and is passed on
// without a look: the words of four letters, the peer protocol, TLS.
const (
	maxFrame   = 64 << 20
	minConnect = 28
	maxConnect = 1 << 10
)

// partial is the frame that an end is writing, as far as it is written. The bytes are kept as they pass, so that an
// interceptor which comes later finds the boundaries of frames, and the requests of replies.
type partial struct {
	raw   bool   // not frames; pass everything on
	buf   []byte // what earlier writes brought of the frame, with its length
	sent  int    // how much of buf is sent on; the rest is held until the frame is whole
	seen  bool   // the frame was whole and an interceptor has let it pass, but it is not all sent
	count int    // frames so far
}

// next begins another frame.
func (f *partial) next() {
	f.buf, f.sent, f.seen = f.buf[:0], 0, false
	if cap(f.buf) > keepBytes {
		f.buf = nil
	}
}

// keep remembers bytes of the frame that were sent on before it was all sent.
func (f *partial) keep(b []byte) {
	f.buf = append(f.buf, b...)
	f.sent = len(f.buf)
}

// writeFrame writes as much of b as belongs to one frame, and says how much of b it has dealt with.
//
// While somebody intercepts, a frame is held until it is whole, since one of which a part has been sent cannot be
// dropped. Otherwise bytes pass as they come.
func (c *conn) writeFrame(b []byte) (int, error) {
	f := &c.frame
	n, whole, ok := c.measure(b)
	if !ok {
		f.raw = true
		c.release(0)
		return c.push(b, 0)
	}
	hold := f.sent == 0 && !f.seen && c.link.net.interceptors.Load() != nil
	if !whole {
		if hold {
			f.buf = append(f.buf, b...)
			return n, nil
		}
		m, err := c.pass(b, 0)
		f.keep(b[:m])
		return m, err
	}

	action := Pass
	if !f.seen {
		f.seen = true
		f.count++
		frame, ok := c.decode(b[:n])
		if !ok {
			f.raw = true
			c.release(0)
			return c.push(b, 0)
		}
		if hold {
			c.link.unlocked(func() { action = c.link.net.ask(frame) })
			// Much may have happened meanwhile, by the interceptor or by others.
			if err := c.writeError(); err != nil {
				return 0, err
			}
		}
	}
	if action == Drop {
		f.next()
		return n, nil
	}
	if action == Cut {
		c.cut()
		return n, nil
	}
	m, err := c.pass(b[:n], action.delay())
	if err != nil {
		f.keep(b[:m])
		return m, err
	}
	f.next()
	if action == CutAfter {
		c.cut()
	}
	return n, nil
}

// pass sends on what is held of the frame and then b, the next of it.
func (c *conn) pass(b []byte, delay time.Duration) (int, error) {
	c.release(delay)
	return c.push(b, delay)
}

// release sends on what is held of the frame. Its writer was told that it is written, so the window does not count.
func (c *conn) release(delay time.Duration) {
	f := &c.frame
	if f.sent < len(f.buf) {
		c.put(f.buf[f.sent:], delay)
		f.sent = len(f.buf)
	}
}

// measure tells how many bytes of b belong to the frame being written and whether they complete it. Not ok means that
// this is no frame.
func (c *conn) measure(b []byte) (n int, whole, ok bool) {
	f := &c.frame
	client := c == c.link.client
	if f.raw || !client && !c.link.zookeeper {
		return 0, false, false
	}
	var head [8]byte // the length, and a connect request's version
	have := copy(head[:], f.buf)
	have += copy(head[have:], b)
	if have < 4 {
		return len(b), false, true
	}
	size := int(int32(binary.BigEndian.Uint32(head[:])))
	if size < 0 || size > maxFrame {
		return 0, false, false
	}
	if client && f.count == 0 {
		version := binary.BigEndian.Uint32(head[4:])
		if size < minConnect || size > maxConnect || have == len(head) && version != 0 {
			return 0, false, false
		}
	}
	rest := 4 + size - len(f.buf)
	if rest > len(b) {
		return len(b), false, true
	}
	return rest, true, true
}

// decode reads the frame that b completes, and remembers what its reply will not say. Not ok means that it is no connect
// request although it comes first.
func (c *conn) decode(b []byte) (f Frame, ok bool) {
	l := c.link
	if len(c.frame.buf) > 0 {
		b = append(c.frame.buf, b...)
	}
	f = Frame{
		Host: l.clientHost, Server: string(l.server.local), Reply: c == l.server, N: c.frame.count, Size: len(b),
		Connect: c.frame.count == 1,
	}
	body := b[4:]
	switch {
	case f.Connect && f.Reply:
		var res wire.ConnectResponse
		if wire.Unmarshal(body, &res) == nil {
			l.session = res.SessionID
		}
		f.Op = connectOp
	case f.Connect:
		var req wire.ConnectRequest
		if wire.Unmarshal(body, &req) != nil {
			return f, false
		}
		l.zookeeper = true
		l.session = req.SessionID
		f.Op = connectOp
	case f.Reply:
		l.decodeReply(&f, body)
	default:
		l.decodeRequest(&f, body)
	}
	f.Session = l.session
	return f, true
}
