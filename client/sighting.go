package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// sighting follows one operation for the hooks. A nil one follows nothing.
type sighting struct {
	c   *Client
	ctx context.Context
	o   *operation

	mu    sync.Mutex // guards what follows
	op    Operation
	tries []*try // of op.Attempts
	last  func() // runs when the only attempt ends, of an operation that nobody waits for
}

// try is an attempt that is under way.
type try struct {
	s    *sighting
	at   int // in the operation's attempts
	call *session.Call
	over bool
}

// see begins to follow an operation, if anybody wants to know.
func (c *Client) see(ctx context.Context, o *operation) *sighting {
	if c.seen == nil {
		return nil
	}
	o.seen = &sighting{c: c, ctx: ctx, o: o, op: Operation{
		Name: o.op.String(), Path: o.path, Write: o.writes(), Watch: o.watch != nil || o.op == wire.OpAddWatch, Start: time.Now(),
	}}
	return o.seen
}

// send makes one attempt.
func (s *sighting) send(send func() *session.Call) *session.Call {
	t := s.begin(send)
	t.call.OnDone(t.done)
	return t.call
}

// share makes one attempt with a request that others may have asked for, too; ended is to be called when it has its answer.
func (s *sighting) share(send func() *session.Call) *session.Call { return s.begin(send).call }

// ended ends the attempt that share made.
func (s *sighting) ended(err error) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tries {
		t.end(err, !over(s.ctx, err) && t.call.Answered())
	}
}

func (s *sighting) begin(send func() *session.Call) *try {
	a := Attempt{Name: s.op.Name, Path: s.op.Path, Session: s.c.Session().ID(), Start: time.Now()}
	call := send()
	s.mu.Lock()
	a.Number = len(s.op.Attempts) + 1
	t := &try{s: s, at: len(s.op.Attempts), call: call}
	s.op.Attempts = append(s.op.Attempts, a)
	s.tries = append(s.tries, t)
	s.mu.Unlock()
	return t
}

// done runs when the answer is there or the connection has gone, on the goroutine that found out.
func (t *try) done() {
	t.s.mu.Lock()
	t.end(t.call.Err(), t.call.Answered())
	last := t.s.last
	t.s.mu.Unlock()
	if last != nil {
		last()
	}
}

// end completes the attempt and tells of it, once. The caller holds the sighting's lock.
func (t *try) end(err error, answered bool) {
	if t.over {
		return
	}
	t.over = true
	s := t.s
	a := &s.op.Attempts[t.at]
	a.Latency = time.Since(a.Start)
	a.Err = translate(err)
	a.Sent = t.call.Size()
	if answered {
		a.Received = t.call.ReplySize()
	}
	switch {
	case err == nil:
		a.Outcome = Done
	case s.op.Write && t.call.Sent() && !answered:
		a.Outcome = Unknown
	}
	told := *a
	s.c.seen.tell(func(h *Hooks) {
		if h.Attempt != nil {
			h.Attempt(s.ctx, told)
		}
	})
}

// end tells how the operation ended. An attempt that is still under way was given up.
func (s *sighting) end(err error) {
	if s == nil {
		return
	}
	if s.o.op == wire.OpExists && errors.Is(err, zk.ErrNoNode) {
		err = nil // Do makes it false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finish(err, func() error { return err })
}

// finish tells how the operation ended; result runs where the hooks do. The caller holds the lock.
func (s *sighting) finish(err error, result func() error) {
	for _, t := range s.tries {
		t.end(bare(err), false)
	}
	op := s.op
	op.Latency = time.Since(op.Start)
	s.c.seen.tell(func(h *Hooks) {
		if h.Operation == nil {
			return
		}
		op := op
		op.Err = result()
		op.Outcome = OutcomeOf(op.Err)
		h.Operation(s.ctx, op)
	})
}

// follow tells the end of an operation that nobody need wait for, when its only attempt ends. decode makes the error of an answer.
func (s *sighting) follow(call *session.Call, decode func() error) {
	if s == nil {
		return
	}
	last := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.last = nil
		err := call.Err()
		if err != nil {
			err = s.o.fail(err, call.Sent() && errors.Is(err, ErrConnectionLoss))
			decode = func() error { return err }
		}
		s.finish(err, decode)
	}
	s.mu.Lock()
	s.op.Async = true
	if len(s.tries) > 0 && !s.tries[0].over {
		s.last = last
		last = nil
	}
	s.mu.Unlock()
	if last != nil {
		last()
	}
}
