package session

import (
	"github.com/zookit-go/zookit/internal/wire"
)

// setWatchesLimit bounds the paths in one request, in bytes, well below the server's limit of a frame.
const setWatchesLimit = 128 << 10

// list is one of the lists of setWatches2, of which the first three are those of setWatches.
type list uint8

const (
	persistentList list = iota + list(WatchChild) + 1
	recursiveList
)

// lists is what is set by one go of setWatches requests.
type lists struct {
	zxid  int64
	paths [recursiveList + 1][]string
}

func (l *lists) add(to list, path string) { l.paths[to] = append(l.paths[to], path) }

// requests splits the lists into requests of a size that every server takes. Only what lists modes needs a server that knows those.
func (l *lists) requests() []*wire.SetWatches2Request {
	var reqs []*wire.SetWatches2Request
	var req *wire.SetWatches2Request
	size := 0
	for to, paths := range l.paths {
		for _, path := range paths {
			if req == nil || size+4+len(path) > setWatchesLimit {
				req = &wire.SetWatches2Request{SetWatchesRequest: wire.SetWatchesRequest{RelativeZxid: l.zxid}}
				reqs = append(reqs, req)
				size = 0
			}
			size += 4 + len(path)
			field := [...]*[]string{&req.Data, &req.Exist, &req.Child, &req.Persistent, &req.PersistentRecursive}[to]
			*field = append(*field, path)
		}
	}
	return reqs
}

// setLists sends what sets the lists and returns the last request, nil if there is nothing. The caller holds c.mu.
func (c *conn) setLists(l *lists, then func(call *Call, code wire.Code)) *Call {
	var last *Call
	for _, req := range l.requests() {
		if len(req.Persistent)+len(req.PersistentRecursive) == 0 {
			last = c.request(wire.OpSetWatches, &req.SetWatchesRequest, then)
		} else {
			last = c.request(wire.OpSetWatches2, req, then)
		}
	}
	return last
}

// rearm sets on a new connection what its server has to know. The one-shots come first, because they tell what has happened meanwhile
// also where a mode will stand, and a mode that comes later stays. The caller holds Seam.mu and c.mu.
func (c *conn) rearm() {
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gen++
	t.lost, t.legacy, t.removes, t.probing = nil, false, removeUnknown, nil
	shots := lists{zxid: c.seam.zxid.Load()}
	modes := map[*watched]struct{}{}
	for _, w := range t.paths {
		w.native, w.stale, w.pending, w.virtual, w.late = [2]bool{}, [2]bool{}, [2]int{}, 0, nil
		w.adding, w.removing = nil, nil
		w.asked = w.want()
		w.epoch++
		t.setMode(w, w.asked)
		if w.asked != OneShot {
			modes[w] = struct{}{}
		}
		for k, users := range w.oneshot {
			on := WatchKind(k).side()
			if len(users) == 0 || on == childSide && w.asked == Recursive { // set behind the mode
				continue
			}
			shots.add(list(k), w.path)
			w.native[on] = true
		}
		t.tidy(w)
	}
	c.setLists(&shots, nil)
	c.setModes(modes)
}

// setModes sends the modes of these paths again, and tells their users so when they stand. The caller holds c.mu and the table's lock.
func (c *conn) setModes(these map[*watched]struct{}) {
	if len(these) == 0 {
		return
	}
	zxid := c.seam.zxid.Load()
	modes, behind := lists{zxid: zxid}, lists{zxid: zxid}
	for w := range these {
		w.epoch++
		if w.asked == Persistent {
			modes.add(persistentList, w.path)
			continue
		}
		modes.add(recursiveList, w.path)
		if w.waits(WatchChild) { // servers before 3.9 have put the mode in its place
			behind.add(list(WatchChild), w.path)
			w.native[childSide] = true
		}
	}
	call := c.setLists(&modes, func(call *Call, code wire.Code) { c.rearmed(call, code, these) })
	if call != nil {
		for w := range these {
			w.adding = call
		}
	}
	c.setLists(&behind, nil)
}

// rearmed takes an answer to a request that set modes again; the last one stands for all.
func (c *conn) rearmed(call *Call, code wire.Code, these map[*watched]struct{}) {
	c.mu.Lock()
	defer c.wake()
	defer c.mu.Unlock()
	t := &c.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.err != nil {
		return
	}
	for w := range these {
		if code != wire.OK {
			c.refused(w, code)
			continue
		}
		if w.adding != call {
			continue
		}
		t.removes = removeKnown
		w.adding = nil
		for _, h := range w.holds {
			if h.phase == waiting {
				h.phase = armed
				continue
			}
			h.tell(EventRearmed, w.path)
		}
		c.settle(w)
		t.tidy(w)
	}
}

// refused ends the watches that a server does not know how to keep: it is older than the one that set them.
func (c *conn) refused(w *watched, code wire.Code) {
	for _, h := range append([]*Watch(nil), w.holds...) {
		w.drop(h)
		if h.phase == waiting {
			h.phase = fresh
			continue
		}
		h.end(code)
	}
	w.asked, w.adding = OneShot, nil
	c.seam.watches.setMode(w, OneShot)
	c.seam.watches.tidy(w)
}
