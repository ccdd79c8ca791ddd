package server_test

import (
	"bytes"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// logged is a log that a test can read.
type logged struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.b.Reset()
	return l.b.String()
}

func TestBadInputCostsOneConnectionAndOneLine(t *testing.T) {
	log := new(logged)
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		other := connect(t, dial())
		for name, b := range map[string][]byte{
			"a length too long":    {0x00, 0x10, 0x00, 0x00},
			"a negative length":    {0x80, 0, 0, 0, 1, 2, 3},
			"an empty frame":       {0, 0, 0, 0},
			"half a header":        {0, 0, 0, 4, 1, 2, 3, 4},
			"an auth without end":  wire.AppendRequest(nil, -4, wire.OpAuth, record("\x00\x00")),
			"an unknown operation": wire.AppendRequest(nil, 1, 4711, record("")),
			"a refused identity":   wire.AppendRequest(nil, -4, wire.OpAuth, &wire.AuthRequest{Scheme: "nope"}),
		} {
			c := connect(t, dial())
			log.take()
			c.write(b)
			_ = c.nc.SetReadDeadline(time.Time{})
			for {
				if _, err := c.nc.Read(make([]byte, 100)); err != nil {
					break
				}
			}
			synctest.Wait()
			if lines := log.take(); strings.Count(lines, "\n") != 1 {
				t.Errorf("%s: %q", name, lines)
			}
			other.ok(wire.OpExists, read("/"), nil)
			again := newRaw(t, dial())
			again.resume(c)
			again.ok(wire.OpCloseSession, &wire.Empty{}, nil)
			again.gone()
		}
	}, server.WithLogger(slog.New(slog.NewTextHandler(log, nil))))
}

// FuzzSocket throws bytes at a server: as they are, behind a handshake, and as the body of every operation. Whatever they do to
// their own connection, the next one must be served, and the tree's own znodes must be there.
func FuzzSocket(f *testing.F) {
	q := fresh(10000)
	f.Add([]byte("ruok"), true)
	f.Add(wire.AppendFrame(nil, &q), true)
	f.Add(wire.AppendRequest(wire.AppendFrame(nil, &q), 1, wire.OpCreate, create("/a", "x", wire.EphemeralSequential)), true)
	for _, script := range scripts {
		var all []byte
		for i, st := range script.steps {
			all = wire.AppendRequest(all, int32(i), st.op, st.body)
		}
		f.Add(all, false)
	}
	network := fault.NewNetwork() // a fuzzer would use up all ports of a real one
	sv, err := server.New(server.WithAddr("zk:2181"), server.WithListen(network.Listen))
	if err != nil {
		f.Fatal(err)
	}
	if err := sv.Start(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(sv.Kill)
	dial := func(t *testing.T) net.Conn {
		t.Helper()
		nc, err := network.Dial("tcp", sv.Addr(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return nc
	}
	f.Fuzz(func(t *testing.T, b []byte, bare bool) {
		var c *raw
		if bare {
			c = newRaw(t, dial(t))
		} else {
			c = connect(t, dial(t))
			c.ok(wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive), nil)
		}
		done := make(chan struct{})
		go func() { // read, so that the server never waits for this client
			defer close(done)
			for {
				if _, err := c.nc.Read(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}()
		_, _ = c.nc.Write(b) // it may be closed already
		_ = c.nc.(interface{ CloseWrite() error }).CloseWrite()
		<-done
		ctl := connect(t, dial(t))
		ctl.ok(wire.OpGetACL, at("/zookeeper/config"), nil)
		ctl.ok(wire.OpGetChildren2, read("/zookeeper"), nil)
		ctl.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	})
}
