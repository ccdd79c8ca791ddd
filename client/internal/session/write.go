package session

import (
	"context"
	"encoding/binary"
	"runtime"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// Write implements net.Conn for zk.Conn. Frames are passed on whole, in the order of arrival among the SDK's.
//
// It reports no error: the end of a connection is told by Read alone. zk.Conn answers a request whose write failed twice, once there
// and once when it ends all that are in flight, and for an identity that it sends again the second answer blocks it for ever.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	for c.err == nil && len(c.out)+len(c.held) >= maxOut {
		_ = c.awaitRoom(context.Background()) // that context never ends
	}
	if c.err != nil {
		c.mu.Unlock()
		return len(p), nil //nolint:nilerr // see above
	}
	frames := p
	if len(c.partial) > 0 {
		c.partial = append(c.partial, p...)
		frames = c.partial
	}
	for len(frames) >= 4 {
		n := 4 + int(binary.BigEndian.Uint32(frames))
		if len(frames) < n {
			break
		}
		if err := c.take(frames[:n]); err != nil {
			c.mu.Unlock()
			_ = c.fail(err)
			return len(p), nil
		}
		frames = frames[n:]
	}
	c.partial = append(c.partial[:0], frames...)
	c.flush()
	return len(p), nil
}

// take adds one frame of zk.Conn's to what is written. The caller holds c.mu.
func (c *conn) take(frame []byte) error {
	now := c.seam.now()
	if !c.shook {
		c.shook, c.shookAt = true, now
		return c.takeHandshake(frame[4:])
	}
	if !c.live {
		c.hold(frame)
		return nil
	}
	c.out = append(c.out, frame...)
	var h wire.RequestHeader
	r := wire.NewReader(frame[4:]) // not Unmarshal: through its interface each frame's header would escape
	h.Decode(&r)
	if err := r.Err(); err != nil {
		return err
	}
	switch h.Op {
	case wire.OpAuth:
		var cred wire.AuthRequest
		// The frame is zk.Conn's buffer, and the identity is kept.
		if err := wire.Unmarshal(append([]byte(nil), frame[4+wire.RequestHeaderSize:]...), &cred); err != nil {
			return err
		}
		c.askedApart(apart{xid: h.Xid, cred: cred})
	case wire.OpSASL:
		c.askedApart(apart{xid: h.Xid})
	default:
		e := entry{xid: h.Xid, sent: now, closes: h.Op == wire.OpCloseSession}
		if watchFrame(h.Op) {
			return c.takeWatchFrame(e, h.Op, frame)
		}
		c.inflight.push(e)
	}
	return nil
}

// takeHandshake passes the connect request on with the last zxid that either speaker saw.
func (c *conn) takeHandshake(frame []byte) error {
	var q wire.ConnectRequest
	if err := wire.Unmarshal(frame, &q); err != nil {
		return err
	}
	c.seam.claim(&q)
	c.out = wire.AppendFrame(c.out, &q)
	return nil
}

// writeAtOnce is how much a caller writes itself, in bytes: so little never blocks on a connection that has nothing else to do, and a caller
// whose context ends must not be held by the network.
const writeAtOnce = 16 << 10

// flush gets c.out to the network and unlocks c.mu. A short frame that finds nothing in flight is written at once, by whoever brings
// it; the others gather for the flusher while earlier ones are under way.
func (c *conn) flush() {
	switch {
	case c.writing || len(c.out) == 0:
		c.mu.Unlock()
	case !c.live || c.inflight.len() <= 1 && len(c.out) <= writeAtOnce:
		c.writeOut()
		more := len(c.out) > 0
		c.mu.Unlock()
		if more {
			c.wake()
		}
	default:
		c.mu.Unlock()
		c.wake()
	}
}

func (c *conn) wake() {
	select {
	case c.kick <- struct{}{}:
	default:
	}
}

// writeOut writes what has gathered, without c.mu while it does. The caller holds c.mu and nobody else is writing.
func (c *conn) writeOut() {
	c.writing = true
	buf := c.out
	c.out, c.spare, c.gathers = c.spare[:0], nil, 0
	setBy, deadline := c.writeDeadline()
	c.mu.Unlock()
	if setBy {
		_ = c.raw.SetWriteDeadline(deadline)
	}
	_, err := c.raw.Write(buf)
	if err != nil {
		_ = c.fail(err)
	}
	c.mu.Lock()
	c.writing = false
	c.spare = buf[:0]
	c.madeRoom()
}

// writeDeadline moves raw's write deadline on, now and then: one call for each write would cost more than it brings. The caller
// holds c.mu.
func (c *conn) writeDeadline() (set bool, deadline time.Time) {
	if !c.live {
		return false, time.Time{} // the handshake's own is in force
	}
	limit := int64(c.limit)
	now := c.seam.now()
	if c.writeBy-now > limit/2 {
		return false, time.Time{}
	}
	c.writeBy = now + limit
	return true, c.seam.start.Add(time.Duration(c.writeBy))
}

// flusher writes what gathers.
func (c *conn) flusher() {
	for {
		select {
		case <-c.kick:
		case <-c.done:
			return
		}
		// Let the callers that are ready to run add their frames first: they share the write.
		runtime.Gosched()
		c.mu.Lock()
		for !c.writing && len(c.out) > 0 && c.err == nil {
			c.writeOut()
		}
		c.mu.Unlock()
	}
}
