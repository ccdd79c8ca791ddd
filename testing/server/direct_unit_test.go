package server

import (
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// tally is a connection that counts its replies.
type tally struct{ ok int }

func (*tally) IDs() []auth.ID { return nil }
func (*tally) Flush()         {}
func (*tally) Abort()         {}

func (c *tally) Send(r request.Reply) bool {
	if r.Err == wire.OK {
		c.ok++
	}
	return false
}

// Nothing that is asked for directly, and nothing else, may wait or allocate behind the reader.
func TestDirect(t *testing.T) {
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Kill()
	r, from := s.current(), &tally{}
	session := r.sessions.Create(s.cfg.maxTimeout, s.now(), nil)
	ask := func(op wire.Op, body wire.Record) request.Request {
		return request.Request{From: from, Session: session, Op: op, Body: body}
	}
	path := &wire.PathWatchRequest{Path: "/"}
	get, exists := ask(wire.OpGetData, path), ask(wire.OpExists, path)

	for name, batch := range map[string][]request.Request{
		"a write":           {ask(wire.OpSetData, &wire.SetDataRequest{Path: "/", Version: -1})},
		"one among reads":   {get, ask(wire.OpDelete, &wire.PathVersionRequest{Path: "/"}), get},
		"sync":              {ask(wire.OpSync, &wire.PathRequest{Path: "/"})},
		"a refused one":     {{From: from, Session: session, Op: wire.OpGetData, Refused: wire.MarshallingError}},
		"the end":           {{From: from, Session: session, Gone: true}},
		"an unknown one":    {ask(wire.Op(99), nil)},
		"an internal one":   {ask(wire.OpCreateSession, &wire.CreateSessionRequest{})},
		"the session's end": {ask(wire.OpCloseSession, &wire.Empty{})},
	} {
		if r.direct(batch) || from.ok != 0 {
			t.Errorf("%s was answered directly", name)
		}
	}

	release := s.Hold()
	if r.direct([]request.Request{get}) {
		t.Error("the apply stage is at work, and the reader does not wait for it")
	}
	release()
	r.turn.Lock()   // until Hold is over
	r.turn.Unlock() //nolint:staticcheck // nothing is to be done meanwhile

	batch := []request.Request{get, exists, get, ask(wire.OpPing, &wire.Empty{})}
	if allocs := testing.AllocsPerRun(100, func() {
		if !r.direct(batch) {
			t.Error("reads, and nobody else")
		}
	}); allocs != 0 || from.ok != 101*len(batch) {
		t.Errorf("%v allocations, %d replies", allocs, from.ok)
	}
}
