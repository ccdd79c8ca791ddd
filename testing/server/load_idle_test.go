package server_test

import (
	"net"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// What an idle session may cost the server: two goroutines with stacks of 2 to 8 KiB, a chunk of 4 KiB to read into, and itself.
const perSession = 32 << 10

// bare is a client that has nothing but its connection.
type bare struct{ nc net.Conn }

// idle connects n clients with sessions of 10 s.
func idle(tb testing.TB, n int, dial func() net.Conn) []bare {
	tb.Helper()
	q := fresh(10000)
	hello := wire.AppendFrame(nil, &q)
	all := make([]bare, n)
	for i := range all {
		all[i].nc = dial()
		tb.Cleanup(func() { _ = all[i].nc.Close() })
		all[i].say(tb, hello, 4+37)
	}
	return all
}

// say writes, and reads a reply of so many bytes.
func (b bare) say(tb testing.TB, out []byte, size int) {
	tb.Helper()
	if _, err := b.nc.Write(out); err != nil {
		tb.Fatal(err)
	}
	for got := 0; got < size; {
		n, err := b.nc.Read(make([]byte, size-got))
		if err != nil {
			tb.Fatal(err)
		}
		got += n
	}
}

// Ten thousand sessions ping for longer than their timeout and stay; those that stop pinging go, with what they own.
func TestTenThousandIdleSessions(t *testing.T) {
	const n = 10000
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		before := memory()
		clients := idle(t, n, dial)
		own := wire.AppendRequest(nil, 1, wire.OpCreate, create("/e", "", wire.EphemeralSequential))
		for _, c := range clients[:n/2] {
			c.say(t, own, 4+wire.ReplyHeaderSize+4+len("/e0000000000"))
		}
		ping := wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{})
		for round := range 6 {
			time.Sleep(4 * time.Second)
			pinging := clients
			if round >= 3 {
				pinging = clients[n/2:]
			}
			for _, c := range pinging {
				c.say(t, ping, 4+wire.ReplyHeaderSize)
			}
			if round == 2 {
				synctest.Wait()
				if got := s.Stats(); got.Connections != n || len(s.Sessions()) != n {
					t.Fatalf("%d sessions, %d connections", len(s.Sessions()), got.Connections)
				}
				cost(t, "idle session, both ends of its connection and an ephemeral", n, before, 2*perSession)
			}
		}
		synctest.Wait()
		if got := s.Stats(); got.Connections != n/2 || len(s.Sessions()) != n/2 || got.Requests["ping"] != 4.5*n {
			t.Errorf("%d sessions, %+v", len(s.Sessions()), got)
		}
		c := connect(t, dial())
		if left := c.stat("/").NumChildren; left != 1 {
			t.Errorf("%d znodes, want no ephemeral", left)
		}
	}, server.WithMaxClientConns(0))
}

// On sockets, where the other end costs the kernel and not this process.
func TestIdleSessionsOnSockets(t *testing.T) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		t.Fatal(err)
	}
	n := int(min(2000, files.Cur/4)) // two files for each, and as many for others
	s := start(t, server.WithMaxClientConns(0))
	dial := func() net.Conn { return dialTCP(t, s.Addr()) }
	idle(t, 10, dial) // what is needed once
	before := memory()
	clients := idle(t, n, dial)
	ping := wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{})
	for range 3 {
		for _, c := range clients {
			c.say(t, ping, 4+wire.ReplyHeaderSize)
		}
	}
	cost(t, "idle session on a socket", n, before, perSession)
	connect(t, dial()).ok(wire.OpExists, read("/"), nil)
}
