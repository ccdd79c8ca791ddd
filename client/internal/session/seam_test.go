package session

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

const timeout = 9 * time.Second

func get(path string) *wire.PathWatchRequest { return &wire.PathWatchRequest{Path: path} }

// The handshake carries the larger zxid of both speakers, and a session that ended binds nobody to what it saw.
func TestHandshakeTakesZxidOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, _, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		if q := p.handshake(); q.LastZxidSeen != 0 {
			t.Errorf("first handshake: zxid %d", q.LastZxidSeen)
		}
		p.grant(7, timeout)
		l.expect(t, "connected")
		call := s.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		h, _ := p.next()
		p.reply(h.Xid, 42, &wire.GetDataResponse{Data: []byte("x")})
		<-call.Done()
		if call.Err() != nil || call.Zxid() != 42 {
			t.Errorf("call: zxid %d, %v", call.Zxid(), call.Err())
		}
		_ = p.conn.Close()
		l.expect(t, "disconnected")

		p = n.accept()
		if q := p.handshake(); q.LastZxidSeen != 42 || q.SessionID != 7 {
			t.Errorf("handshake after the cut: zxid %d session %d, want 42 and 7", q.LastZxidSeen, q.SessionID)
		}
		p.write(refuse(nil))
		l.expect(t, "lost: "+zk.ErrSessionExpired.Error())
		p = n.accept()
		if q := p.handshake(); q.LastZxidSeen != 0 || q.SessionID != 0 {
			t.Errorf("handshake after the loss: zxid %d session %d, want 0 and 0", q.LastZxidSeen, q.SessionID)
		}
		p.grant(8, timeout)
		l.expect(t, "connected")
		go p.answerClose()
		closer()
	})
}

// zk.Conn's frames reach the server byte for byte, among the SDK's.
func TestFramesPassUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)

		type reading struct {
			data []byte
			err  error
		}
		read := make(chan reading)
		go func() {
			data, _, err := r.conn.Get("/theirs")
			read <- reading{data, err}
		}()
		h, body := r.peer.next()
		want := wire.AppendRequest(nil, h.Xid, wire.OpGetData, get("/theirs"))
		if got := wire.AppendFrame(nil, &h, raw(body)); !bytes.Equal(got, want) {
			t.Errorf("zk.Conn's frame: % x, want % x", got, want)
		}
		ours := r.seam.Send(t.Context(), wire.OpGetData, get("/ours"), "/ours", nil)
		mine, _ := r.peer.next()
		if mine.Xid > firstXid {
			t.Errorf("our xid %d is not in the reserved range", mine.Xid)
		}
		r.peer.reply(h.Xid, 1, &wire.GetDataResponse{Data: bytes.Repeat([]byte("t"), 3*readBuffer)})
		r.peer.reply(mine.Xid, 1, &wire.GetDataResponse{Data: bytes.Repeat([]byte("o"), 3*readBuffer)})
		if r := <-read; r.err != nil || len(r.data) != 3*readBuffer || r.data[0] != 't' {
			t.Errorf("zk.Conn read %d bytes, %v", len(r.data), r.err)
		}
		<-ours.Done()
		var res wire.GetDataResponse
		if err := wire.Unmarshal(ours.Body(), &res); err != nil || len(res.Data) != 3*readBuffer || res.Data[0] != 'o' {
			t.Errorf("we read %d bytes, %v", len(res.Data), err)
		}
		r.end()
	})
}

type raw []byte

func (r raw) AppendTo(b []byte) []byte { return append(b, r...) }
func (r raw) Decode(*wire.Reader)      {}

// A reply that never comes must not leave its caller waiting while others are answered.
func TestReplyOutOfOrderEndsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		first := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		second := r.seam.Send(t.Context(), wire.OpGetData, get("/b"), "/b", nil)
		r.peer.next()
		h, _ := r.peer.next()
		r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
		for _, call := range []*Call{first, second} {
			<-call.Done()
			if !errors.Is(call.Err(), ErrConnectionLoss) || call.Answered() || !call.Sent() {
				t.Errorf("call: %v, answered %v, sent %v", call.Err(), call.Answered(), call.Sent())
			}
		}
		r.expect(t, "disconnected")
		if !errors.Is(r.seam.Failure(), ErrProtocol) {
			t.Errorf("failure: %v", r.seam.Failure())
		}
		r.close()
	})
}

// A server that accepts and then says nothing costs a third of the session timeout, not zk.Conn's ten receive timeouts.
func TestSilentHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		_, _, closer := connect(t, n, timeout, l.hooks())
		start := time.Now()
		p := n.accept()
		p.handshake()
		p.drain()
		if waited := time.Since(start); waited != timeout/3 {
			t.Errorf("the silent server was given up after %v, want %v", waited, timeout/3)
		}
		p = n.accept()
		p.handshake()
		p.grant(7, timeout)
		l.expect(t, "connected")
		go p.answerClose()
		closer()
	})
}

// A server that falls silent is given up three tenths of the session timeout after the first request that it leaves unanswered, here zk.Conn's
// ping, and the session is lost after the whole of it, while the server cannot have expired it yet.
func TestLossClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		time.Sleep(time.Second)
		call := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		sent := time.Now()
		h, _ := r.peer.next()
		time.Sleep(100 * time.Millisecond) // the answer's delay must not count
		r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
		<-call.Done()
		watch := NewWatch("/a")
		setOneShot(&r.seam.watches, watch, "/a", WatchData)

		r.peer.drain()
		r.expect(t, "disconnected")
		if at, want := time.Since(sent), timeout/3-time.Second+silenceLimit(timeout); at != want {
			t.Errorf("disconnected %v after the last answered request, want %v", at, want)
		}
		r.expect(t, "lost: "+ErrLost.Error())
		if at := time.Since(sent); at != timeout {
			t.Errorf("lost %v after the last answered request, want %v", at, timeout)
		}
		if ev := <-watch.Events(); ev.Type != zk.EventNotWatching || !errors.Is(ev.Err, zk.ErrSessionExpired) {
			t.Errorf("watch: %+v", ev)
		}
		// zk.Conn hears of it without a server, and asks the next one for a new session.
		r.peer = r.accept()
		q := r.peer.handshake()
		for q.SessionID == 7 { // an attempt that was under way
			r.peer.drain()
			r.peer = r.accept()
			q = r.peer.handshake()
		}
		r.peer.grant(8, timeout)
		r.expect(t, "connected")
		synctest.Wait()
		if r.conn.SessionID() != 8 {
			t.Errorf("zk.Conn's session: %d", r.conn.SessionID())
		}
		r.end()
	})
}

// A server may grant a known session less than the one before; the clock follows at once.
func TestLossClockFollowsTheGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")
		r.peer = r.accept()
		r.peer.handshake()
		start := time.Now()
		r.peer.grant(7, timeout/3)
		r.expect(t, "connected")
		r.peer.drain()
		r.expect(t, "disconnected", "lost: "+ErrLost.Error())
		if at := time.Since(start); at != timeout/3 {
			t.Errorf("lost %v after the grant of %v", at, timeout/3)
		}
		r.close()
	})
}

// Notifications keep a connection talking, but they do not show that the server hears us.
func TestNotificationsDoNotExtendTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		start := time.Now()
		go r.peer.drain()
		var talk sync.WaitGroup
		talk.Go(func() {
			event := wire.AppendFrame(nil, &wire.ReplyHeader{Xid: wire.XidNotification, Zxid: -1},
				&wire.WatcherEvent{Type: wire.EventNodeDataChanged, State: wire.StateSyncConnected, Path: "/x"})
			for {
				if _, err := r.peer.conn.Write(event); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
		r.expect(t, "disconnected")
		if at := time.Since(start); at > timeout*2/3 {
			t.Errorf("disconnected after %v, want at most %v", at, timeout*2/3)
		}
		talk.Wait()
		r.close()
	})
}

// A session that was declared lost does not come back, even if a server still has it: it is closed there, and zk.Conn is refused.
func TestOutlivedSessionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")
		var late *peer
		for late == nil { // hold up every handshake; the one under way at the loss is answered after it
			p := r.accept()
			p.handshake()
			select {
			case line := <-r.lines:
				if line != "lost: "+ErrLost.Error() {
					t.Fatal(line)
				}
				late = p
			case <-time.After(timeout/3 - time.Millisecond):
				_ = p.conn.Close()
			}
		}
		go late.grant(7, timeout)
		h, _ := late.next()
		if h.Op != wire.OpCloseSession {
			t.Errorf("the outlived session got %v", h.Op)
		}
		late.drain()
		r.peer = r.accept()
		if q := r.peer.handshake(); q.SessionID != 0 {
			t.Errorf("zk.Conn still asks for session %d", q.SessionID)
		}
		r.peer.grant(8, timeout)
		r.expect(t, "connected")
		r.end()
	})
}

// Identities and watches are sent again before anything else of ours.
func TestRearmComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)

		authed := make(chan error)
		go func() { authed <- r.conn.AddAuth("digest", []byte("u:p")) }()
		h, _ := r.peer.next()
		r.peer.reply(h.Xid, 0, nil)
		if err := <-authed; err != nil {
			t.Fatal(err)
		}
		watch := NewWatch("/w")
		call := r.seam.Send(t.Context(), wire.OpGetData, &wire.PathWatchRequest{Path: "/w", Watch: true}, "/w", watch)
		h, _ = r.peer.next()
		r.peer.reply(h.Xid, 5, &wire.GetDataResponse{})
		<-call.Done()
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")

		r.peer = r.accept()
		r.peer.handshake()
		stop := make(chan struct{})
		var callers sync.WaitGroup
		for range 8 { // they send as soon as they can
			callers.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-r.seam.Send(t.Context(), wire.OpGetData, get("/x"), "/x", nil).Done():
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		r.peer.grant(7, timeout)
		var ours []wire.Op
		for len(ours) < 3 {
			h, body := r.peer.next()
			if h.Xid <= firstXid {
				ours = append(ours, h.Op)
			}
			if h.Op == wire.OpSetWatches {
				var q wire.SetWatchesRequest
				if err := wire.Unmarshal(body, &q); err != nil || q.RelativeZxid != 5 || len(q.Data) != 1 || q.Data[0] != "/w" {
					t.Errorf("setWatches: %+v, %v", q, err)
				}
			}
			r.peer.reply(h.Xid, 6, &wire.GetDataResponse{})
		}
		if ours[0] != wire.OpAuth || ours[1] != wire.OpSetWatches || ours[2] != wire.OpGetData {
			t.Errorf("our first frames: %v, want auth, setWatches, getData", ours)
		}
		close(stop)
		go r.peer.answerClose()
		callers.Wait()
		r.close()
	})
}

// Cancelling the wait for room returns at once.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		go func() { // hears everything, answers nothing
			for {
				if _, err := r.peer.frames.Next(); err != nil {
					return
				}
			}
		}()
		calls := make([]*Call, maxInflight)
		for i := range calls {
			calls[i] = r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		}
		ctx, cancel := contextWithTimeout(t, time.Second)
		defer cancel()
		start := time.Now()
		call := r.seam.Send(ctx, wire.OpGetData, get("/a"), "/a", nil)
		<-call.Done()
		if call.Sent() || time.Since(start) != time.Second {
			t.Errorf("the call without room: sent %v after %v, %v", call.Sent(), time.Since(start), call.Err())
		}
		r.close()
		for _, call := range calls {
			if <-call.Done(); !errors.Is(call.Err(), ErrConnectionLoss) {
				t.Fatalf("call: %v", call.Err())
			}
		}
	})
}

// zk.Conn blocks for ever when the write of an identity that it sends again fails; it must not see one fail.
func TestWriteNeverFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(t)
		s := New(Options{Dial: n.host.DialContext, Timeout: timeout})
		conn, err := s.Dial("tcp", "zk:2181", 0)
		if err != nil {
			t.Fatal(err)
		}
		handshake := wire.AppendFrame(nil, &wire.ConnectRequest{})
		for range 3 {
			if k, err := conn.Write(handshake); k != len(handshake) || err != nil {
				t.Errorf("Write: %d, %v", k, err)
			}
			_ = conn.Close()
		}
		if _, err := conn.Read(make([]byte, 4)); err == nil {
			t.Error("Read tells of no end")
		}
	})
}

// A request that no server would take is not sent, and does no harm to others.
func TestTooLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		set := &wire.SetDataRequest{Path: "/a", Data: make([]byte, wire.MaxFrame)}
		if call := r.seam.Send(t.Context(), wire.OpSetData, set, "/a", nil); !errors.Is(call.Err(), ErrTooLarge) || call.Sent() {
			t.Errorf("sent %v, %v", call.Sent(), call.Err())
		}
		call := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		h, _ := r.peer.next()
		r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
		if <-call.Done(); h.Op != wire.OpGetData || call.Err() != nil {
			t.Errorf("the next request: %v, %v", h.Op, call.Err())
		}
		r.end()
	})
}
