package fault

// keepBytes is how large a buffer an empty queue keeps.
const keepBytes = 64 << 10

// queue is a first-in first-out of bytes.
type queue struct {
	buf  []byte
	head int // buf[head:] is the content
}

func (q *queue) len() int { return len(q.buf) - q.head }

func (q *queue) push(b []byte) {
	// Moving the content down costs at most as much as was popped since the last move.
	if len(q.buf)+len(b) > cap(q.buf) && q.head >= q.len() {
		q.buf = append(q.buf[:0], q.buf[q.head:]...)
		q.head = 0
	}
	q.buf = append(q.buf, b...)
}

func (q *queue) pop(b []byte) int {
	n := copy(b, q.buf[q.head:])
	q.head += n
	if q.head == len(q.buf) {
		q.buf, q.head = q.buf[:0], 0
		if cap(q.buf) > keepBytes {
			q.buf = nil
		}
	}
	return n
}
