package server_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// prey is a server that fuzzers have a go at: the whole of it, with a tree that keeps what they leave there, on a network in
// memory, since they would use up all ports of a real one.
type prey struct {
	*server.Server
	net       *fault.Network
	log       *logged
	at        int64 // goroutines without connections
	bystander *raw
}

func newPrey(f *testing.F) *prey {
	f.Helper()
	p := &prey{net: fault.NewNetwork(), log: new(logged)}
	var err error
	p.Server, err = server.New(server.WithAddr("zk:2181"), server.WithListen(p.net.Listen), server.WithMaxClientConns(0),
		server.WithFourLetterWords("*"), server.WithExtendedTypes(true), server.WithEnforceQuota(true),
		server.WithSessionTimeouts(time.Second, time.Hour), server.WithLogger(slog.New(slog.NewTextHandler(p.log, nil))))
	if err != nil {
		f.Fatal(err)
	}
	if err := p.Start(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(p.Kill)
	p.bystander = newRaw(f, p.dial(f))
	p.bystander.handshake(fresh(3600000))
	p.at = p.Goroutines()
	return p
}

func (p *prey) dial(tb testing.TB) net.Conn {
	tb.Helper()
	nc, err := p.net.Dial("tcp", p.Addr(), 0)
	if err != nil {
		tb.Fatal(err)
	}
	return nc
}

// unharmed checks what must hold whatever a client, which has gone by now, has sent: nothing panicked, another connection is
// served as ever, and no goroutine or request is left of the client. Its session is ended, with its ephemerals.
func (p *prey) unharmed(t *testing.T, sessions ...int64) {
	t.Helper()
	for _, id := range sessions {
		p.ExpireSession(id) // it may be gone by its own wish
	}
	c := p.bystander
	c.t = t
	c.ok(wire.OpSync, at("/"), nil)
	c.ok(wire.OpWhoAmI, &wire.Empty{}, nil)
	for begin := time.Now(); p.Goroutines() != p.at || p.Outstanding() != 0 || p.Queued() != 0; {
		if time.Since(begin) > patience {
			t.Fatalf("%d goroutines, want %d; %d requests are outstanding, %d bytes queued", p.Goroutines(), p.at, p.Outstanding(), p.Queued())
		}
		time.Sleep(20 * time.Microsecond) // the goroutines of a connection that is closed end on their own
	}
	if log := p.log.take(); strings.Contains(log, "panic") {
		t.Fatal(log)
	}
}

// ended reads until the server closes the connection, or until a reply with the xid last, and checks that all it reads are frames
// with a header. A server that neither answers nor closes fails the test.
func ended(t *testing.T, c *raw, last int32) {
	t.Helper()
	_ = c.nc.SetReadDeadline(time.Now().Add(patience))
	for {
		frame, err := c.frames.Next()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("neither an answer nor an end")
		}
		if err != nil {
			return
		}
		var h wire.ReplyHeader
		if err := wire.Unmarshal(frame, &h); err != nil {
			t.Fatalf("reply %x: %v", frame, err)
		}
		if h.Xid == last {
			return
		}
	}
}

// closes sends b and nothing more, and reads whatever comes until the server closes the connection.
func closes(t *testing.T, nc net.Conn, b []byte) {
	t.Helper()
	done := make(chan error, 1)
	_ = nc.SetReadDeadline(time.Now().Add(patience))
	go func() { // read, so that the server never waits for this client
		_, err := io.Copy(io.Discard, nc)
		done <- err
	}()
	_, _ = nc.Write(b) // it may be closed already
	_ = nc.(interface{ CloseWrite() error }).CloseWrite()
	if err := <-done; errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the server does not close the connection")
	}
}

// golden is the requests, each with its length, that real clients sent to a real server.
func golden(tb testing.TB) (frames [][]byte) {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "internal", "wire", "testdata", "golden", "*.txt"))
	if err != nil || len(files) < 3 {
		tb.Fatal(files, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			tb.Fatal(err)
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			word, rest, _ := strings.Cut(lines.Text(), " ")
			if word != "request" {
				continue
			}
			b, err := hex.DecodeString(strings.TrimSpace(rest))
			if err != nil {
				tb.Fatalf("%s: %v", name, err)
			}
			frames = append(frames, b)
		}
	}
	if len(frames) < 30 {
		tb.Fatalf("only %d requests", len(frames))
	}
	return frames
}
