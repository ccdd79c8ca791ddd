package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// trap is a listener whose connections panic where they are told to, in the goroutine that called.
type trap struct {
	net.Listener
	mu   sync.Mutex // guards next
	next string     // what the next connection does not survive
}

func (l *trap) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	l.mu.Lock()
	defer l.mu.Unlock()
	at := l.next
	l.next = ""
	return &trapped{nc, at}, err
}

func (l *trap) set(at string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = at
}

// trapped stands in for a mistake in the code of readers and writers: both call it.
type trapped struct {
	net.Conn
	at string
}

func (c *trapped) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.at == "read" || c.at == "later read" && bytes.Contains(b[:n], []byte("/trap")) {
		panic("in read")
	}
	return n, err
}

func (c *trapped) Write(b []byte) (int, error) {
	if c.at == "write" {
		panic("in write")
	}
	return c.Conn.Write(b)
}

// A panic in one of a connection's own goroutines ends it, with a line in the log, and nothing else.
func TestAPanicInAConnectionsGoroutines(t *testing.T) {
	log := new(lines)
	network := fault.NewNetwork()
	l := new(trap)
	s, err := New(WithAddr("zk:2181"), WithLogger(slog.New(slog.NewTextHandler(log, nil))),
		WithListen(func(net_, addr string) (net.Listener, error) {
			ln, err := network.Listen(net_, addr)
			l.Listener = ln
			return l, err
		}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Kill()
	dial := func() net.Conn {
		t.Helper()
		nc, err := network.Dial("tcp", s.Addr(), 0)
		if err != nil {
			t.Fatal(err)
		}
		return nc
	}
	hello := wire.AppendFrame(nil, &wire.ConnectRequest{Timeout: 30000, Passwd: make([]byte, 16)})
	good := dial()
	frames := wire.NewFrameReader(good, 1<<20)
	served := func() {
		t.Helper()
		if _, err := good.Write(wire.AppendRequest(nil, 1, wire.OpSync, &wire.PathRequest{Path: "/"})); err != nil {
			t.Fatal(err)
		}
		if _, err := frames.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := good.Write(hello); err != nil {
		t.Fatal(err)
	}
	if _, err := frames.Next(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"read", "later read", "write"} {
		l.set(at)
		bad := dial()
		_, _ = bad.Write(wire.AppendRequest(hello, 1, wire.OpExists, &wire.PathWatchRequest{Path: "/trap", Watch: true})) // it may be gone by then
		if _, err := io.Copy(io.Discard, bad); err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: %v", at, err)
		}
		served()
	}
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := log.String(); strings.Count(got, "panic while serving a connection") != 3 {
		t.Errorf("the log:\n%s", got)
	}
	if open, left := s.counters.Open.Load(), s.counters.Outstanding.Load(); open != 0 || left != 0 {
		t.Errorf("%d connections, %d requests", open, left)
	}
}

// mine is a connection that panics where it is told to.
type mine struct{ at string }

func (m mine) IDs() []auth.ID {
	if m.at == "IDs" {
		panic("in IDs")
	}
	return nil
}

func (m mine) Send(request.Reply) bool {
	if m.at == "Send" {
		panic("in Send")
	}
	return false
}

func (mine) Flush() {}
func (mine) Abort() {}

// History is whole after a panic, wherever in the two stages it was: what was applied is there, zxids only grow, and what comes
// later is numbered on. The requests are those of a client that is served between all panics.
func TestHistoryIsWholeAfterAPanic(t *testing.T) {
	s, r, session := begin(t)
	good := &victim{make(chan request.Reply, 1), make(chan struct{})}
	ask := func(from request.Origin, op wire.Op, body wire.Record) {
		t.Helper()
		if !r.submit([]request.Request{{From: from, Session: session, Op: op, Body: body}}) {
			t.Fatal("the server is gone")
		}
	}
	made := func(mode wire.CreateMode) wire.Record {
		return &wire.CreateRequest{Path: "/n", ACL: wire.OpenACL, Mode: mode}
	}
	last, children := int64(0), 0
	next := func(after string) {
		t.Helper()
		ask(good, wire.OpCreate, made(wire.PersistentSequential))
		reply := <-good.replies
		want := fmt.Sprintf("/n%010d", children)
		if reply.Err != wire.OK || reply.Zxid <= last || reply.Body.(*wire.PathResponse).Path != want {
			t.Fatalf("after a panic in %s: %+v %+v, want %s after zxid %d", after, reply, reply.Body, want, last)
		}
		children++
		last = reply.Zxid
		if got := s.tree.LastZxid(); got != last {
			t.Errorf("after a panic in %s: the tree is at %d, the reply at %d", after, got, last)
		}
	}
	next("nothing")
	for round := range 3 {
		ask(mine{}, wire.OpSetACL, (*wire.SetACLRequest)(nil))
		next("prep")
		ask(mine{}, wire.OpMulti, &wire.MultiRequest{Ops: []wire.MultiOp{
			{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: "/half", ACL: wire.OpenACL}}, {Op: wire.OpSetData, Body: (*wire.SetDataRequest)(nil)},
		}})
		next("prep, with half a transaction prepared")
		ask(mine{}, wire.OpGetData, (*wire.PathWatchRequest)(nil))
		next("a read")
		ask(mine{at: "Send"}, wire.OpCreate, made(wire.PersistentSequential))
		children++ // made, though nobody could be told
		next("a reply")
		ask(mine{at: "IDs"}, wire.OpGetChildren, &wire.PathWatchRequest{Path: "/", Watch: true})
		ask(mine{}, wire.OpCreate, made(wire.PersistentSequential))
		children++
		next(fmt.Sprint("an event, round ", round))
	}
	if _, half := s.tree.Lookup("/half"); half {
		t.Error("half a transaction was applied")
	}
}

// lines is a log that may be written to by several goroutines.
type lines struct {
	mu sync.Mutex // guards b
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
