package server_test

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func TestStats(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.mk("/a")
		c.ok(wire.OpGetData, watch("/a"), nil)
		c.ok(wire.OpSetData, set("/a", "", -1), nil)
		c.call(wire.OpSetData, set("/missing", "", -1))
		c.ok(wire.OpMulti, multi(op(wire.OpCheck, version("/a", -1))), nil)
		got := fmt.Sprint(s.Stats())
		want := fmt.Sprint(server.Stats{
			Requests:    map[string]int64{"create": 1, "getData": 1, "setData": 2, "multi": 1},
			WatchEvents: 1, EventsByType: map[string]int64{"NodeDataChanged": 1},
			Reads: server.Latency{Count: 1}, Updates: server.Latency{Count: 5}, LastZxid: 5, // no time has passed
			SessionEvents:   server.SessionEvents{Created: 1},
			PacketsReceived: 6, PacketsSent: 7, BytesReceived: 219, BytesSent: 339, Connections: 1, Accepted: 1,
		})
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

// Every byte on the wire is counted, for the server and for its connection.
func TestBytesAreCounted(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, f func(t *testing.T, s *server.Server, dial func() net.Conn)){
		"virtual": func(t *testing.T, f func(*testing.T, *server.Server, func() net.Conn)) { virtual(t, f) },
		"tcp": func(t *testing.T, f func(*testing.T, *server.Server, func() net.Conn)) {
			s := start(t)
			f(t, s, func() net.Conn { return dialTCP(t, s.Addr()) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
				var all [2]byteCounter
				var total byteCounter
				for i := range all {
					all[i].Conn = dial()
					c := connect(t, &all[i])
					c.call(wire.OpExists, watch(fmt.Sprintf("/%d", i)))
					c.mk(fmt.Sprintf("/%d", i))
					c.ok(wire.OpGetData, read("/"), nil)
					c.take()
					total.in += all[i].in
					total.out += all[i].out
				}
				conns := s.Connections()
				if len(conns) != 2 {
					t.Fatalf("connections %+v", conns)
				}
				for i, c := range conns {
					// A client sends what the server receives.
					if c.BytesReceived != all[i].out || c.BytesSent != all[i].in || c.PacketsReceived != 5 || c.PacketsSent != 6 {
						t.Errorf("%+v, the client has read %d bytes and written %d", c, all[i].in, all[i].out)
					}
					if c.Peer != all[i].LocalAddr().String() || c.Session == 0 || c.Outstanding != 0 || c.Established.IsZero() {
						t.Errorf("%+v, from %s", c, all[i].LocalAddr())
					}
				}
				if st := s.Stats(); st.BytesReceived != total.out || st.BytesSent != total.in {
					t.Errorf("%+v, the clients have read %d bytes and written %d", st, total.in, total.out)
				}
			})
		})
	}
}

// byteCounter counts the bytes that pass.
type byteCounter struct {
	net.Conn
	in, out int64
}

func (c *byteCounter) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.in += int64(n)
	return n, err
}

func (c *byteCounter) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.out += int64(n)
	return n, err
}

func TestEventsAreCountedByType(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.call(wire.OpExists, watch("/a"))
		c.ok(wire.OpGetChildren, watch("/"), nil)
		c.mk("/a") // created, and a child of the root
		c.ok(wire.OpGetData, watch("/a"), nil)
		c.ok(wire.OpSetData, set("/a", "", -1), nil)
		c.ok(wire.OpGetChildren, watch("/"), nil)
		c.ok(wire.OpGetData, watch("/a"), nil)
		c.ok(wire.OpDelete, version("/a", -1), nil)
		want := "map[NodeChildrenChanged:2 NodeCreated:1 NodeDataChanged:1 NodeDeleted:1]"
		if got := s.Stats(); fmt.Sprint(got.EventsByType) != want || got.WatchEvents != 5 {
			t.Errorf("%v, %d in all; want %s", got.EventsByType, got.WatchEvents, want)
		}
	})
}

func TestTheEndsOfSessionsAreCounted(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		var all [4]*raw
		for i := range all {
			all[i] = connect(t, dial())
		}
		want := func(w server.SessionEvents) {
			t.Helper()
			synctest.Wait()
			if got := s.Stats().SessionEvents; got != w {
				t.Errorf("%+v, want %+v", got, w)
			}
		}
		want(server.SessionEvents{Created: 4})
		all[0].ok(wire.OpCloseSession, &wire.Empty{}, nil)
		want(server.SessionEvents{Created: 4, Closed: 1})
		if !s.ExpireSession(all[1].session.SessionID) {
			t.Error("no session to expire")
		}
		want(server.SessionEvents{Created: 4, Closed: 1, Expired: 1})
		all[2].nc.Close()
		time.Sleep(15 * time.Second)
		want(server.SessionEvents{Created: 4, Closed: 1, Expired: 3}) // neither had asked for anything
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if err := s.Start(t.Context()); err != nil {
			t.Error(err)
		}
		connect(t, dial())
		want(server.SessionEvents{Created: 5, Closed: 1, Expired: 3})
	})
}

// What waits for the apply stage is outstanding, and takes its time.
func TestLatencyIsCounted(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		release := s.Hold()
		c.send(wire.OpExists, read("/"))
		c.send(wire.OpCreate, create("/a", "", wire.Persistent))
		time.Sleep(7 * time.Millisecond)
		synctest.Wait()
		if got := s.Stats().Outstanding; got != 2 {
			t.Errorf("%d outstanding", got)
		}
		release()
		c.recv()
		c.recv()
		got := s.Stats()
		const took = 7 * time.Millisecond
		reads := server.Latency{Count: 1, Total: took, Min: took, Max: took, P50: took, P90: took, P95: took, P99: took}
		updates := server.Latency{Count: 2, Total: took, Max: took, P90: took, P95: took, P99: took} // the session took no time
		if got.Reads != reads || got.Updates != updates || got.Outstanding != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// refused checks that nobody serves at an address: the reset comes while the client connects, or right after.
func refused(t *testing.T, addr string) {
	t.Helper()
	nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
	if err == nil {
		closedAtOnce(t, nc)
	} else if !errors.Is(err, syscall.ECONNRESET) {
		t.Error(err)
	}
}

func TestRefuseConnections(t *testing.T) {
	s := start(t, server.WithFourLetterWords("*"))
	c := connect(t, dialTCP(t, s.Addr()))
	s.RefuseConnections(true)
	for range 3 {
		refused(t, s.Addr())
	}
	c.mk("/served-on")
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	refused(t, s.Addr())
	s.RefuseConnections(false)
	again := newRaw(t, dialTCP(t, s.Addr()))
	again.resume(c)
	again.stat("/served-on")
	if got := s.Stats(); got.Refused != 4 || got.Accepted != 2 || got.Connections != 1 {
		t.Errorf("%+v", got)
	}
	if mntr := say(t, dialTCP(t, s.Addr()), "mntr"); !strings.Contains(mntr, "zk_connection_rejected\t0\n") {
		t.Error("counted among those above a limit")
	}
}

// A namespace is told with the bytes that Apache would tell, and what is too much is not told.
func TestNamespacesAreBounded(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		const most = 1000
		for i := range most + 10 {
			c.mk(fmt.Sprintf("/n%d", i))
		}
		c.mk("/n3/ü€")
		mntr := strings.Split(say(t, dial(), "mntr"), "\n")
		told := 0
		for _, line := range mntr {
			if strings.HasPrefix(line, "zk_cnt_") && strings.Contains(line, "_write_per_namespace") {
				told++
			}
		}
		if told != most || !slices.Contains(mntr, "zk_sum_n3_write_per_namespace\t9") {
			t.Errorf("%d namespaces", told)
		}
	}, server.WithFourLetterWords("*"))
}
