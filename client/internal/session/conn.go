package session

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// Bounds of what may be under way on one connection. A caller beyond them waits for room.
const (
	maxInflight = 4096
	maxOut      = 1 << 20 // bytes not yet handed to the network
)

// The SDK's xids run down from firstXid to the smallest int32 and start again.
const firstXid = -1 << 30

// conn is the net.Conn that zk.Conn gets. Reading and writing each happen in one goroutine of zk.Conn's; the SDK's requests
// come from anywhere.
type conn struct {
	seam   *Seam
	raw    net.Conn
	server Server
	done   <-chan struct{} // closed when the connection has ended: that of life
	life   context.Context
	end    context.CancelFunc
	kick   chan struct{} // wakes the flusher

	reader // of the goroutine that reads

	mu         sync.Mutex // guards what follows
	err        error      // why the connection ended; nil while it lives
	live       bool
	partial    []byte // an incomplete frame of zk.Conn's
	out        []byte // frames for the network
	gathers    int64  // when the SDK\'s first frame of out came: those behind it count as sent then, too; 0 if there is none
	spare      []byte // the buffer that was written before
	writing    bool   // somebody is writing to raw
	writeBy    int64  // raw's write deadline, on the seam's clock
	xid        int32
	inflight   ring
	apart      []apart
	matched    uint64        // how many replies came in order
	held       []byte        // frames of zk.Conn's that wait until the connection is live
	room       chan struct{} // closed when there is room again; nil if nobody waits
	shook      bool          // the handshake was sent
	shookAt    int64         // when
	retirement retirement
	silence    silence
}

// apart is a frame whose reply may overtake others: auth and sasl.
type apart struct {
	xid   int32
	cred  wire.AuthRequest // Scheme "" for sasl
	call  *Call            // of the SDK's
	after uint64           // how many frames were sent before it
}

func newConn(s *Seam, raw net.Conn, server Server, deadline time.Time) *conn {
	c := &conn{seam: s, raw: raw, server: server, kick: make(chan struct{}, 1), xid: firstXid}
	c.life, c.end = context.WithCancel(context.Background())
	c.done = c.life.Done()
	c.reader = reader{c: c, phase: handshaking, deadline: int64(deadline.Sub(s.start))}
	// Until the handshake is answered one deadline covers everything. A conn that cannot be given one fails when it is used.
	_ = raw.SetDeadline(deadline)
	return c
}

// fail ends the connection and every call on it. The first reason wins and is returned.
func (c *conn) fail(err error) error {
	c.mu.Lock()
	if c.err != nil {
		err = c.err
		c.mu.Unlock()
		return err
	}
	c.err = err
	inflight, aside := c.inflight, c.apart
	c.inflight, c.out, c.apart, c.held = ring{}, nil, nil, nil
	for _, timer := range []*time.Timer{c.retirement.timer, c.silence.timer} {
		if timer != nil {
			timer.Stop()
		}
	}
	c.mu.Unlock()

	c.end()
	_ = c.raw.Close()
	c.seam.down(c, err) // before the calls fail: who retries must find the seam without a connection
	for inflight.len() > 0 {
		if call := inflight.pop().call; call != nil {
			call.fail(ErrConnectionLoss)
		}
	}
	for _, a := range aside {
		if a.call != nil {
			a.call.fail(ErrConnectionLoss)
		}
	}
	return err
}

// submit sends a call of the SDK's.
func (c *conn) submit(ctx context.Context, call *Call, body wire.Record) error {
	c.mu.Lock()
	for c.err == nil && (c.inflight.len() >= maxInflight || len(c.out) >= maxOut) {
		if err := c.awaitRoom(ctx); err != nil {
			c.mu.Unlock()
			return err
		}
	}
	if c.err != nil || c.retirement.err != nil {
		c.mu.Unlock()
		return ErrConnectionLoss
	}
	at := len(c.out)
	xid := c.nextXid()
	if call.flight != nil {
		body = &wire.PathWatchRequest{Path: call.flight.path, Watch: true} // the flag is decided below, if the frame is not too long
	}
	c.out = wire.AppendRequest(c.out, xid, call.op, body)
	if len(c.out)-at-4 > c.seam.opts.MaxRequest {
		c.out = c.out[:at]
		c.mu.Unlock()
		return ErrTooLarge
	}
	if call.flight != nil {
		c.seam.watches.flag(call.flight, c.out)
	}
	call.sent, call.size = true, int32(len(c.out)-at)
	if c.gathers == 0 {
		c.gathers = c.seam.now()
	}
	if cred, ok := body.(*wire.AuthRequest); ok {
		c.askedApart(apart{xid: xid, cred: *cred, call: call})
	} else {
		c.inflight.push(entry{xid: xid, call: call, sent: c.gathers})
	}
	c.flush()
	return nil
}

func (c *conn) nextXid() int32 {
	xid := c.xid
	c.xid--
	if c.xid > firstXid { // wrapped
		c.xid = firstXid
	}
	return xid
}

// awaitRoom waits, without c.mu, until something was answered or written.
func (c *conn) awaitRoom(ctx context.Context) error {
	if c.room == nil {
		c.room = make(chan struct{})
	}
	room := c.room
	c.mu.Unlock()
	defer c.mu.Lock()
	select {
	case <-room:
	case <-c.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// madeRoom wakes who waits for room. The caller holds c.mu.
func (c *conn) madeRoom() {
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
}

// goLive opens the connection: first for the SDK's watches, then for zk.Conn's frames, then for whatever is sent.
func (c *conn) goLive() error {
	s := c.seam
	s.mu.Lock()
	c.mu.Lock()
	if c.err != nil || s.info.ID == 0 {
		err := c.err
		c.mu.Unlock()
		s.mu.Unlock()
		if err == nil {
			err = ErrLost // between the handshake and now
		}
		return err
	}
	c.rearm()
	c.live = true
	err := c.release()
	c.listen(silenceLimit(s.info.Timeout))
	c.mu.Unlock()
	if err != nil {
		s.mu.Unlock()
		return err
	}
	s.young, s.failure = nil, nil
	s.pace.served(c.server)
	// Whoever ends the one before may not have come to tell of it: zk.Conn can be told first, and connect at once.
	if s.live.Swap(c) != nil && s.opts.Hooks.Disconnected != nil {
		s.opts.Hooks.Disconnected()
	}
	if s.opts.Hooks.Connected != nil {
		s.opts.Hooks.Connected(s.info)
	}
	seeks := s.info.ReadOnly
	s.mu.Unlock()
	c.deadline = 0 // the handshake's is over
	s.goes.Go(c.flusher)
	if seeks {
		s.goes.Go(func() { s.seek(c) })
	}
	c.wake()
	return nil
}

// Close implements net.Conn.
func (c *conn) Close() error {
	_ = c.fail(net.ErrClosed)
	return nil
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.raw.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.raw.RemoteAddr() }

// SetDeadline implements net.Conn. zk.Conn sets a deadline around every frame, and one of ten receive timeouts around the
// handshake; the seam knows better what has been answered, and keeps its own.
func (c *conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn; see SetDeadline.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn; see SetDeadline.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }
