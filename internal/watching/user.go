package watching

import (
	"context"
	"fmt"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// kind of a user's watch.
type kind int

const (
	getShot kind = iota
	existsShot
	childShot
	persistent
	recursive
	kinds
)

func (k kind) String() string {
	return [...]string{"get", "exists", "children", "persistent", "recursive"}[k]
}

func (k kind) stays() bool { return k >= persistent }

// user is one who watches.
type user struct {
	kind   kind
	path   string
	events <-chan zk.Event
	watch  *client.Watch // nil: hand-written code's
	cancel context.CancelFunc
	owed   []zk.Event
	missed bool // an event must tell that something may have been missed
}

func (u *user) String() string {
	who := "client"
	if u.watch == nil {
		who = "zk.Conn"
	}
	return fmt.Sprintf("%s's %v of %s", who, u.kind, u.path)
}

// owe notes what a write on path means for u.
func (u *user) owe(t zk.EventType, path string) {
	var ev zk.Event
	switch {
	case u.kind == recursive && (path == u.path || u.path == "/" || len(path) > len(u.path) && path[:len(u.path)+1] == u.path+"/"),
		u.kind == persistent && path == u.path,
		(u.kind == getShot || u.kind == existsShot) && path == u.path,
		u.kind == childShot && path == u.path && t == zk.EventNodeDeleted:
		ev = zk.Event{Type: t, Path: path}
	case (u.kind == childShot || u.kind == persistent) && t != zk.EventNodeDataChanged && parent(path) == u.path:
		ev = zk.Event{Type: zk.EventNodeChildrenChanged, Path: u.path}
	default:
		return
	}
	if u.kind.stays() || len(u.owed) == 0 {
		u.owed = append(u.owed, ev)
	}
}

// check takes what u has heard and compares it with what it was owed. done tells whether a one-shot is used up.
func (u *user) check(tb testing.TB, away bool) (done bool) {
	tb.Helper()
	owed, reason := u.owed, u.missed
	u.owed = nil
	for {
		select {
		case ev, ok := <-u.events:
			switch {
			case !ok:
				tb.Errorf("%v: the channel is closed", u)
				return true
			case client.Missed(ev):
				if !reason { // there may be two: zk.Conn's own setWatches let ours be sent once more
					tb.Errorf("%v: %+v without a reason", u, ev)
				}
				u.missed, owed = false, nil
				continue
			case away && u.kind.stays():
				continue // what is told of the time away is a gift
			case len(owed) == 0 || ev.Type != owed[0].Type || ev.Path != owed[0].Path:
				tb.Errorf("%v: heard %v %s, owed %v", u, ev.Type, ev.Path, owed)
				return true
			}
			owed = owed[1:]
			if !u.kind.stays() {
				return true
			}
			continue
		default:
		}
		if len(owed) > 0 || u.missed {
			tb.Errorf("%v: not heard %v, missed %v", u, owed, u.missed)
			return !u.kind.stays()
		}
		return false
	}
}

func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '/' {
			return path[:i]
		}
	}
	return "/"
}
