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
