package session

import (
	"slices"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// WatchKind says what a one-shot watch looks at.
type WatchKind uint8

// The kinds of watches.
const (
	WatchData  WatchKind = iota // set by getData, or by exists on a znode that is there
	WatchExist                  // set by exists on a missing znode
	WatchChild                  // set by getChildren
)

// Watch is one user's one-shot watch. It gets exactly one event, unless it is removed before: what happened to the znode, or
// zk.EventNotWatching when the session ended.
type Watch struct {
	events chan zk.Event
	path   string // as its user names it

	// Guarded by Seam.mu.
	key     watchKey
	armed   bool
	removed bool
}

// NewWatch returns a watch that Send arms with the reply. Its event names the znode as path does, whatever the server calls it.
func NewWatch(path string) *Watch { return &Watch{events: make(chan zk.Event, 1), path: path} }

// Events delivers the one event and is then closed.
func (w *Watch) Events() <-chan zk.Event { return w.events }

type watchKey struct {
	path string
	kind WatchKind
}

// watchTable holds the SDK's armed watches. The server holds one for each key, however many users wait here.
type watchTable map[watchKey][]*Watch

func (t watchTable) add(w *Watch, path string, kind WatchKind) {
	if w.removed {
		return
	}
	w.key = watchKey{path, kind}
	w.armed = true
	t[w.key] = append(t[w.key], w)
}

func (t watchTable) remove(w *Watch) {
	w.removed = true
	if !w.armed {
		return
	}
	w.armed = false
	rest := slices.DeleteFunc(t[w.key], func(other *Watch) bool { return other == w })
	if len(rest) == 0 {
		delete(t, w.key)
	} else {
		t[w.key] = rest
	}
}

func (t watchTable) fire(key watchKey, ev zk.Event) {
	watches, ok := t[key]
	if !ok {
		return
	}
	delete(t, key)
	for _, w := range watches {
		w.armed = false
		ev.Path = w.path
		w.events <- ev // never blocks: room for one, sent once
		close(w.events)
	}
}

// notify fires what an event of the server means.
func (t watchTable) notify(e wire.WatcherEvent) {
	if len(t) == 0 {
		return
	}
	path := e.Path // a view of the read buffer, for looking up only
	ev := zk.Event{Type: zk.EventType(e.Type), State: zk.State(e.State)}
	switch e.Type {
	case wire.EventNodeCreated, wire.EventNodeDataChanged:
		t.fire(watchKey{path, WatchData}, ev)
		t.fire(watchKey{path, WatchExist}, ev)
	case wire.EventNodeDeleted:
		t.fire(watchKey{path, WatchData}, ev)
		t.fire(watchKey{path, WatchExist}, ev)
		t.fire(watchKey{path, WatchChild}, ev)
	case wire.EventNodeChildrenChanged:
		t.fire(watchKey{path, WatchChild}, ev)
	}
}

// end tells every user that the session is over.
func (t watchTable) end(err error) {
	for key := range t {
		t.fire(key, zk.Event{Type: zk.EventNotWatching, State: zk.StateExpired, Err: err})
	}
}

// setWatchesLimit bounds the paths in one request, in bytes, well below the server's limit of a frame.
const setWatchesLimit = 128 << 10

// requests returns what arms all watches again. One-shot watches are all that the table holds, so the plain setWatches, which
// every server knows, is enough.
func (t watchTable) requests(zxid int64) []*wire.SetWatchesRequest {
	var reqs []*wire.SetWatchesRequest
	var req *wire.SetWatchesRequest
	size := 0
	for key := range t {
		if req == nil || size+4+len(key.path) > setWatchesLimit {
			req = &wire.SetWatchesRequest{RelativeZxid: zxid}
			reqs = append(reqs, req)
			size = 0
		}
		size += 4 + len(key.path)
		switch key.kind {
		case WatchData:
			req.Data = append(req.Data, key.path)
		case WatchExist:
			req.Exist = append(req.Exist, key.path)
		case WatchChild:
			req.Child = append(req.Child, key.path)
		}
	}
	return reqs
}
