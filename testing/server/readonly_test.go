package server_test

import (
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// reader shakes hands as a client that can do with a read-only server.
func reader(t *testing.T, nc net.Conn) *raw {
	t.Helper()
	c := newRaw(t, nc)
	q := fresh(10000)
	q.ReadOnly = true
	c.handshake(q)
	return c
}

// refused checks that a handshake is answered with no session.
func (c *raw) refused(was *raw) {
	c.t.Helper()
	c.resume(was)
	if c.session.SessionID != 0 || c.session.Timeout != 0 {
		c.t.Errorf("%+v", c.session)
	}
	c.gone()
}

func TestReadOnly(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		before := reader(t, dial())
		if before.session.ReadOnly {
			t.Error("the server is read-only from the beginning")
		}
		before.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
		s.SetReadOnly(false)
		zxid := before.ok(wire.OpSetData, set("/e", "x", -1), nil).Zxid // nothing was changed, so nobody is closed

		s.SetReadOnly(true)
		before.gone()
		if !s.ReadOnly() {
			t.Error("the server does not say that it is read-only")
		}
		time.Sleep(time.Hour) // nobody can agree that the session has expired
		if s.ExpireSession(before.session.SessionID) {
			t.Error("a session from before has been ended")
		}
		c := reader(t, dial())
		if !c.session.ReadOnly || c.session.Timeout != 10000 {
			t.Errorf("%+v", c.session)
		}
		c.ok(wire.OpGetData, read("/e"), nil)
		if r := c.call(wire.OpCreate, create("/x", "", 0)); r.Err != wire.NotReadOnly || r.Zxid != zxid {
			t.Errorf("%+v, want NOTREADONLY with zxid %d", r, zxid)
		}
		if n := len(s.Sessions()); n != 2 {
			t.Errorf("%d sessions", n)
		}
		s.SetReadOnly(true)
		c.ok(wire.OpPing, &wire.Empty{}, nil)

		s.SetReadOnly(false)
		c.gone()
		newRaw(t, dial()).refused(c)
		time.Sleep(9 * time.Second)
		again := newRaw(t, dial())
		again.resume(before) // whose timeout began anew
		if again.session.SessionID != before.session.SessionID || again.session.ReadOnly {
			t.Errorf("%+v", again.session)
		}
		if r := again.ok(wire.OpSetData, set("/e", "y", -1), nil); r.Zxid != zxid+1 {
			t.Errorf("zxid %d, want %d", r.Zxid, zxid+1)
		}
	})
}

func TestLocalSessionsEnd(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		s.SetReadOnly(true)
		begin := time.Now()
		c := reader(t, dial())
		if lived := c.until(begin); lived <= 10*time.Second || lived > 12*time.Second {
			t.Errorf("it lived for %v", lived)
		}
		newRaw(t, dial()).closedFor(c)
		other := reader(t, dial())
		if !s.ExpireSession(other.session.SessionID) || s.ExpireSession(other.session.SessionID) {
			t.Error("a local session cannot be ended once")
		}
		other.gone()
		third := reader(t, dial())
		third.send(wire.OpCloseSession, &wire.Empty{})
		if r := third.recv(); r.Err != wire.OK || r.Zxid != 0 {
			t.Errorf("%+v", r)
		}
		third.gone()
		if n := len(s.Sessions()); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}

// closedFor is refused for clients that can do with a read-only server.
func (c *raw) closedFor(was *raw) {
	c.t.Helper()
	q := fresh(10000)
	q.ReadOnly, q.SessionID, q.Passwd = true, was.session.SessionID, was.session.Passwd
	c.handshake(q)
	if c.session.SessionID != 0 || !c.session.ReadOnly {
		c.t.Errorf("%+v", c.session)
	}
	c.gone()
}

func TestReadOnlyOutlivesAStart(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		old := connect(t, dial())
		s.Kill()
		s.SetReadOnly(true)
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, q := range []wire.ConnectRequest{fresh(10000), {Timeout: 10000, Passwd: make([]byte, 16)}} {
			c := newRaw(t, dial())
			c.write(wire.AppendFrame(nil, &q))
			c.gone()
		}
		local := reader(t, dial())
		s.Kill()
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		newRaw(t, dial()).closedFor(local)
		s.SetReadOnly(false)
		c := newRaw(t, dial())
		c.resume(old)
		c.mk("/x")
	})
}

func TestReadOnlyRemovesNothing(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.ok(wire.OpCreateContainer, create("/k", "", 0), nil)
		c.mk("/k/x")
		c.ok(wire.OpDelete, version("/k/x", -1), nil)
		s.SetReadOnly(true)
		time.Sleep(time.Minute)
		r := reader(t, dial())
		if r.code(wire.OpExists, read("/k")) != wire.OK {
			t.Error("the container is gone")
		}
		s.SetReadOnly(false)
		time.Sleep(2 * time.Second)
		if connect(t, dial()).code(wire.OpExists, read("/k")) != wire.NoNode {
			t.Error("the container is still there")
		}
	}, server.WithContainerCheck(time.Second, 1000))
}

func TestReadOnlyWords(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		s.SetReadOnly(true)
		reader(t, dial())
		if got := say(t, dial(), "srvr"); !strings.Contains(got, "UTC\nREAD-ONLY mode; serving only read-only clients\nLatency") || !strings.Contains(got, "\nMode: read-only\n") {
			t.Errorf("%q", got)
		}
		if got := say(t, dial(), "stat"); !strings.Contains(got, "UTC\nREAD-ONLY mode; serving only read-only clients\nClients:\n") {
			t.Errorf("%q", got)
		}
		mntr := say(t, dial(), "mntr")
		for _, line := range []string{"zk_server_state\tread-only\n", "zk_local_sessions\t1\n", "zk_global_sessions\t0\n"} {
			if !strings.Contains(mntr, line) {
				t.Errorf("no %q", line)
			}
		}
		if got := say(t, dial(), "isro"); got != "ro" { // which is not on the list
			t.Errorf("%q", got)
		}
		s.SetReadOnly(false)
		if got := say(t, dial(), "isro"); !strings.Contains(got, "whitelist") {
			t.Errorf("%q", got)
		}
		if got := say(t, dial(), "srvr"); strings.Contains(got, "READ-ONLY") || !strings.Contains(got, "\nMode: standalone\n") {
			t.Errorf("%q", got)
		}
	}, server.WithFourLetterWords("stat", "mntr"))
}

// The mode changes while clients come, go and write. What was acknowledged is there in the end, and no local session is.
func TestReadOnlyUnderLoad(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		const clients, rounds = 8, 20
		var all sync.WaitGroup
		acknowledged := make([]int, clients)
		stop := make(chan struct{})
		for i := range clients {
			all.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					acknowledged[i] += busy(dial())
					time.Sleep(time.Millisecond)
				}
			})
		}
		for range rounds {
			s.SetReadOnly(true)
			time.Sleep(10 * time.Millisecond)
			s.SetReadOnly(false)
			time.Sleep(10 * time.Millisecond)
		}
		close(stop)
		s.DropConnections()
		all.Wait()
		synctest.Wait()
		total := 0
		for _, n := range acknowledged {
			total += n
		}
		var got wire.StatResponse
		connect(t, dial()).ok(wire.OpExists, read("/"), &got)
		if n := int(got.Stat.NumChildren) - 1; n < total || total == 0 {
			t.Errorf("%d znodes, %d acknowledged", n, total)
		}
		for _, in := range s.Sessions() {
			if again := newRaw(t, dial()); !again.resumes(in.ID) {
				t.Errorf("session %x is not one that can be resumed", in.ID)
			}
		}
	}, server.WithMaxClientConns(0))
}
