package session

// entry is a frame that will be answered.
type entry struct {
	xid  int32
	call *Call // nil: zk.Conn's
	// flight is what a frame of zk.Conn's does to the watches; the SDK's calls have their own
	flight *flight
	sent   int64 // when, on the seam's clock
	// closes: the reply ends the session
	closes bool
}

// ring is a queue of entries that keeps its memory.
type ring struct {
	buf  []entry
	head int
	n    int
}

func (r *ring) len() int { return r.n }

func (r *ring) push(e entry) {
	if r.n == len(r.buf) {
		grown := make([]entry, max(16, 2*len(r.buf)))
		for i := range r.n {
			grown[i] = r.buf[(r.head+i)%len(r.buf)]
		}
		r.buf, r.head = grown, 0
	}
	r.buf[(r.head+r.n)%len(r.buf)] = e
	r.n++
}

// front is the oldest entry; only for a ring that is not empty.
func (r *ring) front() entry { return r.buf[r.head] }

func (r *ring) pop() entry {
	e := r.buf[r.head]
	r.buf[r.head] = entry{}
	r.head = (r.head + 1) % len(r.buf)
	r.n--
	return e
}
