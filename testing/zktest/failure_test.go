package zktest_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// failing is a test that may fail: it keeps what it is told.
type failing struct {
	testing.TB
	cleanups []func()
	failures []string
}

func (f *failing) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }

func (f *failing) Errorf(format string, args ...any) {
	f.failures = append(f.failures, fmt.Sprintf(format, args...))
}

func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(f) // stands for the end of the goroutine
}

func (f *failing) want(t *testing.T, text string) {
	t.Helper()
	if len(f.failures) != 1 || !strings.Contains(f.failures[0], text) {
		t.Errorf("failures %q, want one with %q", f.failures, text)
	}
}

func TestStartThatFailsEndsTheTest(t *testing.T) {
	for text, opt := range map[string]server.Option{
		"no logger": server.WithLogger(nil), "listen": server.WithAddr("127.0.0.1:99999"),
	} {
		f := &failing{TB: t}
		func() {
			defer func() {
				if recover() != any(f) {
					t.Error("the test goes on")
				}
			}()
			zktest.Start(f, opt)
		}()
		f.want(t, text)
	}
}

func TestRestartThatFailsEndsTheTest(t *testing.T) {
	f := &failing{TB: t}
	srv := zktest.Start(f)
	must(t, srv.Stop(t.Context()))
	thief, err := net.Listen("tcp", srv.Addr())
	must(t, err)
	defer thief.Close()
	func() {
		defer func() {
			if recover() != any(f) {
				t.Error("the test goes on")
			}
		}()
		srv.Restart(f)
	}()
	f.want(t, "listen")
}

func TestStopThatFailsFailsTheTest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork(fault.WithWindow(100))
		f := &failing{TB: t}
		srv := zktest.Start(f, server.WithAddr(zktest.ServerAddr), server.WithListen(network.Listen))

		// A client to whom the server cannot finish what it has to say.
		app := network.Host("app")
		conn, err := app.Dial("tcp", srv.Addr(), 0)
		must(t, err)
		t.Cleanup(func() { must(t, conn.Close()) })
		request := wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 40000, Passwd: make([]byte, wire.PasswdSize)})
		for range 10 {
			request = wire.AppendRequest(request, wire.XidPing, wire.OpPing, &wire.Empty{})
		}
		_, err = conn.Write(request)
		must(t, err)
		synctest.Wait()

		for _, cleanup := range f.cleanups {
			cleanup()
		}
		f.want(t, "did not stop cleanly")
	})
}
