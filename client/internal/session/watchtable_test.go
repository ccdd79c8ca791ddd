package session

import (
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// setOneShot sets a one-shot as a request and its reply do.
func setOneShot(t *watchTable, w *Watch, path string, kind WatchKind) {
	f := &flight{watch: w, op: wire.OpGetData, path: path}
	code := wire.OK
	switch kind {
	case WatchData:
	case WatchExist:
		f.op, code = wire.OpExists, wire.NoNode
	case WatchChild:
		f.op = wire.OpGetChildren2
	}
	t.depart(f)
	t.land(f, code, 1)
}

func TestOneShotsFire(t *testing.T) {
	all := []WatchKind{WatchData, WatchExist, WatchChild}
	for _, tt := range []struct {
		event wire.EventType
		fires []WatchKind
	}{
		{wire.EventNodeCreated, []WatchKind{WatchData, WatchExist}},
		{wire.EventNodeDataChanged, []WatchKind{WatchData, WatchExist}},
		{wire.EventNodeDeleted, all},
		{wire.EventNodeChildrenChanged, []WatchKind{WatchChild}},
	} {
		var table watchTable
		watches := map[WatchKind]*Watch{}
		for _, kind := range all {
			watches[kind] = NewWatch("/user")
			setOneShot(&table, watches[kind], "/chroot/user", kind)
			removed := NewWatch("/user")
			setOneShot(&table, removed, "/chroot/user", kind)
			table.leave(removed, ErrRemoved)
		}
		table.notify(wire.WatcherEvent{Type: tt.event, Path: "/chroot/other"})
		table.notify(wire.WatcherEvent{Type: tt.event, Path: "/chroot/user"})
		for _, kind := range tt.fires {
			select {
			case ev := <-watches[kind].Events():
				if ev.Path != "/user" || ev.Type != zk.EventType(tt.event) {
					t.Errorf("event %d, kind %d: %+v", tt.event, kind, ev)
				}
			default:
				t.Errorf("event %d does not fire kind %d", tt.event, kind)
			}
		}
		left := 0
		for _, kind := range all {
			if w := table.paths["/chroot/user"]; w != nil && w.waits(kind) {
				left++
			}
		}
		if left != len(all)-len(tt.fires) {
			t.Errorf("event %d: %d kinds left", tt.event, left)
		}
	}
}

// A watch whose user did not wait for the reply is not armed by it, and what the server has set is known to be useless.
func TestWatchLeftBeforeItsReply(t *testing.T) {
	var table watchTable
	w := NewWatch("/a")
	f := &flight{watch: w, op: wire.OpGetData, path: "/a"}
	table.depart(f)
	table.leave(w, ErrRemoved)
	if settle := table.land(f, wire.OK, 1); !settle || table.paths["/a"].waits(WatchData) || !table.paths["/a"].native[dataSide] {
		t.Errorf("settle %v, %+v", settle, table.paths["/a"])
	}
}

func TestSetWatchesAreSplit(t *testing.T) {
	const n = 1000
	l := lists{zxid: 9}
	for i := range n {
		l.add(list(i%5), string(rune('a'+i%26))+string(make([]byte, 400))+time.Duration(i).String())
	}
	total := 0
	reqs := l.requests()
	for _, req := range reqs {
		if size := len(req.AppendTo(nil)); size > setWatchesLimit+100 || req.RelativeZxid != 9 {
			t.Errorf("a request of %d bytes, zxid %d", size, req.RelativeZxid)
		}
		total += len(req.Data) + len(req.Exist) + len(req.Child) + len(req.Persistent) + len(req.PersistentRecursive)
	}
	if total != n || len(reqs) < 3 {
		t.Errorf("%d watches in %d requests", total, len(reqs))
	}
}

// An overflow stands in the place of what was dropped, once for each time that the user fell behind.
func TestOverflow(t *testing.T) {
	w := NewHold("/a", "/a", Persistent, 2)
	w.phase = armed
	tell := func(n int) {
		for range n {
			w.tell(zk.EventNodeDataChanged, "/a")
		}
	}
	take := func(want ...zk.EventType) {
		t.Helper()
		for _, kind := range want {
			select {
			case ev := <-w.events:
				if ev.Type != kind || ev.Path != "/a" {
					t.Errorf("got %+v, want type %d", ev, kind)
				}
			default:
				t.Errorf("no event, want type %d", kind)
			}
		}
	}
	const changed = zk.EventNodeDataChanged
	tell(5)
	take(changed) // one taken is no room yet: the overflow has a place of its own
	tell(1)
	take(changed)
	tell(1)
	take(EventOverflow, changed)
	tell(3)
	take(changed, changed, EventOverflow)
	if len(w.events) != 0 || w.dropped != 5 {
		t.Errorf("%d events left, %d dropped, want 5", len(w.events), w.dropped)
	}
}

func TestEventsAreNamedAsTheUserDoes(t *testing.T) {
	for _, tt := range []struct{ path, abs, event, want string }{
		{"/", "/", "/", "/"},
		{"/", "/", "/a/b", "/a/b"},
		{"/a", "/a", "/a/b", "/a/b"},
		{"/", "/app", "/app", "/"},
		{"/", "/app", "/app/a", "/a"},
		{"/a", "/app/a", "/app/a/b", "/a/b"},
	} {
		if got := NewHold(tt.path, tt.abs, Recursive, 1).name(tt.event); got != tt.want {
			t.Errorf("%s, the server's %s: %s is called %s, want %s", tt.path, tt.abs, tt.event, got, tt.want)
		}
	}
}
