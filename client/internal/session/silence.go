package session

import (
	"errors"
	"time"
)

// errSilent ends a connection whose server no longer says anything.
var errSilent = errors.New("session: the server is silent")

// silence watches for a server that hangs: for three tenths of the session timeout nothing at all has come, although something is waited for.
// So a client that asks has found another server within a third, with two thirds of its session left, and one that does not ask by its second
// ping. A server that talks without answering is what the read deadline is for.
//
// It is a timer that looks when that have passed at the earliest, not something that every frame touches.
type silence struct {
	limit time.Duration
	timer *time.Timer // nil until the connection serves
}

// silenceLimit is how long a server may say nothing.
func silenceLimit(timeout time.Duration) time.Duration { return timeout * 3 / 10 }

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
