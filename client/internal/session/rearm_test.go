package session

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// armed is a rig with a persistent watch of /p, a recursive one of /r, and one-shots beside them.
func newArmedRig(t *testing.T) (r *rig, p, rec *Watch) {
	t.Helper()
	r = newRig(t)
	p, rec = NewHold("/p", "/p", Persistent, 8), NewHold("/r", "/r", Recursive, 8)
	for _, h := range []*Watch{p, rec} {
		call := r.seam.Hold(h)
		r.answer(t, wire.OpAddWatch, false)
		<-call.Done()
		if call.Err() != nil {
			t.Fatal(call.Err())
		}
	}
	for path, op := range map[string]wire.Op{"/p": wire.OpGetData, "/r": wire.OpGetChildren2} {
		call := r.seam.Send(t.Context(), op, get(path), path, NewWatch(path))
		// A server before 3.9 would put the one-shot in the place of the persistent watch. A recursive one leaves room for it.
		r.answer(t, op, path == "/r")
		<-call.Done()
	}
	return r, p, rec
}

// answer replies to the next request, and checks its flag.
func (r *rig) answer(t *testing.T, op wire.Op, flag bool) {
	t.Helper()
	h, body := r.peer.next()
	if h.Op != op || op != wire.OpAddWatch && (body[len(body)-1] != 0) != flag {
		t.Errorf("request %v %q, want %v, flag %v", h.Op, body, op, flag)
	}
	r.peer.reply(h.Xid, 5, nil)
}

// reconnect ends the connection and grants the session on another.
func (r *rig) reconnect(t *testing.T) {
	t.Helper()
	_ = r.peer.conn.Close()
	r.expect(t, "disconnected")
	r.peer = r.accept()
	r.peer.handshake()
	r.peer.grant(7, timeout)
}

// The one-shots come first, since they tell what has happened; then the modes, which on servers before 3.9 take their places; then
// what has a place beside a mode.
func TestModesAreRearmedBehindOneShots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p, rec := newArmedRig(t)
		r.reconnect(t)
		for _, want := range []string{
			"setWatches data [/p] exist [] child [] persistent [] recursive []",
			"setWatches2 data [] exist [] child [] persistent [/p] recursive [/r]",
			"setWatches data [] exist [] child [/r] persistent [] recursive []",
		} {
			h, body := r.peer.next()
			var q wire.SetWatches2Request
			var err error
			if h.Op == wire.OpSetWatches2 {
				err = wire.Unmarshal(body, &q)
			} else {
				err = wire.Unmarshal(body, &q.SetWatchesRequest)
			}
			got := fmt.Sprintf("%v data %v exist %v child %v persistent %v recursive %v",
				h.Op, q.Data, q.Exist, q.Child, q.Persistent, q.PersistentRecursive)
			if got != want || err != nil || q.RelativeZxid != 5 {
				t.Errorf("got %s, zxid %d, %v, want %s", got, q.RelativeZxid, err, want)
			}
			r.peer.reply(h.Xid, 6, nil)
		}
		for _, h := range []*Watch{p, rec} {
			if ev := <-h.Events(); ev.Type != EventRearmed || ev.Path != h.path {
				t.Errorf("%s: %+v", h.path, ev)
			}
		}
		r.end()
	})
}

// A server that is older than the one which set the watches ends them, rather than being asked again for ever.
func TestModesRefusedAfterReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p, rec := newArmedRig(t)
		r.reconnect(t)
		h, _ := r.peer.next()
		r.peer.reply(h.Xid, 6, nil)
		h, _ = r.peer.next()
		r.peer.write(wire.AppendReply(nil, wire.ReplyHeader{Xid: h.Xid, Zxid: -1, Err: wire.Unimplemented}, nil))
		for _, h := range []*Watch{p, rec} {
			if ev, ok := <-h.Events(); ok {
				t.Errorf("%s: %+v", h.path, ev)
			}
			if _, err := r.seam.Cause(h); !errors.Is(err, wire.Unimplemented) {
				t.Errorf("%s ended with %v", h.path, err)
			}
		}
		r.expect(t, "connected")
		r.reconnect(t)
		h, body := r.peer.next() // the one-shots live on
		var q wire.SetWatchesRequest
		if err := wire.Unmarshal(body, &q); err != nil || h.Op != wire.OpSetWatches || len(q.Data) != 1 || len(q.Child) != 1 {
			t.Errorf("got %v %+v, %v", h.Op, q, err)
		}
		r.peer.reply(h.Xid, 6, nil)
		r.end()
	})
}

// A server before 3.9 cannot take a mode alone: the one-shots that lived on it are set in its place, and what is left goes by table.
func TestModeGoesFromOldServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, p, _ := newArmedRig(t)
		r.seam.Leave(p, ErrRemoved)
		h, body := r.peer.next()
		var q wire.SetWatchesRequest
		if err := wire.Unmarshal(body, &q); err != nil || h.Op != wire.OpSetWatches || len(q.Data) != 1 || q.Data[0] != "/p" || len(q.Child) != 0 {
			t.Errorf("got %v %+v, %v", h.Op, q, err)
		}
		r.peer.reply(h.Xid, 6, nil)
		for _, step := range []struct {
			which wire.WatcherType
			code  wire.Code
		}{{wire.WatcherPersistent, wire.MarshallingError}, {wire.WatcherChildren, wire.OK}} {
			h, body := r.peer.next()
			var q wire.WatchesRequest
			if err := wire.Unmarshal(body, &q); err != nil || h.Op != wire.OpRemoveWatches || q.Path != "/p" || q.Type != step.which {
				t.Errorf("got %v %+v, %v, want type %d", h.Op, q, err, step.which)
			}
			r.peer.write(wire.AppendReply(nil, wire.ReplyHeader{Xid: h.Xid, Zxid: 6, Err: step.code}, nil))
		}
		if ev, ok := <-p.Events(); ok {
			t.Errorf("event %v", ev.Type == zk.EventNotWatching)
		}
		r.end()
	})
}
