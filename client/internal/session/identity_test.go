package session

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// identified is a rig whose zk.Conn has added an identity.
func identified(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	authed := make(chan error, 1)
	go func() { authed <- r.conn.AddAuth("digest", []byte("u:p")) }()
	h, _ := r.peer.next()
	r.peer.reply(h.Xid, 0, nil)
	if err := <-authed; err != nil {
		t.Fatal(err)
	}
	return r
}

// No other frame is sent before the identity is accepted, however long that takes, and none is lost.
func TestFramesWaitForTheIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := identified(t)
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")
		r.peer = r.accept()
		r.peer.handshake()
		r.peer.grant(7, timeout)
		auth, err := r.peer.frames.Next()
		if err != nil {
			t.Fatal(err)
		}
		var h wire.RequestHeader
		if err := wire.Unmarshal(auth, &h); err != nil || h.Op != wire.OpAuth {
			t.Fatalf("first comes %v, %v", h.Op, err)
		}
		got := make(chan error, 1)
		go func() {
			_, _, err := r.conn.Get("/theirs")
			got <- err
		}()
		_ = r.peer.conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		if frame, err := r.peer.frames.Next(); err == nil {
			t.Errorf("a frame came before the identity was accepted: %x", frame)
		}
		_ = r.peer.conn.SetReadDeadline(time.Time{})
		if call := r.seam.Send(t.Context(), wire.OpGetData, get("/ours"), "/ours", nil); !errors.Is(call.Err(), ErrConnectionLoss) {
			t.Errorf("a call of ours: %v", call.Err())
		}
		r.peer.frames = wire.NewFrameReader(r.peer.conn, wire.MaxFrame)
		r.peer.reply(h.Xid, 0, nil)
		r.expect(t, "connected")
		for seen := false; !seen; {
			h, _ := r.peer.next()
			r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
			seen = h.Op == wire.OpGetData
		}
		if err := <-got; err != nil {
			t.Errorf("zk.Conn's frame: %v", err)
		}
		r.end()
	})
}

// A server that no longer takes the identity: nothing is sent to it, calls say why, and so does the session's end.
func TestIdentityNoLongerAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := identified(t)
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")
		refuse := func() {
			r.peer = r.accept()
			r.peer.handshake()
			r.peer.grant(7, timeout)
			h, _ := r.peer.next()
			if h.Op != wire.OpAuth {
				t.Errorf("it sends %v to a server that has not accepted it", h.Op)
			}
			r.peer.write(wire.AppendReply(nil, wire.ReplyHeader{Xid: h.Xid, Err: wire.AuthFailed}, nil))
			r.peer.drain()
			_ = r.peer.conn.Close()
			synctest.Wait()
		}
		refuse()
		call := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		if err := call.Err(); !errors.Is(err, ErrConnectionLoss) || !errors.Is(err, ErrAuthFailed) || !errors.Is(err, zk.ErrAuthFailed) {
			t.Errorf("a call: %v", err)
		}
		select {
		case <-r.seam.Refused():
		default:
			t.Error("the refusal is not told")
		}
		if err := r.seam.Refusal(); !errors.Is(err, ErrAuthFailed) {
			t.Errorf("the refusal: %v", err)
		}
		start, attempts := time.Now(), 0
		for ; time.Since(start) < 5*time.Second; attempts++ {
			refuse()
		}
		if attempts > 20 {
			t.Errorf("%d attempts in %v", attempts, time.Since(start))
		}
		r.peer = r.accept()
		r.peer.handshake()
		r.peer.grant(7, timeout)
		h, _ := r.peer.next()
		r.peer.reply(h.Xid, 0, nil)
		r.expect(t, "connected")
		call = r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		for !call.Sent() || h.Op != wire.OpGetData {
			h, _ = r.peer.next()
			r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
		}
		<-call.Done()
		if call.Err() != nil || r.seam.noConnection() != ErrConnectionLoss { //nolint:errorlint // that and no more
			t.Errorf("after a server took it: %v, %v", call.Err(), r.seam.noConnection())
		}
		r.end()
	})
}

// The reply to auth may overtake; that it was overtaken means that it is lost.
func TestLostReplyToAuth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		before := r.seam.Send(t.Context(), wire.OpGetData, get("/before"), "/before", nil)
		auth := r.seam.Send(t.Context(), wire.OpAuth, &wire.AuthRequest{Scheme: "digest", Auth: []byte("u:p")}, "", nil)
		after := r.seam.Send(t.Context(), wire.OpGetData, get("/after"), "/after", nil)
		var xids []int32
		for range 3 {
			h, _ := r.peer.next()
			xids = append(xids, h.Xid)
		}
		r.peer.reply(xids[0], 1, &wire.GetDataResponse{})
		<-before.Done()
		if before.Err() != nil {
			t.Errorf("what was sent before: %v", before.Err())
		}
		r.peer.reply(xids[2], 1, &wire.GetDataResponse{})
		<-auth.Done()
		<-after.Done()
		if !errors.Is(auth.Err(), ErrConnectionLoss) || !errors.Is(after.Err(), ErrConnectionLoss) || !errors.Is(r.seam.Failure(), ErrProtocol) {
			t.Errorf("auth: %v, after it: %v, the connection: %v", auth.Err(), after.Err(), r.seam.Failure())
		}
		r.expect(t, "disconnected")
		r.peer = r.accept()
		r.peer.handshake()
		r.peer.grant(7, timeout)
		r.expect(t, "connected")
		r.end()
	})
}

// A server that answers the introduction with nonsense is given up at once.
func TestNonsenseForAnIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := identified(t)
		_ = r.peer.conn.Close()
		r.expect(t, "disconnected")
		for _, nonsense := range [][]byte{
			{0, 0, 0, 1, 0}, {0xff, 0xff, 0xff, 0xff}, {0x10, 0, 0, 0},
			wire.AppendReply(nil, wire.ReplyHeader{Xid: 12345}, nil),
			wire.AppendReply(nil, wire.ReplyHeader{Xid: wire.XidNotification}, &wire.WatcherEvent{Type: 1, State: 3, Path: "/a"}),
		} {
			r.peer = r.accept()
			r.peer.handshake()
			r.peer.grant(7, timeout)
			_, _ = r.peer.next()
			start := time.Now()
			r.peer.write(nonsense)
			r.peer.drain()
			if d := time.Since(start); d != 0 || errors.Is(r.seam.Failure(), ErrAuthFailed) {
				t.Errorf("%x: given up after %v, %v", nonsense, d, r.seam.Failure())
			}
		}
		r.peer = r.accept()
		r.peer.handshake()
		r.peer.grant(7, timeout)
		h, _ := r.peer.next()
		r.peer.reply(h.Xid, 0, nil)
		r.expect(t, "connected")
		r.end()
	})
}
