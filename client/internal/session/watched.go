package session

import (
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
)

// side is one of the server's two tables of watches.
type side uint8

const (
	dataSide  side = iota // getData, exists
	childSide             // getChildren
)

func (k WatchKind) side() side {
	if k == WatchChild {
		return childSide
	}
	return dataSide
}

// watched is what is known of one path: who here wants to hear of it, and what the server was asked to tell.
//
// The server never has two modes on one path from us. Before 3.9 it would keep the last one only, so that a one-shot watch would undo
// a persistent one. So the one-shots on a path with a mode are sent without their flag and live on the mode's events. One case is left
// to the server: a recursive watch does not tell of the list of children, and lies in the data table, so that one-shots on the list stand
// beside it.
type watched struct {
	path string

	oneshot [3][]*Watch // ours, by kind
	theirs  [3]bool     // zk.Conn's, by kind
	holds   []*Watch    // ours that stay

	asked WatchMode // what the server was last asked for; OneShot is nothing
	mode  WatchMode // what it has confirmed, and by which its events are read
	epoch uint32    // counts what was asked for

	native  [2]bool // a one-shot watch was set at the server
	stale   [2]bool // a mode that was taken away may still stand there: only servers since 3.9 can be asked to take a mode alone
	pending [2]int  // requests under way that will set a one-shot
	virtual int     // those among them that were sent without the flag
	late    []late  // one-shots to be set at the server afterwards

	adding   *Call // the request under way that sets the mode
	removing *Call // one that takes something away
}

// late is a one-shot that the server has not, and the zxid from which on its user has to hear of changes.
type late struct {
	kind WatchKind
	zxid int64
}

// want is the mode that the users need.
func (w *watched) want() WatchMode {
	most := OneShot
	for _, h := range w.holds {
		most = max(most, h.mode)
	}
	return most
}

// waits tells whether somebody's one-shot of this kind waits here.
func (w *watched) waits(k WatchKind) bool { return w.theirs[k] || len(w.oneshot[k]) > 0 }

// needs tells whether somebody's one-shot waits on that side.
func (w *watched) needs(on side) bool {
	if on == childSide {
		return w.waits(WatchChild)
	}
	return w.waits(WatchData) || w.waits(WatchExist)
}

// served tells whether the mode that was asked for tells one-shots on that side what they need to hear.
func (w *watched) served(on side) bool {
	return w.asked == Persistent || w.asked == Recursive && on == dataSide
}

// idle tells whether nothing is left to remember.
func (w *watched) idle() bool {
	return len(w.holds) == 0 && !w.needs(dataSide) && !w.needs(childSide) && w.asked == OneShot && w.mode == OneShot &&
		w.pending == [2]int{} && w.native == [2]bool{} && w.stale == [2]bool{} && w.adding == nil && w.removing == nil
}

// drop takes a watch of ours out.
func (w *watched) drop(u *Watch) {
	is := func(other *Watch) bool { return other == u }
	if u.mode == OneShot {
		w.oneshot[u.kind] = slices.DeleteFunc(w.oneshot[u.kind], is)
		return
	}
	w.holds = slices.DeleteFunc(w.holds, is)
}

// tellHolds tells every user whose watch stays. persistentOnly is for what a recursive watch does not tell.
func (w *watched) tellHolds(t wire.EventType, abs string, those func(*Watch) bool) {
	for _, h := range w.holds {
		if those(h) {
			h.tell(eventType(t), abs)
		}
	}
}

// flight is a request under way whose reply sets a one-shot watch, the SDK's or zk.Conn's.
type flight struct {
	watch   *Watch // nil: zk.Conn's
	op      wire.Op
	path    string
	virtual bool // sent without the flag
	gen     uint32
	epoch   uint32
}

func (f *flight) side() side {
	if f.op == wire.OpGetChildren || f.op == wire.OpGetChildren2 {
		return childSide
	}
	return dataSide
}

// kind is that of the watch which the server set, if it did.
func (f *flight) kind(code wire.Code) (k WatchKind, ok bool) {
	switch {
	case f.op == wire.OpExists && code == wire.NoNode:
		return WatchExist, true
	case f.side() == childSide:
		return WatchChild, code == wire.OK
	}
	return WatchData, code == wire.OK
}
