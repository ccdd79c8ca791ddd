package server_test

import (
	"bytes"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func fresh(timeout int32) wire.ConnectRequest {
	return wire.ConnectRequest{Timeout: timeout, Passwd: make([]byte, 16), HasReadOnly: true}
}

func TestTheTrailingBooleanIsAnsweredOnlyIfItWasSent(t *testing.T) {
	s := start(t)
	for _, has := range []bool{true, false} {
		c := newRaw(t, dialTCP(t, s.Addr()))
		q := fresh(10000)
		q.HasReadOnly = has
		c.write(wire.AppendFrame(nil, &q))
		want := 36
		if has {
			want = 37
		}
		if got := len(c.frame()); got != want {
			t.Errorf("sent %v: %d bytes, want %d", has, got, want)
		}
	}
}

func TestTimeoutsAreMovedIntoTheRange(t *testing.T) {
	s := start(t)
	var c *raw
	for asked, want := range map[int32]int32{1: 4000, 0: 4000, -5: 4000, 39999: 39999, 1e7: 40000, 4001: 4001} {
		c = newRaw(t, dialTCP(t, s.Addr()))
		c.handshake(fresh(asked))
		if c.session.Timeout != want {
			t.Errorf("asked for %d, got %d, want %d", asked, c.session.Timeout, want)
		}
	}
	again := newRaw(t, dialTCP(t, s.Addr()))
	again.handshake(wire.ConnectRequest{Timeout: 7000, SessionID: c.session.SessionID, Passwd: c.session.Passwd})
	if again.session.Timeout != 7000 {
		t.Errorf("renegotiated to %d, want 7000", again.session.Timeout)
	}
}

func TestNewSession(t *testing.T) {
	s := start(t, server.WithID(7))
	for i, passwd := range [][]byte{nil, {}, {1}, make([]byte, 16), make([]byte, 99)} {
		c := newRaw(t, dialTCP(t, s.Addr()))
		c.handshake(wire.ConnectRequest{ProtocolVersion: 5, Passwd: passwd})
		if c.session.ProtocolVersion != 0 || len(c.session.Passwd) != 16 || c.session.SessionID>>56 != 7 {
			t.Errorf("%+v", c.session)
		}
		if r := c.ok(wire.OpPing, &wire.Empty{}, nil); r.Xid != wire.XidPing || r.Zxid != int64(i+1) {
			t.Errorf("%+v", r)
		}
	}
}

func TestResumeKeepsTheSessionAndClosesTheOldConnection(t *testing.T) {
	s := start(t)
	old := connect(t, dialTCP(t, s.Addr()))
	old.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
	old.ok(wire.OpExists, watch("/e"), nil)
	c := newRaw(t, dialTCP(t, s.Addr()))
	c.resume(old)
	old.gone()
	if c.session.SessionID != old.session.SessionID || !bytes.Equal(c.session.Passwd, old.session.Passwd) || c.session.Timeout != old.session.Timeout {
		t.Errorf("%+v, want %+v", c.session, old.session)
	}
	if owner := c.stat("/e").EphemeralOwner; owner != c.session.SessionID {
		t.Errorf("owner %x", owner)
	}
	c.ok(wire.OpSetData, set("/e", "x", -1), nil)
	if e := c.take(); len(e) != 0 {
		t.Errorf("the watch moved with the session: %+v", e)
	}
}

func TestRefusedSessions(t *testing.T) {
	s := start(t)
	live, closed := connect(t, dialTCP(t, s.Addr())), connect(t, dialTCP(t, s.Addr()))
	closed.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	for name, q := range map[string]wire.ConnectRequest{
		"unknown":        {SessionID: 4711, Passwd: make([]byte, 16)},
		"closed":         {SessionID: closed.session.SessionID, Passwd: closed.session.Passwd},
		"wrong password": {SessionID: live.session.SessionID, Passwd: make([]byte, 16)},
		"no password":    {SessionID: live.session.SessionID},
	} {
		for _, has := range []bool{true, false} {
			q.HasReadOnly = has
			q.Timeout = 10000
			c := newRaw(t, dialTCP(t, s.Addr()))
			// A client that does not wait for the answer must get it all the same.
			c.write(wire.AppendRequest(wire.AppendFrame(nil, &q), 1, wire.OpGetData, read("/")))
			want := wire.AppendFrame(nil, &wire.ConnectResponse{Passwd: make([]byte, 16), HasReadOnly: has})[4:]
			if got := c.frame(); !bytes.Equal(got, want) {
				t.Errorf("%s: %x, want %x", name, got, want)
			}
			c.gone()
		}
	}
	live.gone() // the wrong password has cost it its connection, but not its session
	again := newRaw(t, dialTCP(t, s.Addr()))
	again.resume(live)
	again.ok(wire.OpExists, read("/"), nil)
}

func TestHandshakesThatAreClosedWithoutAWord(t *testing.T) {
	s := start(t)
	ahead := fresh(10000)
	ahead.LastZxidSeen = 99
	for name, bytes := range map[string][]byte{
		"zxid ahead":      wire.AppendFrame(nil, &ahead),
		"no password":     wire.AppendFrame(nil, record(make([]byte, 24))),
		"empty":           {0, 0, 0, 0},
		"negative length": {0xff, 0xff, 0xff, 0xff},
		"too long":        {0x00, 0x10, 0x00, 0x00},
		"a web browser":   []byte("GET / HTTP/1.1\r\n\r\n"),
	} {
		t.Run(name, func(t *testing.T) {
			c := newRaw(t, dialTCP(t, s.Addr()))
			c.write(bytes)
			c.gone()
		})
	}
	if n := len(s.Sessions()); n != 0 {
		t.Errorf("%d sessions", n)
	}
}

// Java's client writes its handshake, its identities, its watches and its requests in one go.
func TestFramesBehindTheHandshakeAreAnsweredInOrder(t *testing.T) {
	s := start(t)
	c := newRaw(t, dialTCP(t, s.Addr()))
	q := fresh(10000)
	b := wire.AppendFrame(nil, &q)
	b = wire.AppendRequest(b, wire.XidAuth, wire.OpAuth, digest("alice:secret"))
	b = wire.AppendRequest(b, wire.XidSetWatches, wire.OpSetWatches, &wire.SetWatchesRequest{Exist: []string{"/a"}})
	b = wire.AppendRequest(b, 1, wire.OpCreate, guarded("/a", wire.ACL{Perms: 31, Scheme: "auth"}))
	b = wire.AppendRequest(b, 2, wire.OpGetData, read("/a"))
	c.write(b)
	if err := wire.Unmarshal(c.frame(), &c.session); err != nil || c.session.SessionID == 0 {
		t.Fatalf("%+v, %v", c.session, err)
	}
	for _, want := range []wire.ReplyHeader{
		{Xid: wire.XidAuth}, {Xid: wire.XidSetWatches, Zxid: 1}, {Xid: wire.XidNotification, Zxid: 2}, {Xid: 1, Zxid: 2}, {Xid: 2, Zxid: 2},
	} {
		if got := c.any(); got.ReplyHeader != want {
			t.Errorf("%+v, want %+v", got.ReplyHeader, want)
		}
	}
}

func TestASecondHandshakeIsNoOperation(t *testing.T) {
	s := start(t)
	c := connect(t, dialTCP(t, s.Addr()))
	q := fresh(10000)
	q.LastZxidSeen = 10 << 32
	c.write(wire.AppendFrame(nil, &q))
	if r := c.recv(); r.Err != wire.Unimplemented || r.Xid != 0 || r.Zxid != -1 {
		t.Errorf("%+v", r)
	}
	c.gone()
	if n := len(s.Sessions()); n != 1 {
		t.Errorf("%d sessions", n)
	}
}
