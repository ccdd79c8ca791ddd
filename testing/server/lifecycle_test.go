package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func TestStopAnswersWhatItHasReceived(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		const n = 1000
		var b []byte
		for i := range int32(n) {
			b = wire.AppendRequest(b, i, wire.OpCreate, create("/n", "", wire.PersistentSequential))
		}
		c.write(b)
		synctest.Wait() // now it has received them
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i := range int32(n) {
			if r := c.recv(); r.Xid != i || r.Err != wire.OK {
				t.Fatalf("reply %d: %+v", i, r)
			}
		}
		c.gone()
		if got := s.Stats(); got.LastZxid != n+1 || got.Connections != 0 || got.Requests["create"] != n {
			t.Errorf("%+v", got)
		}
		if _, err := s.Sessions(), s.Stop(t.Context()); err != nil {
			t.Errorf("stopped again: %v", err)
		}
	})
}

// A client that never reads holds Stop up, but no longer than its context.
func TestStopIsBounded(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		c.ok(wire.OpCreate, create("/big", strings.Repeat("x", 1<<19), 0), nil)
		var b []byte
		for i := range int32(16) {
			b = wire.AppendRequest(b, i, wire.OpGetData, read("/big"))
		}
		c.write(b)
		synctest.Wait()
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("enough"))
		defer cancel()
		begin := time.Now()
		err := s.Stop(ctx)
		if took := time.Since(begin); took != time.Second || err == nil || !strings.Contains(err.Error(), "enough") {
			t.Errorf("after %v: %v", took, err)
		}
	})
}

func TestKillAnswersNothing(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, idle, half := connect(t, dial()), connect(t, dial()), newRaw(t, dial())
		half.write([]byte{0})
		synctest.Wait()
		c.send(wire.OpGetData, read("/"))
		s.Kill()
		for name, c := range map[string]*raw{"busy": c, "idle": idle, "half": half} {
			_, err := c.nc.Read(make([]byte, 1))
			if name != "busy" && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%s: %v, want a reset", name, err)
			}
		}
		s.Kill() // and again does nothing
		if got := s.Stats().Connections; got != 0 {
			t.Errorf("%d connections", got)
		}
	})
}

func TestTheServerComesBack(t *testing.T) {
	for name, end := range map[string]func(*server.Server) error{
		"Stop": func(s *server.Server) error { return s.Stop(context.Background()) },
		"Kill": func(s *server.Server) error { s.Kill(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
				c := connect(t, dial())
				c.ok(wire.OpCreate, create("/e", "", wire.Ephemeral), nil)
				zxid := c.ok(wire.OpExists, watch("/e"), nil).Zxid
				for range 3 {
					addr := s.Addr()
					if err := end(s); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Hour) // nothing expires while the server is down
					if err := s.Start(t.Context()); err != nil {
						t.Fatal(err)
					}
					if s.Addr() != addr {
						t.Fatalf("at %s, was at %s", s.Addr(), addr)
					}
					time.Sleep(9 * time.Second) // the session has its whole timeout again
					again := newRaw(t, dial())
					again.resume(c)
					if got := again.ok(wire.OpSetData, set("/e", "x", -1), nil).Zxid; got != zxid+1 {
						t.Errorf("zxid %d, want %d", got, zxid+1)
					}
					zxid++
					if e := again.take(); len(e) != 0 {
						t.Errorf("a watch outlived its connection: %v", e)
					}
				}
				time.Sleep(13 * time.Second)
				if n := len(s.Sessions()); n != 0 {
					t.Errorf("%d sessions", n)
				}
			})
		})
	}
}

func TestStartTwice(t *testing.T) {
	s := start(t)
	if err := s.Start(t.Context()); !errors.Is(err, server.ErrStarted) {
		t.Errorf("%v", err)
	}
}

func TestTheAddressIsKept(t *testing.T) {
	s, err := server.New()
	if err != nil {
		t.Fatal(err)
	}
	if s.Addr() != "127.0.0.1:0" {
		t.Errorf("%s", s.Addr())
	}
	var addr string
	for i := range 3 {
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if i > 0 && s.Addr() != addr || strings.HasSuffix(s.Addr(), ":0") {
			t.Errorf("%s, was %s", s.Addr(), addr)
		}
		addr = s.Addr()
		connect(t, dialTCP(t, addr)).ok(wire.OpPing, &wire.Empty{}, nil)
		s.Kill()
	}
}

func TestStartFails(t *testing.T) {
	taken := start(t)
	s, err := server.New(server.WithAddr(taken.Addr()))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err == nil || !strings.Contains(err.Error(), taken.Addr()) {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Start(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	s.Kill()
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestOptions(t *testing.T) {
	for name, opt := range map[string]server.Option{
		"no port": server.WithAddr("localhost"), "no listener": server.WithListen(nil), "no tick": server.WithTick(0), "no logger": server.WithLogger(nil),
		"timeouts turned round": server.WithSessionTimeouts(2*time.Second, time.Second), "no timeout": server.WithSessionTimeouts(0, time.Second),
		"a small frame": server.WithMaxFrame(10), "a negative frame": server.WithMaxFrame(-1),
		"no check": server.WithContainerCheck(0, 1), "no removals": server.WithContainerCheck(time.Second, 0), "unused, negative": server.WithContainerMaxNeverUsed(-1),
	} {
		if s, err := server.New(server.WithID(3), opt); err == nil || s != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := server.New(server.WithExtendedTypes(true), server.WithID(255)); err == nil {
		t.Error("sessions and times to live get the same owners")
	}
	_, err := server.New(server.WithTick(-1), server.WithMaxFrame(0))
	if err == nil || !strings.Contains(err.Error(), "tick") || !strings.Contains(err.Error(), "frames") {
		t.Errorf("%v", err)
	}
}

func TestOptionsCount(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := newRaw(t, dial())
		c.handshake(wire.ConnectRequest{Timeout: 1})
		if c.session.Timeout != 300 {
			t.Errorf("timeout %d", c.session.Timeout)
		}
		if lived := c.until(time.Now()); lived <= 300*time.Millisecond || lived > 400*time.Millisecond {
			t.Errorf("lived for %v", lived)
		}
		c = connect(t, dial())
		if c.session.Timeout != 5000 {
			t.Errorf("timeout %d", c.session.Timeout)
		}
		c.write(wire.AppendInt32(nil, 2049))
		c.gone()
	}, server.WithTick(100*time.Millisecond), server.WithSessionTimeouts(300*time.Millisecond, 5*time.Second), server.WithMaxFrame(2048))
}

// A client that keeps asking and never reads is closed at the latest when its session expires, and meanwhile slows nobody down.
func TestAClientThatDoesNotRead(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c, other := connect(t, dial()), connect(t, dial())
		c.ok(wire.OpCreate, create("/big", strings.Repeat("x", 1<<17), 0), nil)
		go func() {
			for i := int32(0); ; i++ {
				if _, err := c.nc.Write(wire.AppendRequest(nil, i, wire.OpGetData, read("/big"))); err != nil {
					return
				}
			}
		}()
		for range 4 {
			time.Sleep(4 * time.Second)
			other.ok(wire.OpExists, read("/big"), nil)
		}
		if got := s.Stats(); got.Connections != 1 || got.Requests["getData"] > 500 {
			t.Errorf("%+v", got)
		}
	})
}

// Who closes the sending half and waits gets an end, not a hang.
func TestHalfClosedConnections(t *testing.T) {
	s := start(t)
	c := connect(t, dialTCP(t, s.Addr()))
	if err := c.nc.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_ = c.nc.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadAll(c.nc); err != nil {
		t.Error(err)
	}
}
