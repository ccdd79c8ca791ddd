package conn

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// read is the reader: it lets the client in and hands its requests over, all that are here at a time.
func (c *Conn) read() {
	defer c.readerDone()
	if c.env.Era.HurriesSilence {
		now := c.env.Now()
		c.setReadDeadline(time.Now().Add(fourletter.Bucket(now+idleLimit, idleLimit) - now)) // 10 to 20 s
	}
	if !c.secure() {
		return
	}
	stream, ok := c.begin()
	if !ok {
		return
	}
	frames := wire.NewFrameReader(stream, c.env.MaxFrame)
	frame, err := frames.Next()
	if err != nil {
		c.explain(err)
		return
	}
	c.took(1, len(frame))
	if !c.handshake(frame) {
		c.discard()
		return
	}
	c.setReadDeadline(time.Time{})
	for {
		room, ok := c.waitRoom()
		if !ok {
			return
		}
		batch, err := c.next(frames, room)
		if len(batch) > 0 && !c.submit(batch) {
			return
		}
		if errors.Is(err, errLast) {
			c.gone() // now: whoever sees the connection's end finds no watch of it any more
			c.discard()
			return
		}
		if err != nil {
			c.explain(err)
			return
		}
	}
}

// errLast ends the reading: the server will close the connection once it has answered.
var errLast = errors.New("conn: the last request")

// next waits for a request and returns it with the others that are here, up to most. It returns requests also with an error.
func (c *Conn) next(frames *wire.FrameReader, most int) (batch []request.Request, err error) {
	seen, bytes := int64(0), 0
	defer func() {
		c.took(seen, bytes)
		c.guess = len(batch)
	}()
	batch, c.spare = c.spare[:0], nil
	if batch == nil {
		batch = make([]request.Request, 0, min(c.guess, most))
	}
	for first := true; first || frames.Buffered() && len(batch) < most; first = false {
		frame, err := frames.Next()
		if err != nil {
			return batch, err
		}
		if first && c.env.Limits.Outstanding > 0 { // others may have asked while this one waited
			most = min(most, mayRead(&c.env.Counters.Outstanding, c.env.Limits.Outstanding, 0))
		}
		if first && c.crowded() {
			most = 1
		}
		seen++
		bytes += len(frame)
		r, err := c.parse(frame)
		if err != nil {
			return batch, err
		}
		switch served, last := c.identify(&r); {
		case last:
			return batch, errLast
		case served:
			continue
		}
		batch = append(batch, r)
		if r.Refused == wire.Unimplemented || r.Op == wire.OpCloseSession {
			return batch, errLast
		}
	}
	return batch, nil
}

// took counts frames and their bytes.
func (c *Conn) took(frames int64, bytes int) {
	total := 4*frames + int64(bytes)
	c.received.Add(frames)
	c.bytesIn.Add(total)
	c.env.Counters.Received.Add(frames)
	c.env.Counters.BytesIn.Add(total)
	c.env.Counters.Meter.BytesIn.Add(total)
}

// parse decodes a frame. What only a server may send is as unknown as what nobody sends; a record that does not decode is
// refused in its turn, except that of auth, which has none.
func (c *Conn) parse(frame []byte) (request.Request, error) {
	if len(frame) < wire.RequestHeaderSize {
		return request.Request{}, wire.ErrMalformed
	}
	rd := &c.decoder
	*rd = wire.NewReader(frame)
	var h wire.RequestHeader
	h.Decode(rd)
	r := request.Request{From: c, Session: c.session, Xid: h.Xid, Op: h.Op, IDs: c.IDs()}
	c.env.Counters.count(h.Op)
	row, known := h.Op.Lookup()
	e := c.env.Era
	if !known || !e.Knows(h.Op) || row.Kind == wire.KindInternal || h.Op == wire.OpCheck && !e.CheckAlone {
		c.env.Log.Warn("refusing an operation", "op", int32(h.Op), "session", c.session)
		r.Refused = wire.Unimplemented
		return r, nil
	}
	r.Body = row.Request()
	rd.AsJava()
	r.Body.Decode(rd)
	if rd.Err() != nil {
		if h.Op == wire.OpAuth || h.Op == wire.OpSASL {
			return r, rd.Err()
		}
		r.Refused = wire.MarshallingError
	}
	if q, ok := r.Body.(*wire.SASLToken); ok && q.Token == nil {
		return r, wire.ErrMalformed // Apache stumbles over it
	}
	return r, nil
}

// submit hands a batch over. What a session asks for after its end is dropped without a word.
func (c *Conn) submit(batch []request.Request) bool {
	now := c.env.Now()
	if !c.env.Sessions.Touch(c.session, now) {
		return true
	}
	if alone := c.expect(batch, now); alone && c.env.Direct(batch) {
		c.push()
		if cap(batch) <= minWindow { // a connection that falls silent should hold little
			clear(batch)
			c.spare = batch
		}
		return true
	}
	if !c.env.Submit(batch) {
		c.Abort()
		return false
	}
	return true
}

// discard takes what the client still sends, so that closing the socket does not cost the client its last reply: a socket
// with unread data is reset.
func (c *Conn) discard() {
	_, _ = io.Copy(io.Discard, c.link) // ends when the connection does
}

// explain logs why a connection ends, unless it just ends.
func (c *Conn) explain(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrClosedPipe) {
		return
	}
	c.mu.Lock()
	quiet := c.aborted || c.draining
	c.mu.Unlock()
	switch {
	case quiet:
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.env.Counters.Meter.Sessionless.Add(1)
		c.env.Log.Info("closing a connection: no handshake came", "peer", c.nc.RemoteAddr())
	case errors.Is(err, wire.ErrFrameLength), errors.Is(err, wire.ErrMalformed):
		c.env.Log.Warn("closing a connection: bad frame", "peer", c.nc.RemoteAddr(), "session", c.session, "err", err)
	default:
		c.env.Log.Info("a connection broke", "peer", c.nc.RemoteAddr(), "session", c.session, "err", err)
	}
}

// setReadDeadline does not undo what drain has set.
func (c *Conn) setReadDeadline(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.draining {
		_ = c.nc.SetReadDeadline(t) // fails only on a connection that is closed
	}
}

// readerDone says goodbye to the pipeline and, unless something is still to be written, to the client.
func (c *Conn) readerDone() {
	if c.session != 0 {
		c.env.Sessions.Detach(c.session, c)
		c.gone()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing && !c.draining {
		c.abortLocked(false)
	}
}

// gone tells the pipeline that nothing more comes from here.
func (c *Conn) gone() { c.env.Submit([]request.Request{{From: c, Session: c.session, Gone: true}}) }
