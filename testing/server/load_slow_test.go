package server_test

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// Forty clients ask for 6 MiB each and read nothing. What waits for them stays within twice the limit, since who has
// something to read is not read from, and is closed where that is not enough; and all of it goes with their sessions.
func TestWhatWaitsForClientsIsBounded(t *testing.T) {
	const limit = 8 << 20
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		good := connect(t, dial())
		good.ok(wire.OpCreate, create("/big", strings.Repeat("x", 100<<10), 0), nil)
		var b []byte
		for i := range int32(64) {
			b = wire.AppendRequest(b, i, wire.OpGetData, read("/big"))
		}
		const n = 40
		bad := make([]*raw, n)
		for i := range bad {
			bad[i] = connect(t, dial())
			bad[i].write(b)
			if i%10 == 0 {
				synctest.Wait()
			}
			if got := s.Queued(); got > 2*limit+100<<10 {
				t.Fatalf("%d bytes wait for %d clients, want at most twice %d", got, i+1, limit)
			}
			good.ok(wire.OpGetData, read("/big"), nil)
		}
		synctest.Wait()
		open, queued := s.Stats().Connections, s.Queued()
		if open <= 1 || queued < limit/2 || queued > 2*limit {
			t.Errorf("%d connections, %d bytes", open, queued)
		}
		t.Logf("%d bytes wait for %d clients", queued, open-1)
		for range 4 {
			time.Sleep(4 * time.Second)
			good.ok(wire.OpGetData, read("/big"), nil)
		}
		synctest.Wait()
		if got := s.Stats().Connections; got != 1 || s.Queued() != 0 || s.Outstanding() != 0 {
			t.Errorf("%d connections, %d bytes, %d requests", got, s.Queued(), s.Outstanding())
		}
	}, server.WithMaxQueued(limit))
}

// A client that reads slowly is not one that does not read: near the limit it is served, only not ahead of what it reads.
func TestSlowReadersAreServedNearTheLimit(t *testing.T) {
	const limit = 2 << 20
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		stuck, slow := connect(t, dial()), connect(t, dial())
		slow.ok(wire.OpCreate, create("/big", strings.Repeat("x", 100<<10), 0), nil)
		var b []byte
		for i := range int32(16) {
			b = wire.AppendRequest(b, i, wire.OpGetData, read("/big"))
		}
		stuck.write(b)
		synctest.Wait()
		if got := s.Queued(); got < limit/2 {
			t.Fatalf("%d bytes", got)
		}
		for range 4 {
			slow.write(b)
		}
		for i := range int32(64) {
			time.Sleep(100 * time.Millisecond)
			synctest.Wait()
			if got := s.Queued(); got > limit {
				t.Fatalf("%d bytes after %d replies", got, i)
			}
			if r := slow.recv(); r.Xid != i%16 || r.Err != wire.OK {
				t.Fatalf("reply %d: %+v", i, r.ReplyHeader)
			}
		}
	}, server.WithMaxQueued(limit))
}

// Events come unasked, so only closing helps against a client that keeps its session alive and does not read them.
func TestEventsThatNobodyReads(t *testing.T) {
	const limit = 1 << 20
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		good := connect(t, dial())
		good.mk("/n")
		for range 4 {
			c := connect(t, dial())
			c.ok(wire.OpAddWatch, addWatch("/n", wire.AddPersistent), nil)
			go func() {
				for {
					if _, err := c.nc.Write(wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{})); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			}()
		}
		ops := make([]wire.MultiOp, 1000)
		for i := range ops {
			ops[i] = op(wire.OpSetData, set("/n", "", -1))
		}
		for range 40 {
			good.ok(wire.OpMulti, multi(ops...), nil)
			if got := s.Queued(); got > 3*limit { // twice, and what one transaction brings
				t.Fatalf("%d bytes", got)
			}
		}
		synctest.Wait()
		if got := s.Stats().Connections; got != 1 || s.Queued() != 0 {
			t.Errorf("%d connections, %d bytes", got, s.Queued())
		}
		time.Sleep(2 * time.Second) // until the last ping has failed
	}, server.WithMaxQueued(limit))
}

// A thousand clients announce a frame of a mebibyte, send a little of it and stop. An announcement costs nothing; who does so
// in a session loses it, who has none is closed before.
func TestHalfFrames(t *testing.T) {
	const n = 1000
	for name, test := range map[string]struct {
		shaken bool
		gone   time.Duration
	}{"in the handshake": {false, 20 * time.Second}, "in a session": {true, 12 * time.Second}} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
				before := memory()
				half := append(wire.AppendInt32(nil, wire.MaxFrame), make([]byte, 100)...)
				for range n {
					var c *raw
					if test.shaken {
						c = connect(t, dial())
					} else {
						c = newRaw(t, dial())
					}
					c.write(half)
				}
				synctest.Wait()
				cost(t, "client that stopped inside a frame", n, before, 2*perSession)
				if got := s.Stats().Connections; got != n {
					t.Errorf("%d connections", got)
				}
				time.Sleep(test.gone)
				synctest.Wait()
				if got := s.Stats(); got.Connections != 0 || len(s.Sessions()) != 0 {
					t.Errorf("%d sessions, %+v", len(s.Sessions()), got)
				}
			}, server.WithMaxClientConns(0))
		})
	}
}

// What has come of a frame takes no more than four times its size.
func TestHalfFramesTakeWhatHasCome(t *testing.T) {
	const n, sent = 50, 300 << 10
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		half := append(wire.AppendInt32(nil, wire.MaxFrame), make([]byte, sent)...)
		before := memory()
		for range n {
			connect(t, dial()).write(half)
		}
		synctest.Wait()
		cost(t, "client that stopped inside a frame of which 300 KiB had come", n, before, 4*sent)
	})
}

// A client that sends one byte at a time gets what others get, in two sessions of the same requests on two new servers.
func TestOneByteAtATime(t *testing.T) {
	q := fresh(10000)
	b := wire.AppendFrame(nil, &q)
	for i, r := range []struct {
		op   wire.Op
		body wire.Record
	}{
		{wire.OpAuth, digest("ann:secret")}, {wire.OpCreate2, create("/a", "data", wire.Persistent)}, {wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive)},
		{wire.OpMulti, multi(op(wire.OpSetData, set("/a", "x", -1)), op(wire.OpDelete, version("/a", 1)))}, {wire.OpGetChildren2, read("/")},
		{wire.OpPing, &wire.Empty{}}, {wire.OpCloseSession, &wire.Empty{}},
	} {
		b = wire.AppendRequest(b, int32(i), r.op, r.body)
	}
	replies := func(size int) (all []byte) {
		virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
			c := newRaw(t, dial())
			for at := 0; at < len(b); at += size {
				c.write(b[at:min(at+size, len(b))])
				synctest.Wait() // the server has taken it
			}
			var got bytes.Buffer
			_, _ = got.ReadFrom(c.nc) // until the server closes the connection
			all = got.Bytes()
		})
		return all
	}
	whole, bytewise := replies(len(b)), replies(1)
	if len(whole) < 300 || !bytes.Equal(whole, bytewise) {
		t.Errorf("%d bytes at once, %d one by one:\n%x\n%x", len(whole), len(bytewise), whole, bytewise)
	}
}

// A short request cannot ask for an endless reply.
func TestAMultiReadIsBounded(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.ok(wire.OpCreate, create("/big", strings.Repeat("x", 1<<19), 0), nil)
		for n, want := range map[int]wire.Code{100: wire.OK, 20000: wire.SystemError} {
			ops := make([]wire.MultiOp, n)
			for i := range ops {
				ops[i] = op(wire.OpGetData, read("/big"))
			}
			if got := c.call(wire.OpMultiRead, multi(ops...)); got.Err != want || got.Err == wire.OK && len(got.body) < n<<19 {
				t.Errorf("%d reads: %v, %d bytes", n, got.Err, len(got.body))
			}
		}
		c.ok(wire.OpExists, read("/big"), nil)
	})
}
