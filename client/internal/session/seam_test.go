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

func expect(t *testing.T, l *log, want ...string) {
	t.Helper()
	for _, line := range want {
		select {
		case got := <-l.lines:
			if got != line {
				t.Fatalf("hook: got %q, want %q", got, line)
			}
		case <-time.After(time.Minute):
			t.Fatalf("hook: nothing, want %q", line)
		}
	}
}

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
		expect(t, l, "connected")
		call := s.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		h, _ := p.next()
		p.reply(h.Xid, 42, &wire.GetDataResponse{Data: []byte("x")})
		<-call.Done()
		if call.Err() != nil || call.Zxid() != 42 {
			t.Errorf("call: zxid %d, %v", call.Zxid(), call.Err())
		}
		_ = p.conn.Close()
		expect(t, l, "disconnected")

		p = n.accept()
		if q := p.handshake(); q.LastZxidSeen != 42 || q.SessionID != 7 {
			t.Errorf("handshake after the cut: zxid %d session %d, want 42 and 7", q.LastZxidSeen, q.SessionID)
		}
		p.write(refuse(nil))
		expect(t, l, "lost: "+zk.ErrSessionExpired.Error())
		p = n.accept()
		if q := p.handshake(); q.LastZxidSeen != 0 || q.SessionID != 0 {
			t.Errorf("handshake after the loss: zxid %d session %d, want 0 and 0", q.LastZxidSeen, q.SessionID)
		}
		p.grant(8, timeout)
		expect(t, l, "connected")
		go p.answerClose()
		closer()
	})
}

// zk.Conn's frames reach the server byte for byte, among the SDK's.
func TestFramesPassUntouched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, conn, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")

		type reading struct {
			data []byte
			err  error
		}
		read := make(chan reading)
		go func() {
			data, _, err := conn.Get("/theirs")
			read <- reading{data, err}
		}()
		h, body := p.next()
		want := wire.AppendRequest(nil, h.Xid, wire.OpGetData, get("/theirs"))
		if got := wire.AppendFrame(nil, &h, raw(body)); !bytes.Equal(got, want) {
			t.Errorf("zk.Conn's frame: % x, want % x", got, want)
		}
		ours := s.Send(t.Context(), wire.OpGetData, get("/ours"), "/ours", nil)
		mine, _ := p.next()
		if mine.Xid > firstXid {
			t.Errorf("our xid %d is not in the reserved range", mine.Xid)
		}
		p.reply(h.Xid, 1, &wire.GetDataResponse{Data: bytes.Repeat([]byte("t"), 3*readBuffer)})
		p.reply(mine.Xid, 1, &wire.GetDataResponse{Data: bytes.Repeat([]byte("o"), 3*readBuffer)})
		if r := <-read; r.err != nil || len(r.data) != 3*readBuffer || r.data[0] != 't' {
			t.Errorf("zk.Conn read %d bytes, %v", len(r.data), r.err)
		}
		<-ours.Done()
		var res wire.GetDataResponse
		if err := wire.Unmarshal(ours.Body(), &res); err != nil || len(res.Data) != 3*readBuffer || res.Data[0] != 'o' {
			t.Errorf("we read %d bytes, %v", len(res.Data), err)
		}
		go p.answerClose()
		closer()
	})
}

type raw []byte

func (r raw) AppendTo(b []byte) []byte { return append(b, r...) }
func (r raw) Decode(*wire.Reader)      {}

// A reply that never comes must not leave its caller waiting while others are answered.
func TestReplyOutOfOrderEndsConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, _, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")
		first := s.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		second := s.Send(t.Context(), wire.OpGetData, get("/b"), "/b", nil)
		p.next()
		h, _ := p.next()
		p.reply(h.Xid, 1, &wire.GetDataResponse{})
		for _, call := range []*Call{first, second} {
			<-call.Done()
			if !errors.Is(call.Err(), ErrConnectionLoss) || call.Answered() || !call.Sent() {
				t.Errorf("call: %v, answered %v, sent %v", call.Err(), call.Answered(), call.Sent())
			}
		}
		expect(t, l, "disconnected")
		if !errors.Is(s.Failure(), ErrProtocol) {
			t.Errorf("failure: %v", s.Failure())
		}
		closer()
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
		expect(t, l, "connected")
		go p.answerClose()
		closer()
	})
}

// A server that stops answering is given up two thirds of the session timeout after the last answered request was sent, and the session
// is lost after the whole of it, while the server cannot have expired it yet.
func TestLossClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, conn, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")
		time.Sleep(time.Second)
		call := s.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		sent := time.Now()
		h, _ := p.next()
		time.Sleep(100 * time.Millisecond) // the answer's delay must not count
		p.reply(h.Xid, 1, &wire.GetDataResponse{})
		<-call.Done()
		watch := NewWatch("/a")
		s.mu.Lock()
		s.watches.add(watch, "/a", WatchData)
		s.mu.Unlock()

		p.drain()
		expect(t, l, "disconnected")
		if at := time.Since(sent); at != timeout*2/3 {
			t.Errorf("disconnected %v after the last answered request, want %v", at, timeout*2/3)
		}
		expect(t, l, "lost: "+ErrLost.Error())
		if at := time.Since(sent); at != timeout {
			t.Errorf("lost %v after the last answered request, want %v", at, timeout)
		}
		if ev := <-watch.Events(); ev.Type != zk.EventNotWatching || !errors.Is(ev.Err, zk.ErrSessionExpired) {
			t.Errorf("watch: %+v", ev)
		}
		// zk.Conn hears of it without a server, and asks the next one for a new session.
		p = n.accept()
		q := p.handshake()
		for q.SessionID == 7 { // an attempt that was under way
			p.drain()
			p = n.accept()
			q = p.handshake()
		}
		p.grant(8, timeout)
		expect(t, l, "connected")
		synctest.Wait()
		if conn.SessionID() != 8 {
			t.Errorf("zk.Conn's session: %d", conn.SessionID())
		}
		go p.answerClose()
		closer()
	})
}

// Notifications keep a connection talking, but they do not show that the server hears us.
func TestNotificationsDoNotExtendTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		_, _, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")
		start := time.Now()
		go p.drain()
		var talk sync.WaitGroup
		talk.Go(func() {
			event := wire.AppendFrame(nil, &wire.ReplyHeader{Xid: wire.XidNotification, Zxid: -1},
				&wire.WatcherEvent{Type: wire.EventNodeDataChanged, State: wire.StateSyncConnected, Path: "/x"})
			for {
				if _, err := p.conn.Write(event); err != nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
		})
		expect(t, l, "disconnected")
		if at := time.Since(start); at > timeout*2/3 {
			t.Errorf("disconnected after %v, want at most %v", at, timeout*2/3)
		}
		talk.Wait()
		closer()
	})
}

// A session that was declared lost does not come back, even if a server still has it: it is closed there, and zk.Conn is refused.
func TestOutlivedSessionIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		_, _, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")
		_ = p.conn.Close()
		expect(t, l, "disconnected")
		var late *peer
		for late == nil { // hold up every handshake; the one under way at the loss is answered after it
			p := n.accept()
			p.handshake()
			select {
			case line := <-l.lines:
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
		p = n.accept()
		if q := p.handshake(); q.SessionID != 0 {
			t.Errorf("zk.Conn still asks for session %d", q.SessionID)
		}
		p.grant(8, timeout)
		expect(t, l, "connected")
		go p.answerClose()
		closer()
	})
}

// Identities and watches are sent again before anything else of ours.
func TestRearmComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, conn, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")

		authed := make(chan error)
		go func() { authed <- conn.AddAuth("digest", []byte("u:p")) }()
		h, _ := p.next()
		p.reply(h.Xid, 0, nil)
		if err := <-authed; err != nil {
			t.Fatal(err)
		}
		watch := NewWatch("/w")
		call := s.Send(t.Context(), wire.OpGetData, &wire.PathWatchRequest{Path: "/w", Watch: true}, "/w", watch)
		h, _ = p.next()
		p.reply(h.Xid, 5, &wire.GetDataResponse{})
		<-call.Done()
		_ = p.conn.Close()
		expect(t, l, "disconnected")

		p = n.accept()
		p.handshake()
		stop := make(chan struct{})
		var callers sync.WaitGroup
		for range 8 { // they send as soon as they can
			callers.Go(func() {
				for {
					select {
					case <-stop:
						return
					case <-s.Send(t.Context(), wire.OpGetData, get("/x"), "/x", nil).Done():
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		p.grant(7, timeout)
		var ours []wire.Op
		for len(ours) < 3 {
			h, body := p.next()
			if h.Xid <= firstXid {
				ours = append(ours, h.Op)
			}
			if h.Op == wire.OpSetWatches {
				var q wire.SetWatchesRequest
				if err := wire.Unmarshal(body, &q); err != nil || q.RelativeZxid != 5 || len(q.Data) != 1 || q.Data[0] != "/w" {
					t.Errorf("setWatches: %+v, %v", q, err)
				}
			}
			p.reply(h.Xid, 6, &wire.GetDataResponse{})
		}
		if ours[0] != wire.OpAuth || ours[1] != wire.OpSetWatches || ours[2] != wire.OpGetData {
			t.Errorf("our first frames: %v, want auth, setWatches, getData", ours)
		}
		close(stop)
		go p.answerClose()
		callers.Wait()
		closer()
	})
}

// Cancelling the wait for room returns at once.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, _, closer := connect(t, n, timeout, l.hooks())
		p := n.accept()
		p.handshake()
		p.grant(7, timeout)
		expect(t, l, "connected")
		go func() { // hears everything, answers nothing
			for {
				if _, err := p.frames.Next(); err != nil {
					return
				}
			}
		}()
		calls := make([]*Call, maxInflight)
		for i := range calls {
			calls[i] = s.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		}
		ctx, cancel := contextWithTimeout(t, time.Second)
		defer cancel()
		start := time.Now()
		call := s.Send(ctx, wire.OpGetData, get("/a"), "/a", nil)
		<-call.Done()
		if call.Sent() || time.Since(start) != time.Second {
			t.Errorf("the call without room: sent %v after %v, %v", call.Sent(), time.Since(start), call.Err())
		}
		if call := s.Send(t.Context(), wire.OpSetData, &wire.SetDataRequest{Path: "/a", Data: make([]byte, wire.MaxFrame)}, "/a", nil); !errors.Is(call.Err(), ErrTooLarge) && !errors.Is(call.Err(), ErrConnectionLoss) {
			t.Errorf("too long a request: %v", call.Err())
		}
		closer()
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
