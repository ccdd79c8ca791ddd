package conn

import (
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// handshake serves the first frame. It returns false if nothing more of this client is to be served; then the connection is
// either closed already or will be once its refusal is written.
func (c *Conn) handshake(frame []byte) bool {
	var q wire.ConnectRequest
	if err := wire.Unmarshal(frame, &q); err != nil {
		c.env.Log.Warn("closing a connection: bad handshake", "peer", c.nc.RemoteAddr(), "err", err)
		c.Abort()
		return false
	}
	if !q.ReadOnly && c.env.Sessions.Frozen() {
		c.env.Log.Info("closing a connection: its client wants to write, and the server is read-only", "peer", c.nc.RemoteAddr())
		c.Abort()
		return false
	}
	if last := c.env.LastZxid(); q.LastZxidSeen > last {
		c.env.Log.Info("closing a connection: its client has seen more than this server", "seen", q.LastZxidSeen, "have", last)
		c.Abort()
		return false
	}
	c.mu.Lock()
	c.readOnly = q.HasReadOnly
	c.mu.Unlock()
	c.env.Counters.Meter.Handshakes.Add(1)
	timeout := min(max(time.Duration(q.Timeout)*time.Millisecond, c.env.MinTimeout), c.env.MaxTimeout)
	if q.SessionID == 0 {
		return c.newSession(timeout)
	}
	return c.resume(&q, timeout)
}

// newSession asks the pipeline for a session, and waits: what the client has sent behind the handshake may be an auth, whose
// reply would overtake the handshake's.
func (c *Conn) newSession(timeout time.Duration) bool {
	now := c.env.Now()
	c.introduce(c.env.Sessions.Create(timeout, now, c), timeout)
	ask := []request.Request{{
		From: c, Session: c.session, Op: wire.OpCreateSession,
		Body: &wire.CreateSessionRequest{Timeout: int32(timeout / time.Millisecond)},
	}}
	c.expect(ask, now)
	if !c.env.Submit(ask) {
		c.Abort()
		return false
	}
	select {
	case <-c.ready:
		return true
	case <-c.dead:
		return false
	}
}

// resume moves a session from an earlier connection to this one. The earlier one is closed even if the password turns out
// wrong: real servers do so, and clients must survive it.
func (c *Conn) resume(q *wire.ConnectRequest, timeout time.Duration) bool {
	if c.env.Sessions.Frozen() && c.env.Sessions.Global(q.SessionID) {
		c.env.Log.Info("closing a connection: a read-only server cannot resume its session", "session", q.SessionID)
		c.Abort()
		return false
	}
	old, ok := c.env.Sessions.Resume(q.SessionID, q.Passwd, timeout, c.env.Now(), c)
	if old != nil {
		old.Abort()
	}
	if !ok {
		c.env.Log.Info("refusing a session", "session", q.SessionID)
		c.respond(request.Reply{Close: true, Connect: &wire.ConnectResponse{Passwd: make([]byte, wire.PasswdSize)}})
		return false
	}
	c.introduce(q.SessionID, timeout)
	c.respond(request.Reply{Connect: &wire.ConnectResponse{
		Timeout: int32(timeout / time.Millisecond), SessionID: q.SessionID, Passwd: q.Passwd,
	}})
	return true
}
