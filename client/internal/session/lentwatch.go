package session

import (
	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// begin forgets that a session ended, for the next one.
func (t *watchTable) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lost = nil
}

// follow hands the event of zk.Conn's watch to the user's. zk.Conn arms it again by itself after a reconnect, and keeps its own entry
// when a user gives up.
func (l *borrowed) follow(f *flight, code wire.Code, event <-chan zk.Event) {
	kind, ok := f.kind(code)
	if !ok {
		return
	}
	u, t := f.watch, &l.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case u.phase == over: // its user did not wait for the reply
		return
	case t.lost != nil:
		u.gone(t.lost)
		return
	}
	w := t.at(f.path)
	u.abs, u.kind, u.phase = w.path, kind, armed
	w.oneshot[kind] = append(w.oneshot[kind], u)
	gone, unbind := make(chan struct{}), u.unbind
	u.unbind = func() bool { // at the watch's end, whatever ends it
		close(gone)
		return unbind == nil || unbind()
	}
	l.work.Go(func() {
		select {
		case ev := <-event:
			l.deliver(u, ev)
		case <-gone:
			t.mu.Lock()
			t.tidy(w)
			t.mu.Unlock()
		case <-l.stop:
		}
	})
}

// deliver hands one watch its event, unless the watch has ended.
func (l *borrowed) deliver(u *Watch, ev zk.Event) {
	t := &l.seam.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	if u.phase != armed {
		return
	}
	w := t.paths[u.abs]
	w.drop(u)
	t.tidy(w)
	if tell := l.seam.opts.Hooks.Notified; tell != nil && ev.Type != zk.EventNotWatching { // which no server sends
		tell(wire.WatcherEvent{Type: wire.EventType(ev.Type), State: int32(ev.State), Path: ev.Path})
	}
	ev.Path = u.path
	u.put(ev)
	u.end(ev.Err)
}
