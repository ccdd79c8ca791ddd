package server_test

import (
	"net"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// What a znode with 16 bytes of data and a short name may cost: itself, its path, its data, and its entries in the tree's map and
// its parent's.
const perZnode = 1 << 10

// huge makes a parent with n children, of which the client owns one in ten, and checks that it can be read and lived with, and what it
// costs. All is left behind.
func huge(tb testing.TB, n int, dial func() net.Conn) {
	tb.Helper()
	c, other := connect(tb, dial()), connect(tb, dial())
	c.mk("/parent")
	before := memory()
	grow(c, "/parent/child", n-n/10, wire.Persistent)
	cost(tb, "znode", n-n/10, before, perZnode)
	before = memory()
	grow(c, "/parent/own", n/10, wire.Ephemeral)
	cost(tb, "ephemeral", n/10, before, perZnode+perZnode/2)

	// The largest replies are far longer than any request may be: it is for the client to set a limit to those.
	before = memory()
	for range 3 {
		var children wire.GetChildren2Response
		c.ok(wire.OpGetChildren2, read("/parent"), &children)
		if len(children.Children) != n || children.Stat.NumChildren != int32(n) {
			tb.Errorf("%d children, and %d in the stat", len(children.Children), children.Stat.NumChildren)
		}
		var own wire.GetChildrenResponse
		c.ok(wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: "/parent"}, &own)
		if len(own.Children) != n/10 {
			tb.Errorf("%d ephemerals", len(own.Children))
		}
		var number wire.GetAllChildrenNumberResponse
		c.ok(wire.OpGetAllChildrenNumber, at("/parent"), &number)
		if number.Number != int32(n) {
			tb.Errorf("%d in all", number.Number)
		}
		other.ok(wire.OpSetData, set(numbered("/parent/child", 0), "x", -1), nil)
	}
	cost(tb, "long reply", 9, before, 2<<20+int64(n)*4) // buffers that the client keeps

	// And the end of a session that owns so much is one transaction.
	zxid := other.ok(wire.OpPing, &wire.Empty{}, nil).Zxid
	c.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	if got := other.ok(wire.OpPing, &wire.Empty{}, nil).Zxid; got != zxid+1 {
		tb.Errorf("zxid %d, want %d", got, zxid+1)
	}
	if left := other.stat("/parent").NumChildren; left != int32(n-n/10) {
		tb.Errorf("%d children left", left)
	}
}

func TestALargeTree(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) { huge(t, 100_000, dial) })
}

// BenchmarkLoad is what takes too long for every test run.
func BenchmarkLoad(b *testing.B) {
	b.Run("a million znodes", func(b *testing.B) {
		for range b.N {
			s, err := server.New(server.WithSessionTimeouts(time.Hour, time.Hour))
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Start(b.Context()); err != nil {
				b.Fatal(err)
			}
			huge(b, 1_000_000, func() net.Conn { return dialTCP(b, s.Addr()) })
			s.Kill()
		}
	})
}
