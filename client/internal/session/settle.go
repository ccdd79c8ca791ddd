package session

import (
	"github.com/zookit-go/zookit/internal/wire"
)

// request adds a request of the seam's own to what is written. then, if any, runs in the goroutine that reads, without a lock, before
// the call is done; it does not run if the connection ends first. The caller holds c.mu, and wakes the flusher.
func (c *conn) request(op wire.Op, body wire.Record, then func(call *Call, code wire.Code)) *Call {
	call := newCall(op)
	call.sent, call.then = true, then
	xid := c.nextXid()
	c.out = wire.AppendRequest(c.out, xid, op, body)
	c.inflight.push(entry{xid: xid, call: call, sent: c.seam.now()})
	return call
}

// join adds a user whose watch stays. The caller holds c.mu.
func (c *conn) join(h *Watch) *Call {
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if h.phase == over || t.lost != nil {
		return Failed(wire.OpAddWatch, ErrConnectionLoss) // the session's end is on its way to who asks
	}
	w := t.at(h.abs)
	if h.phase == fresh {
		h.phase = waiting
		w.holds = append(w.holds, h)
	}
	c.settle(w)
	switch {
	case w.adding != nil:
		return w.adding
	case w.mode >= h.mode:
		h.phase = armed
	}
	return Failed(wire.OpAddWatch, nil) // done without a request
}

// settle is Seam.settle; the caller holds c.mu and the table's lock.
func (c *conn) settle(w *watched) *Call {
	if w.adding != nil {
		return w.adding // its reply settles
	}
	switch want := w.want(); {
	case want > w.asked:
		return c.add(w, want)
	case want < w.asked && w.virtual > 0:
		return nil // one-shots that live on the mode are about to come; their replies settle
	case want < w.asked && want == Persistent:
		return c.add(w, want)
	case want < w.asked:
		c.takeMode(w)
	}
	c.setLate(w)
	return c.takeOneShots(w)
}

// add asks for a mode.
func (c *conn) add(w *watched, m WatchMode) *Call {
	w.asked = m
	w.epoch++
	mode := wire.AddPersistent
	if m == Recursive {
		mode = wire.AddPersistentRecursive
	}
	w.adding = c.request(wire.OpAddWatch, &wire.AddWatchRequest{Path: w.path, Mode: mode}, func(call *Call, code wire.Code) {
		c.added(w, call, m, code)
	})
	if m == Recursive && w.needs(childSide) {
		c.setOneShots(w, []WatchKind{WatchChild}, c.seam.zxid.Load()) // servers before 3.9 have just put the mode in its place
	}
	return w.adding
}

// added takes the answer to addWatch.
func (c *conn) added(w *watched, call *Call, m WatchMode, code wire.Code) {
	c.mu.Lock()
	defer c.wake()
	defer c.mu.Unlock()
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.err != nil {
		return
	}
	defer t.tidy(w)
	if w.adding == call { // else the mode was set once more meanwhile
		w.adding = nil
	}
	if code != wire.OK {
		w.asked = w.mode
		for _, h := range w.waiting() {
			w.drop(h)
			h.phase = fresh // its caller sees the call fail
		}
		c.settle(w)
		return
	}
	t.removes = removeKnown
	old := w.mode
	t.setMode(w, m)
	w.stale = [2]bool{}
	for _, h := range w.waiting() {
		if h.mode <= m {
			h.phase = armed
		}
	}
	if old != OneShot && old != m {
		c.removeMode(w, old) // servers since 3.9 have both now
	}
	c.settle(w)
}

func (w *watched) waiting() []*Watch {
	var list []*Watch
	for _, h := range w.holds {
		if h.phase == waiting {
			list = append(list, h)
		}
	}
	return list
}
