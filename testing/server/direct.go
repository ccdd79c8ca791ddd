package server

import (
	"github.com/zookit-go/zookit/testing/server/internal/prep"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// direct answers requests of a connection that has no others on their way, in the reader's own goroutine: a read that nothing
// of its client's comes before needs no place in the chain, and a client that waits for each reply is spared three hand-overs from
// goroutine to goroutine, which cost more than the read. It is for reads alone, and only while the apply stage is at rest; it
// returns false, and has done nothing, where that is not so.
//
// The turn makes events and replies leave in the order in which things happened, as ever. What other clients have been told, a read
// sees: an answered write has been applied.
func (r *run) direct(batch []request.Request) bool {
	for i := range batch {
		if !prep.Reads(&batch[i]) {
			return false
		}
	}
	if !r.turn.TryLock() {
		return false
	}
	defer r.turn.Unlock()
	for i := range batch {
		r.directOne(&batch[i])
	}
	return true
}

func (r *run) directOne(q *request.Request) {
	defer func() {
		if p := recover(); p != nil {
			r.panicked(p, q)
		}
	}()
	c := request.Commit(r.prep.Read(q))
	for _, d := range r.apply.Next(&c) {
		d.To.Send(d.Reply) // who sent them flushes: a read tells nobody else anything
	}
}
