package server_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// closedAtOnce checks that the server closes a connection without a word.
func closedAtOnce(t *testing.T, nc net.Conn) {
	t.Helper()
	defer nc.Close()
	_ = nc.SetReadDeadline(time.Now().Add(patience / 2)) // who only waits would be closed after patience
	if n, err := nc.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestConnectionsPerHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork()
		s := start(t, server.WithAddr("zk:2181"), server.WithListen(network.Listen), server.WithMaxClientConns(2), server.WithMaxConns(5),
			server.WithFourLetterWords("*"))
		dial := func(host string) net.Conn {
			t.Helper()
			nc, err := network.Host(host).Dial("tcp", s.Addr(), 0)
			if err != nil {
				t.Fatal(err)
			}
			return nc
		}
		first, second := connect(t, dial("a")), newRaw(t, dial("a"))
		synctest.Wait()
		closedAtOnce(t, dial("a"))
		closedAtOnce(t, dial("a"))
		others := []*raw{connect(t, dial("b")), connect(t, dial("b"))}
		closedAtOnce(t, dial("b"))
		first.ok(wire.OpPing, &wire.Empty{}, nil)

		// A probe is a connection like the others, and there can be one more in all.
		if got := say(t, dial("c"), "ruok"); got != "imok" {
			t.Errorf("%q", got)
		}
		fifth := connect(t, dial("c"))
		closedAtOnce(t, dial("d"))
		for _, c := range append(others, second) {
			c.nc.Close()
		}
		synctest.Wait()
		if mntr := say(t, dial("a"), "mntr"); !strings.Contains(mntr, "\nzk_connection_rejected\t4\n") || !strings.Contains(mntr, "\nzk_num_alive_connections\t3\n") {
			t.Error(mntr[:600])
		}
		if conf := say(t, dial("a"), "conf"); !strings.Contains(conf, "\nmaxClientCnxns=2\n") {
			t.Error(conf)
		}
		fifth.ok(wire.OpPing, &wire.Empty{}, nil)
		s.DropConnections()
		synctest.Wait()
		connect(t, dial("c"))
		connect(t, dial("c"))
	})
}

// The address is without the port, and who has seen the end of a connection can open the next.
func TestConnectionsPerAddress(t *testing.T) {
	s := start(t, server.WithMaxClientConns(1))
	for range 50 {
		if got := say(t, dialTCP(t, s.Addr()), "srvr"); !strings.Contains(got, "\nConnections: 1\n") {
			t.Fatalf("%q", got)
		}
	}
	connect(t, dialTCP(t, s.Addr()))
	closedAtOnce(t, dialTCP(t, s.Addr()))
	nc := dialTCP(t, s.Addr())
	if _, err := io.WriteString(nc, "srvr"); err != nil {
		t.Log(err) // that early
	}
	closedAtOnce(t, nc)
}

func TestManyConnections(t *testing.T) {
	for name, test := range map[string]struct {
		opts []server.Option
		all  bool
	}{"by default": {nil, false}, "no limit": {[]server.Option{server.WithMaxClientConns(0)}, true}} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
				for range 60 {
					connect(t, dial())
				}
				if !test.all {
					closedAtOnce(t, dial())
					return
				}
				connect(t, dial())
				if n := s.Stats().Connections; n != 61 {
					t.Errorf("%d", n)
				}
			}, test.opts...)
		})
	}
}

// Above the limit, who waits for a reply is not read from; who waits for none is, one request at a time.
func TestGlobalOutstandingLimit(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		greedy, other, pinging := connect(t, dial()), connect(t, dial()), connect(t, dial())
		synctest.Wait() // the handshakes have been accounted for, too
		release := s.Hold()
		received := func() int64 {
			synctest.Wait()
			return s.Stats().PacketsReceived - 3 // the handshakes
		}
		const n = 100
		var b []byte
		for i := range int32(n) {
			b = wire.AppendRequest(b, i+1, wire.OpSetData, set("/", "", -1))
		}
		greedy.write(b)
		if got := received(); got != 5 {
			t.Errorf("%d requests read, want one above the limit", got)
		}
		other.write(b)
		if got := received(); got != 6 {
			t.Errorf("%d requests read, want one of the other client", got)
		}
		for range 3 {
			pinging.write(wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{}))
		}
		if got := received(); got != 9 {
			t.Errorf("%d requests read, want the pings", got)
		}
		release()
		for i := range int32(n) {
			for _, c := range []*raw{greedy, other} {
				if r := c.recv(); r.Xid != i+1 || r.Err != wire.OK {
					t.Fatalf("%+v", r)
				}
			}
		}
		for range 3 {
			pinging.recv()
		}
		if srvr := say(t, dial(), "srvr"); !strings.Contains(srvr, "\nOutstanding: 0\n") {
			t.Errorf("%q", srvr)
		}
	}, server.WithGlobalOutstandingLimit(4))
}

// What is outstanding for a client that has gone is so no more.
func TestOutstandingOfTheDead(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		gone, c := connect(t, dial()), connect(t, dial())
		synctest.Wait() // the handshakes have been accounted for, too
		release := s.Hold()
		for range 10 {
			gone.send(wire.OpGetData, read("/"))
		}
		synctest.Wait()
		if srvr := say(t, dial(), "srvr"); !strings.Contains(srvr, "\nOutstanding: 10\n") {
			t.Errorf("%q", srvr)
		}
		s.DropConnections()
		release()
		synctest.Wait()
		if srvr := say(t, dial(), "srvr"); !strings.Contains(srvr, "\nOutstanding: 0\n") {
			t.Errorf("%q", srvr)
		}
		again := newRaw(t, dial())
		again.resume(c)
		again.ok(wire.OpGetData, read("/"), nil)
	})
}

func TestNegativeLimits(t *testing.T) {
	for _, opt := range []server.Option{server.WithMaxClientConns(-1), server.WithMaxConns(-1), server.WithGlobalOutstandingLimit(-1),
		server.WithMaxQueued(-1)} {
		if _, err := server.New(opt); err == nil {
			t.Error("no error")
		}
	}
}
