package server_test

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// virtual runs f in a bubble with a server on a network in memory. A goroutine that the server leaves behind fails the test.
func virtual(t *testing.T, f func(t *testing.T, s *server.Server, dial func() net.Conn), opts ...server.Option) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork()
		s := start(t, append([]server.Option{server.WithAddr("zk:2181"), server.WithListen(network.Listen)}, opts...)...)
		f(t, s, func() net.Conn {
			t.Helper()
			nc, err := network.Dial("tcp", s.Addr(), 0)
			if err != nil {
				t.Fatal(err)
			}
			return nc
		})
	})
}

// until reads until the server closes the connection, and returns when that was.
func (c *raw) until(start time.Time) time.Duration {
	c.t.Helper()
	_ = c.nc.SetReadDeadline(time.Time{})
	if n, err := io.Copy(io.Discard, c.nc); n != 0 || err != nil && !errors.Is(err, net.ErrClosed) {
		c.t.Errorf("%d bytes, then %v", n, err)
	}
	return time.Since(start)
}

func TestASilentSessionExpires(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		const timeout, tick = 10 * time.Second, 2 * time.Second
		for _, phase := range []time.Duration{0, 1, tick / 2, tick - 1} {
			time.Sleep(tick - time.Duration(time.Now().UnixNano())%tick + phase)
			c := connect(t, dial())
			c.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
			begin := time.Now()
			lived := c.until(begin)
			if lived <= timeout || lived > timeout+tick {
				t.Errorf("phase %v: expired after %v", phase, lived)
			}
			synctest.Wait()
			if n := len(s.Sessions()); n != 0 {
				t.Errorf("%d sessions", n)
			}
			again := newRaw(t, dial())
			again.resume(c)
			if again.session.SessionID != 0 {
				t.Error("an expired session was resumed")
			}
			again.gone()
		}
	})
}

func TestExpiryTellsWatchersAndNobodyElse(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, other := connect(t, dial()), connect(t, dial())
		c.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
		c.ok(wire.OpGetData, watch("/e"), nil)
		_ = c.nc.Close() // the session lives on without a connection
		other.ok(wire.OpExists, watch("/e"), nil)
		time.Sleep(9 * time.Second)
		if st := other.stat("/e"); st.EphemeralOwner != c.session.SessionID || len(s.Sessions()) != 2 {
			t.Errorf("%+v, %v", st, s.Sessions())
		}
		time.Sleep(3*time.Second + 1) // a tick behind the timeout is the latest, and included
		other.want(wire.NoNode, wire.OpExists, read("/e"))
		if got := list(other.events); got != "deleted /e" {
			t.Errorf("%q", got)
		}
	})
}

func TestPingsKeepASessionAlive(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		begin := time.Now()
		for range 100 {
			time.Sleep(9 * time.Second)
			c.ok(wire.OpPing, &wire.Empty{}, nil)
		}
		c.want(wire.OK, wire.OpExists, read("/"))
		if since := time.Since(begin); since != 900*time.Second {
			t.Errorf("%v", since)
		}
	})
}

func TestSocketsWithoutASessionAreClosed(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		for _, sent := range []string{"", "\x00\x00\x00\x2d\x00"} {
			c := newRaw(t, dial())
			c.write([]byte(sent))
			if lived := c.until(time.Now()); lived != 20*time.Second { // when a span of 10 s is over, and no sooner than after 10 s
				t.Errorf("after %v", lived)
			}
			time.Sleep(5 * time.Second)
			c = newRaw(t, dial())
			c.write([]byte(sent))
			if lived := c.until(time.Now()); lived != 15*time.Second {
				t.Errorf("after %v", lived)
			}
		}
		c := connect(t, dial())
		time.Sleep(9 * time.Second)
		c.ok(wire.OpPing, &wire.Empty{}, nil)
		time.Sleep(9 * time.Second)
		c.ok(wire.OpPing, &wire.Empty{}, nil) // the limit is for handshakes alone
	})
}

func TestExpireSession(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, other := connect(t, dial()), connect(t, dial())
		c.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
		begin := time.Now()
		if !s.ExpireSession(c.session.SessionID) {
			t.Error("there was nothing to expire")
		}
		other.want(wire.NoNode, wire.OpExists, read("/e"))
		c.gone()
		if s.ExpireSession(c.session.SessionID) || s.ExpireSession(4711) {
			t.Error("what is not there has expired")
		}
		if took := time.Since(begin); took != 0 {
			t.Errorf("took %v", took)
		}
		s.Kill()
		if s.ExpireSession(other.session.SessionID) {
			t.Error("a server that is down has expired a session")
		}
	})
}

func TestCloseSession(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, other := connect(t, dial()), connect(t, dial())
		c.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
		b := wire.AppendRequest(nil, 7, wire.OpCloseSession, &wire.Empty{})
		b = wire.AppendRequest(b, 8, wire.OpCreate, create("/late", "", 0))
		c.write(b)
		if r := c.recv(); r.Xid != 7 || r.Err != wire.OK || len(r.body) != 0 {
			t.Errorf("%+v", r)
		}
		c.gone()
		other.want(wire.NoNode, wire.OpExists, read("/e"))
		other.want(wire.NoNode, wire.OpExists, read("/late"))
		if n := len(s.Sessions()); n != 1 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestSessions(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, other := connect(t, dial()), connect(t, dial())
		_ = other.nc.Close()
		synctest.Wait()
		want := []server.SessionInfo{
			{ID: c.session.SessionID, Timeout: 10 * time.Second, Connected: true}, {ID: other.session.SessionID, Timeout: 10 * time.Second},
		}
		if got := s.Sessions(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
			t.Errorf("%+v, want %+v", got, want)
		}
		s.DropConnections()
		synctest.Wait()
		for _, in := range s.Sessions() {
			if in.Connected {
				t.Errorf("%x is connected", in.ID)
			}
		}
		if n := s.Stats().Connections; n != 0 {
			t.Errorf("%d connections", n)
		}
		again := newRaw(t, dial())
		again.resume(c)
		again.ok(wire.OpPing, &wire.Empty{}, nil)
	})
}
