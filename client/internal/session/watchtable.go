package session

import (
	"errors"
	"strings"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// ErrRemoved ends a watch that somebody took away by its path.
var ErrRemoved = errors.New("watch removed")

// watchTable holds the session's watches. Its lock is the innermost: it is taken under Seam.mu and conn.mu, and nothing is called under it
// that could block.
type watchTable struct {
	mu        sync.Mutex
	paths     map[string]*watched
	recursive int   // paths whose mode is Recursive
	lost      error // why the last session ended; nil while there is one

	// Of the present connection.
	gen     uint32
	legacy  bool // the server knows no removal of a mode alone
	removes removal
	probing *Call
}

// removal is whether the server knows removeWatches, an operation at which older ones close the connection.
type removal uint8

const (
	removeUnknown removal = iota
	removeKnown
	removeMissing // before 3.5
)

func eventType(t wire.EventType) zk.EventType { return zk.EventType(t) }

// at returns what is known of a path; the path is copied if it is new, since it may be a view of a frame.
func (t *watchTable) at(path string) *watched {
	w := t.paths[path]
	if w == nil {
		if t.paths == nil {
			t.paths = make(map[string]*watched)
		}
		w = &watched{path: strings.Clone(path)}
		t.paths[w.path] = w
	}
	return w
}

// tidy forgets a path of which nothing is left to remember.
func (t *watchTable) tidy(w *watched) {
	if w.idle() && t.paths[w.path] == w {
		delete(t.paths, w.path)
	}
}

func (t *watchTable) setMode(w *watched, m WatchMode) {
	if w.mode == Recursive {
		t.recursive--
	}
	if m == Recursive {
		t.recursive++
	}
	w.mode = m
}

// depart notes a request that is about to be sent, and tells whether it carries the flag that sets the watch at the server.
func (t *watchTable) depart(f *flight) (flag bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.at(f.path)
	f.path, f.gen, f.epoch = w.path, t.gen, w.epoch
	f.virtual = w.served(f.side())
	w.pending[f.side()]++
	if f.virtual {
		w.virtual++
	}
	return !f.virtual
}

// land notes the reply to a request that sets a watch. settle tells whether the server's watches may have to change now.
func (t *watchTable) land(f *flight, code wire.Code, zxid int64) (settle bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.at(f.path)
	defer t.tidy(w)
	on, current := f.side(), f.gen == t.gen
	if current {
		w.pending[on]--
		if f.virtual {
			w.virtual--
		}
	}
	kind, ok := f.kind(code)
	if !ok {
		return true
	}
	if current && !f.virtual {
		w.native[on], w.stale[on] = true, false
	}
	switch {
	case t.lost != nil:
		if f.watch != nil {
			f.watch.gone(t.lost)
		}
		return false
	case f.watch == nil:
		w.theirs[kind] = true
	case f.watch.phase == over:
		return true // its user did not wait for the reply
	default:
		f.watch.abs, f.watch.kind, f.watch.phase = w.path, kind, armed
		w.oneshot[kind] = append(w.oneshot[kind], f.watch)
	}
	if !current || f.virtual && !w.served(on) || on == childSide && w.asked == Recursive && f.epoch != w.epoch {
		w.late = append(w.late, late{kind, zxid})
		return true
	}
	return f.virtual // somebody may have waited for this before taking the mode away
}

// gone ends a one-shot watch with its session.
func (w *Watch) gone(err error) {
	if w.phase == over {
		return
	}
	w.put(zk.Event{Type: zk.EventNotWatching, State: zk.StateExpired, Path: w.path, Err: zk.ErrSessionExpired})
	w.end(err)
}

// notify tells who wants to hear of an event of the server's. settle tells whether something may be taken away at the server now.
func (t *watchTable) notify(e wire.WatcherEvent) (settle bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.paths) == 0 {
		return false
	}
	path := e.Path // a view of the read buffer, for looking up only
	if w := t.paths[path]; w != nil {
		t.fire(w, e)
		switch {
		case e.Type != wire.EventNodeChildrenChanged:
			w.tellHolds(e.Type, w.path, func(*Watch) bool { return w.mode != OneShot })
		case w.mode == Persistent:
			w.tellHolds(e.Type, w.path, func(*Watch) bool { return true })
		}
		settle = w.stale != [2]bool{}
		t.tidy(w)
	}
	if t.recursive > 0 && e.Type != wire.EventNodeChildrenChanged {
		t.tellAbove(e.Type, path)
	}
	return settle
}

// tellAbove tells the recursive watches of the znodes above. Their servers do not tell the persistent users of such a path that
// its list of children has changed, but the child's own event does.
func (t *watchTable) tellAbove(e wire.EventType, path string) {
	abs := ""
	for above, direct := path, true; above != "/"; direct = false {
		i := strings.LastIndexByte(above, '/')
		if i < 0 {
			return // no path that a server sends
		}
		above = above[:max(i, 1)]
		w := t.paths[above]
		if w == nil || w.mode != Recursive {
			continue
		}
		if abs == "" {
			abs = strings.Clone(path)
		}
		w.tellHolds(e, abs, func(h *Watch) bool { return h.mode == Recursive })
		if direct && e != wire.EventNodeDataChanged {
			w.tellHolds(wire.EventNodeChildrenChanged, w.path, func(h *Watch) bool { return h.mode == Persistent })
		}
	}
}

// fire uses up the one-shots that an event means.
func (t *watchTable) fire(w *watched, e wire.WatcherEvent) {
	var kinds []WatchKind
	switch e.Type {
	case wire.EventNodeCreated, wire.EventNodeDataChanged:
		kinds = []WatchKind{WatchData, WatchExist}
	case wire.EventNodeDeleted:
		kinds = []WatchKind{WatchData, WatchExist, WatchChild}
	case wire.EventNodeChildrenChanged:
		kinds = []WatchKind{WatchChild}
	}
	for _, k := range kinds {
		w.theirs[k] = false
		w.native[k.side()] = false
		users := w.oneshot[k]
		w.oneshot[k] = nil
		for _, u := range users {
			u.put(zk.Event{Type: eventType(e.Type), State: zk.State(e.State), Path: u.path})
			u.end(nil)
		}
	}
}

// end tells every user that the session is over. Who still waits for the answer that sets a watch is told by that call.
func (t *watchTable) end(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = err
	for _, w := range t.paths {
		for _, users := range w.oneshot {
			for _, u := range users {
				u.gone(err)
			}
		}
		for _, h := range w.holds {
			if h.phase == waiting {
				h.phase = fresh
				continue
			}
			h.end(err)
		}
	}
	t.paths, t.recursive = nil, 0
}

// leave ends a user's watch. The path is "" if nobody else has to be told.
func (t *watchTable) leave(u *Watch, err error) (path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if u.phase == over {
		return ""
	}
	if w := t.paths[u.abs]; w != nil && u.phase != fresh {
		path = w.path
		w.drop(u)
	}
	u.end(err)
	return path
}

// leaveAll ends the watches on a path that the selector means, and tells how many those were.
func (t *watchTable) leaveAll(path string, means func(*Watch) bool, err error) (n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.paths[path]
	if w == nil {
		return 0
	}
	var users []*Watch
	for _, list := range append(w.oneshot[:], w.holds) {
		for _, u := range list {
			if means(u) {
				users = append(users, u)
			}
		}
	}
	for _, u := range users {
		w.drop(u)
		u.end(err)
	}
	return len(users)
}

// all returns every path.
func (t *watchTable) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	paths := make([]string, 0, len(t.paths))
	for path := range t.paths {
		paths = append(paths, path)
	}
	return paths
}
