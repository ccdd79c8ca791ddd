package session

import (
	"errors"
	"time"
)

// errSilent ends a connection whose server no longer says anything.
var errSilent = errors.New("session: the server is silent")

// silence watches for a server that hangs: for a third of the session timeout nothing at all has come, although something is waited for. So
// a client that asks finds another server with two thirds of its session left, and one that does not ask at its second ping. A server that
// talks without answering is what the read deadline is for.
//
// It is a timer that looks when a third may have passed at the earliest, not something that every frame touches.
type silence struct {
	limit time.Duration
	timer *time.Timer // nil until the connection serves
}

// listen begins it. The caller holds c.mu.
func (c *conn) listen(limit time.Duration) {
	c.silence.limit = limit
	c.silence.timer = time.AfterFunc(limit, c.heardNothing)
}

// heardNothing looks whether that is so.
func (c *conn) heardNothing() {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	since := c.seam.now()
	if c.inflight.len() > 0 {
		since = max(c.inflight.front().sent, c.spoke.Load())
	}
	left := time.Duration(since + int64(c.silence.limit) - c.seam.now())
	if left > 0 {
		c.silence.timer.Reset(left)
		c.mu.Unlock()
		return
	}
	c.mu.Unlock()
	_ = c.fail(errSilent)
}
