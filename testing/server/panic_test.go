package server

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// victim is a connection that hears what becomes of its requests.
type victim struct {
	replies chan request.Reply
	aborted chan struct{}
}

func (*victim) IDs() []auth.ID              { return nil }
func (v *victim) Send(r request.Reply) bool { v.replies <- r; return false }
func (*victim) Flush()                      {}
func (v *victim) Abort()                    { close(v.aborted) }

// begin starts a server that ends with the test, and makes a session that no connection has.
func begin(t *testing.T, opts ...Option) (s *Server, r *run, session int64) {
	t.Helper()
	s, err := New(opts...)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s, s.current(), s.served().sessions.Create(s.cfg.maxTimeout, s.now(), nil)
}

// A record of the right type that is nil stands for whatever mistake may make a stage panic.
func TestAPanicCostsOneConnection(t *testing.T) {
	var log bytes.Buffer
	s, r, session := begin(t, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	for _, q := range []request.Request{
		{Op: wire.OpSetACL, Body: (*wire.SetACLRequest)(nil)},
		{Op: wire.OpGetData, Body: (*wire.PathWatchRequest)(nil)},
	} {
		bad := &victim{make(chan request.Reply, 2), make(chan struct{})}
		good := &victim{make(chan request.Reply, 2), make(chan struct{})}
		q.From, q.Session = bad, session
		last := s.served().tree.LastZxid()
		if !r.submit([]request.Request{q, {From: good, Session: session, Op: wire.OpExists, Body: &wire.PathWatchRequest{Path: "/"}}}) {
			t.Fatal("the server is gone")
		}
		<-bad.aborted
		if reply := <-good.replies; reply.Err != wire.OK || reply.Zxid < last {
			t.Errorf("%v: the next request got %+v", q.Op, reply)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(log.String(), "panic while serving"); lines != 2 {
		t.Errorf("%d lines in the log:\n%s", lines, log.String())
	}
}
