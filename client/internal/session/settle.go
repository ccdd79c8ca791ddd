package session

import (
	"context"

	"github.com/zookit-go/zookit/internal/wire"
)

// configPath is a znode that every server has since 3.5, the first version that can remove watches.
const configPath = "/zookeeper/config"

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

// Hold sets a watch that stays. The call that it returns may be another user's: there is one request for all who come meanwhile, and none
// for who comes later. It may be repeated after a connection loss.
func (s *Seam) Hold(h *Watch) *Call {
	if len(h.abs)+64 > s.opts.MaxRequest { // a generous guess at the rest of the frame
		return Failed(wire.OpAddWatch, ErrTooLarge)
	}
	c := s.lockLive()
	if c == nil {
		return Failed(wire.OpAddWatch, ErrConnectionLoss)
	}
	defer c.wake()
	defer c.mu.Unlock()
	return c.join(h)
}

// lockLive locks the connection that serves; nil if there is none. What its holder reads in the table is then what goLive has armed, or
// will arm on the next connection.
func (s *Seam) lockLive() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.live.Load()
	if c == nil {
		return nil
	}
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return nil
	}
	return c
}

// Leave ends a watch: its user hears nothing more. The server is told if nobody else needs it.
func (s *Seam) Leave(u *Watch, err error) {
	if path := s.watches.leave(u, err); path != "" {
		s.settle(path)
	}
}

// LeaveWait is Leave, and waits for the server's answers. A connection that ends meanwhile has taken the watch with it.
func (s *Seam) LeaveWait(ctx context.Context, u *Watch, err error) error {
	path := s.watches.leave(u, err)
	if path == "" {
		return nil
	}
	return s.settled(ctx, path)
}

// LeavePath ends the users' watches on a path that the selector means, and tells how many those were. With wait it waits for the server.
func (s *Seam) LeavePath(ctx context.Context, path string, means func(kind WatchKind, mode WatchMode) bool, wait bool) (int, error) {
	n := s.watches.leaveAll(path, func(u *Watch) bool { return means(u.kind, u.mode) }, ErrRemoved)
	switch {
	case n == 0:
		return 0, nil
	case wait:
		return n, s.settled(ctx, path)
	}
	s.settle(path)
	return n, nil
}

// LeaveAll ends every watch. tell says whether the server is told, because its session goes on.
func (s *Seam) LeaveAll(err error, tell bool) {
	for _, path := range s.watches.all() {
		s.watches.leaveAll(path, func(*Watch) bool { return true }, err)
		if tell {
			s.settle(path)
		}
	}
}

// settled settles a path until nothing is under way.
func (s *Seam) settled(ctx context.Context, path string) error {
	for {
		call := s.settle(path)
		if call == nil {
			return nil
		}
		select {
		case <-call.Done():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// settle brings the server's watches on a path in line with what is needed. It returns a request that is under way for it, if any. Without
// a connection there is nothing to do: the next one gets what is needed then.
func (s *Seam) settle(path string) *Call {
	c := s.lockLive()
	if c == nil {
		return nil
	}
	defer c.wake()
	defer c.mu.Unlock()
	t := &s.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.paths[path]
	if w == nil {
		return nil
	}
	defer t.tidy(w)
	return c.settle(w)
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

// takeMode takes the mode away and leaves the one-shots that lived on it.
func (c *conn) takeMode(w *watched) {
	old := w.asked
	w.asked = OneShot
	c.seam.watches.setMode(w, OneShot)
	w.stale = [2]bool{true, true}
	c.setOneShots(w, []WatchKind{WatchData, WatchExist, WatchChild}, c.seam.zxid.Load())
	c.removeMode(w, old)
}

// removeMode asks the server to forget a mode and nothing else, which it can since 3.9. An older one refuses and says so; there the
// one-shot or the mode that came later has taken its place, and what is left is stale.
func (c *conn) removeMode(w *watched, m WatchMode) {
	if c.seam.watches.legacy {
		return
	}
	which := wire.WatcherPersistent
	if m == Recursive {
		which = wire.WatcherPersistentRecursive
	}
	w.removing = c.request(wire.OpRemoveWatches, &wire.WatchesRequest{Path: w.path, Type: which}, func(call *Call, code wire.Code) {
		c.removed(w, call, func(t *watchTable) {
			switch code {
			case wire.MarshallingError:
				t.legacy = true
			case wire.OK, wire.NoWatcher:
				if w.asked == OneShot {
					w.stale = [2]bool{}
				}
			}
		})
	})
}

// removed takes the answer to a removal.
func (c *conn) removed(w *watched, call *Call, note func(*watchTable)) {
	c.mu.Lock()
	defer c.wake()
	defer c.mu.Unlock()
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.err != nil {
		return
	}
	note(t)
	if w.removing == call {
		w.removing = nil
	}
	c.settle(w)
	t.tidy(w)
}

// setOneShots sets one-shots of these kinds at the server, ours and zk.Conn's. What changed after zxid is told at once.
func (c *conn) setOneShots(w *watched, kinds []WatchKind, zxid int64) {
	l := lists{zxid: zxid}
	for _, k := range kinds {
		if w.waits(k) {
			l.add(list(k), w.path)
			w.native[k.side()] = true
		}
	}
	c.setLists(&l, nil)
}

// setLate sets the one-shots that came too late for a mode.
func (c *conn) setLate(w *watched) {
	for _, l := range w.late {
		if !w.served(l.kind.side()) {
			c.setOneShots(w, []WatchKind{l.kind}, l.zxid)
		}
	}
	w.late = nil
}

// takeOneShots takes away what nobody waits for on the sides that no mode holds.
func (c *conn) takeOneShots(w *watched) *Call {
	if w.removing != nil {
		return w.removing
	}
	t := &c.seam.watches
	for _, on := range []side{dataSide, childSide} {
		if !w.native[on] && !w.stale[on] || w.needs(on) || w.pending[on] > 0 || w.served(on) {
			continue
		}
		switch t.removes {
		case removeUnknown:
			return c.probe()
		case removeMissing:
			w.native[on], w.stale[on] = false, false
			continue
		case removeKnown:
		}
		w.native[on], w.stale[on] = false, false
		which := wire.WatcherData
		if on == childSide {
			which = wire.WatcherChildren
		}
		w.removing = c.request(wire.OpRemoveWatches, &wire.WatchesRequest{Path: w.path, Type: which}, func(call *Call, _ wire.Code) {
			c.removed(w, call, func(*watchTable) {})
		})
		return w.removing // its reply settles the other side
	}
	return nil
}

// probe finds out, once on a connection, whether the server knows removeWatches: one that does not would close the connection.
func (c *conn) probe() *Call {
	t := &c.seam.watches
	if t.probing == nil {
		t.probing = c.request(wire.OpExists, &wire.PathWatchRequest{Path: configPath}, func(_ *Call, code wire.Code) {
			c.probed(code != wire.NoNode)
		})
	}
	return t.probing
}

func (c *conn) probed(knows bool) {
	c.mu.Lock()
	defer c.wake()
	defer c.mu.Unlock()
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.err != nil {
		return
	}
	t.probing = nil
	t.removes = removeMissing
	if knows {
		t.removes = removeKnown
	}
	for _, w := range t.paths {
		c.settle(w)
		t.tidy(w)
	}
}
