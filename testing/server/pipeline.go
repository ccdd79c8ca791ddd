package server

import (
	"runtime/debug"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// How much is on its way at most: so many batches wait before a stage, and so many items leave one as a batch, or a few more.
// Who sends to a full stage waits, back to the sockets.
const (
	depth = 16
	fill  = 256
)

// standalone wires the pipeline of a server that is alone. Without a disk, being prepared is as safe as a transaction gets; with one,
// the log stands between prep and apply, and while it waits for the disk, prep makes the next batch.
func (r *run) standalone() {
	committed := make(chan []request.Committed, depth)
	if r.disk == nil {
		r.goes(func() {
			stage(r.killed, r.requests, committed, func(q *request.Request) request.Committed {
				return request.Commit(r.prepareOne(q))
			})
		})
	} else {
		prepared := make(chan []request.Txn, depth)
		r.goes(func() { stage(r.killed, r.requests, prepared, r.prepareOne) })
		r.goes(func() { r.keep(prepared, committed) })
	}
	r.goes(func() {
		defer close(r.applied)
		sink(r.killed, committed, r.applyOne, r.flush)
	})
}

// prepareOne is prep's Next, at the cost of at most the connection that the request came by.
func (r *run) prepareOne(q *request.Request) (t request.Txn) {
	defer func() {
		if p := recover(); p != nil {
			r.panicked(p, q)
			t = r.prep.Fail(q)
		}
	}()
	return r.prep.Next(q, time.Now())
}

// applyOne is apply's Next, at the same cost, and sends what comes of it.
func (r *run) applyOne(c *request.Committed) {
	defer func() {
		if p := recover(); p != nil {
			r.panicked(p, c.Request)
			r.apply.Fail(c)
		}
	}()
	r.turn.Lock()
	defer r.turn.Unlock()
	for _, d := range r.apply.Next(c) {
		if d.To.Send(d.Reply) {
			r.unsent = append(r.unsent, d.To)
		}
	}
}

func (r *run) panicked(p any, q *request.Request) {
	r.s.cfg.log.Error("panic while serving a request", "op", q.Op.String(), "session", q.Session, "panic", p, "stack", string(debug.Stack()))
	if q.From != nil {
		q.From.Abort()
	}
}

// flush lets the connections write, once for all that a round of the apply stage has for them.
func (r *run) flush() {
	for _, o := range r.unsent {
		o.Flush()
	}
	clear(r.unsent)
	r.unsent = r.unsent[:0]
}

func closeSession(session int64, from request.Origin) []request.Request {
	return []request.Request{{From: from, Session: session, Op: wire.OpCloseSession, Body: &wire.Empty{}}}
}

// stage takes batches from in, hands on what next makes of each item, and closes out when in is closed or the server killed.
func stage[In, Out any](killed <-chan struct{}, in <-chan []In, out chan<- []Out, next func(*In) Out) {
	defer close(out)
	for {
		batch, ok := receive(killed, in)
		if !ok {
			return
		}
		made := make([]Out, 0, len(batch))
		for ; len(batch) > 0; batch = more(in, len(made), fill) {
			for i := range batch {
				made = append(made, next(&batch[i]))
			}
		}
		if !send(killed, out, made) {
			return
		}
	}
}

// sink is the last stage: it hands nothing on. rest is called whenever it has nothing to do, or has done much.
func sink[In any](killed <-chan struct{}, in <-chan []In, each func(*In), rest func()) {
	for {
		batch, ok := receive(killed, in)
		if !ok {
			return
		}
		for had := 0; len(batch) > 0; batch = more(in, had, fill) {
			for i := range batch {
				each(&batch[i])
			}
			had += len(batch)
		}
		rest()
	}
}

func receive[T any](killed <-chan struct{}, in <-chan []T) (batch []T, ok bool) {
	select {
	case batch, ok = <-in:
		return batch, ok
	case <-killed:
		return nil, false
	}
}

// more returns another batch if one is waiting and had is not yet enough.
func more[T any](in <-chan []T, had, enough int) []T {
	if had >= enough {
		return nil
	}
	select {
	case batch := <-in:
		return batch
	default:
		return nil
	}
}

func send[T any](killed <-chan struct{}, out chan<- []T, batch []T) bool {
	select {
	case out <- batch:
		return true
	case <-killed:
		return false
	}
}
