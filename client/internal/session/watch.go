package session

import (
	"context"

	"github.com/go-zookeeper/zk"
)

// WatchKind says what a one-shot watch looks at.
type WatchKind uint8

// The kinds of one-shot watches.
const (
	WatchData  WatchKind = iota // set by getData, or by exists on a znode that is there
	WatchExist                  // set by exists on a missing znode
	WatchChild                  // set by getChildren
)

// WatchMode says how long a watch lasts and how far it sees. A mode sees all that the ones before it see.
type WatchMode uint8

// The modes.
const (
	OneShot    WatchMode = iota // told once
	Persistent                  // told of a znode and of its list of children until it is taken away
	Recursive                   // told of a whole subtree, but of the lists of children in it only by the children themselves
)

// Events that no server sends. Both say that something may have happened of which the watch has not told one by one.
const (
	// EventOverflow stands in the place of what its user was too slow for.
	EventOverflow zk.EventType = -1001
	// EventRearmed stands where the watch was armed again after a reconnect.
	EventRearmed zk.EventType = -1002
)

// phase of a watch's life.
const (
	fresh   uint8 = iota // nobody asked for it yet
	waiting              // asked for, not answered
	armed
	over
)

// Watch is one user's watch, of which the server need not know: it has one for all users of a path.
//
// A one-shot watch gets exactly one event: what happened to the znode, or zk.EventNotWatching when the session ended. The others get
// events until they end. The channel is closed at the end.
type Watch struct {
	events chan zk.Event
	room   int    // how many events fit before an overflow
	path   string // as its user names it
	abs    string // as the server does; for one-shots known when they are armed
	mode   WatchMode
	sink   Sink // nil: events

	// Guarded by watchTable.mu.
	kind    WatchKind // of a one-shot
	phase   uint8
	full    bool // the overflow stands in the channel and there was no room since
	dropped uint64
	err     error       // why it ended, unless by its event
	unbind  func() bool // from the context that ends it
}

// NewWatch returns a one-shot watch that Send arms with the reply. Its event names the znode as path does, whatever the server calls it.
func NewWatch(path string) *Watch { return &Watch{events: make(chan zk.Event, 1), room: 1, path: path} }

// NewHold returns a watch that stays, for Seam.Hold. abs is the server's name of path; room is how many events wait for a slow user.
func NewHold(path, abs string, mode WatchMode, room int) *Watch {
	// One more than the room, for the overflow itself.
	return &Watch{events: make(chan zk.Event, room+1), room: room, path: path, abs: abs, mode: mode}
}

// Events delivers what happens and is closed at the end.
func (w *Watch) Events() <-chan zk.Event { return w.events }

// name is what w's user calls the server's path.
func (w *Watch) name(abs string) string {
	rest := abs
	if w.abs != "/" {
		rest = abs[len(w.abs):]
	} else if abs == "/" {
		rest = ""
	}
	switch {
	case rest == "":
		return w.path
	case w.path == "/":
		return rest
	}
	return w.path + rest
}

// tell delivers an event to a watch that stays, without ever blocking. The caller holds the table's lock, so nobody else sends.
func (w *Watch) tell(t zk.EventType, abs string) {
	if w.phase != armed {
		return
	}
	switch {
	case w.sink != nil:
		w.put(zk.Event{Type: t, State: zk.StateHasSession, Path: w.name(abs)})
		return
	case len(w.events) < w.room:
		w.full = false
		w.events <- zk.Event{Type: t, State: zk.StateHasSession, Path: w.name(abs)}
		return
	case !w.full:
		// What is dropped from here on is dropped before the user can have read this event: until it has, there is no room.
		w.full = true
		w.events <- zk.Event{Type: EventOverflow, State: zk.StateHasSession, Path: w.path}
	}
	w.dropped++
}

// end closes the channel. The caller holds the table's lock.
func (w *Watch) end(err error) {
	if w.phase == over {
		return
	}
	w.phase, w.err = over, err
	if w.sink != nil {
		w.sink.Ended()
	} else {
		close(w.events)
	}
	if w.unbind != nil {
		w.unbind()
		w.unbind = nil
	}
}

// Bind ends w with ctx, as Leave does. A second time it does nothing.
func (s *Seam) Bind(ctx context.Context, w *Watch) {
	t := &s.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.phase != over && w.unbind == nil && ctx.Done() != nil {
		w.unbind = context.AfterFunc(ctx, func() { s.Leave(w, context.Cause(ctx)) })
	}
}

// Cause is how many events w's user was too slow for, and why w ended: nil while it has not, and when it ended with its one event.
func (s *Seam) Cause(w *Watch) (dropped uint64, err error) {
	t := &s.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	return w.dropped, w.err
}
