package conn

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// flushAt is how much is queued before the writer is woken without being asked to flush, in bytes.
const flushAt = 64 << 10

// The largest buffer that is used again, in bytes; and the largest that a connection keeps that has little to send.
const (
	keep     = 1 << 20
	keepIdle = 4 << 10
)

// Send implements request.Origin.
func (c *Conn) Send(r request.Reply) (dirty bool) { return c.send(&r, false) }

// respond sends the reader's own replies, which have no place among those of the pipeline.
func (c *Conn) respond(r request.Reply) {
	c.send(&r, true)
	c.Flush()
}

func (c *Conn) send(r *request.Reply, own bool) (dirty bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.aborted || c.closing {
		return false
	}
	if !c.due { // what leaves together has one time
		c.now = c.env.Now()
	}
	if r.Mute {
		c.replied(r, 0)
		dirty = !c.due
		c.due = true
		return dirty
	}
	had := len(c.out)
	c.encode(r)
	size := int64(len(c.out) - had - 4)
	c.sent++
	c.bytesOut += size + 4
	c.env.Counters.Sent.Add(1)
	c.env.Counters.BytesOut.Add(size + 4)
	told, event := r.Body.(*wire.WatcherEvent)
	switch {
	case event:
		c.env.Counters.told(told.Type)
		c.sizes.add(size)
		c.env.Counters.Meter.EventBytes.Add(size)
	case own:
		if r.Connect == nil {
			c.sizes.add(size)
		}
	default:
		c.replied(r, size)
		c.answered = min(c.answered+1, maxWindow)
		c.large = max(len(c.out)-had, c.large*7/8)
	}
	if r.Close {
		c.closingLocked()
	}
	if c.overfull() {
		c.env.Log.Warn("closing a connection that does not read", "session", c.session, "queued", c.unread())
		c.abortLocked(false)
		return false
	}
	if len(c.out) >= flushAt {
		signal(c.wake)
	}
	dirty = !c.due
	c.due = true
	return dirty
}

func (c *Conn) encode(r *request.Reply) {
	if f, ok := r.Body.(*failedToken); ok {
		c.out = wire.AppendFrame(c.out, f)
		return
	}
	if r.Connect == nil {
		c.out = wire.AppendReply(c.out, wire.ReplyHeader{Xid: r.Xid, Zxid: r.Zxid, Err: r.Err}, r.Body)
		return
	}
	r.Connect.HasReadOnly, r.Connect.ReadOnly = c.readOnly, c.env.Sessions.Frozen()
	c.out = wire.AppendFrame(c.out, r.Connect)
	if !c.greeted {
		c.greeted = true
		close(c.ready)
	}
}

// Flush implements request.Origin.
func (c *Conn) Flush() {
	c.mu.Lock()
	c.due = false
	c.publish()
	c.tally()
	resume := c.stalled && c.mayResume()
	c.mu.Unlock()
	signal(c.wake)
	if resume {
		signal(c.room)
	}
}

// push is Flush, and writes at once what is queued, as far as that goes without waiting: it saves waking the writer, who gets the
// rest.
func (c *Conn) push() {
	if c.try == nil {
		c.Flush()
		return
	}
	c.mu.Lock()
	c.due = false
	c.publish()
	rest := c.writing > 0 || c.closing
	if c.writing == 0 && len(c.out) > 0 {
		n, err := c.try.write(c.out)
		rest = rest || err != nil || n < len(c.out) // the writer meets the error again, and ends
		c.out = c.out[:copy(c.out, c.out[n:])]
		if len(c.out) == 0 && cap(c.out) > keepIdle && n < cap(c.out)/16 {
			c.out = nil
		}
	}
	c.tally()
	c.mu.Unlock()
	if rest {
		signal(c.wake)
	}
}

// write is the writer: it sends what has gathered, in one piece.
func (c *Conn) write() {
	defer c.Abort()
	var spare []byte
	thin := 0 // writes in a row that were far smaller than their buffer
	for {
		c.mu.Lock()
		out, last, link, wrote := c.out, c.closing, c.link, c.writing > 0
		c.out, c.writing = spare[:0], len(out)
		c.tally()
		c.mu.Unlock()
		if wrote {
			signal(c.room)
		}
		if len(out) > 0 {
			if _, err := link.Write(out); err != nil {
				return
			}
			spare = out
			if thin++; cap(out) <= keepIdle || len(out) > cap(out)/16 {
				thin = 0
			}
			if cap(out) > keep || thin > 8 {
				spare = nil
			}
			continue
		}
		spare = out
		if last {
			sayGoodbye(link)
			return
		}
		select {
		case <-c.wake:
		case <-c.dead:
			return
		}
	}
}

// waitRoom returns how many requests may be asked for, once little enough is on its way; false if the connection is dead.
// What has been asked for counts with what is queued, since its replies will be, as large as the last ones were. As long as
// there are none to judge by, the window is small.
func (c *Conn) waitRoom() (n int, ok bool) {
	limit := c.env.Limits.Outstanding
	for mark := limit; ; mark = c.env.Limits.relaxed() {
		c.mu.Lock()
		n = min(maxBatch, max(c.answered, minWindow)-c.pending)
		if c.large > 0 {
			n = min(n, (softLimit-c.unread())/c.large+1-c.pending)
		}
		n = min(n, c.allowance())
		if limit > 0 {
			n = min(n, mayRead(&c.env.Counters.Outstanding, mark, c.queued))
		}
		stop := c.aborted
		c.stalled = n <= 0
		c.mu.Unlock()
		if stop || n > 0 {
			return n, !stop
		}
		select {
		case <-c.room:
		case <-c.dead:
		}
	}
}
