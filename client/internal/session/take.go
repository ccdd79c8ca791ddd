package session

import (
	"github.com/zookit-go/zookit/internal/wire"
)

// configPath is a znode that every server has since 3.5, the first version that can remove watches.
const configPath = "/zookeeper/config"

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
			if code == wire.MarshallingError {
				t.legacy = true
			} else if w.asked == OneShot {
				w.stale = [2]bool{}
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
