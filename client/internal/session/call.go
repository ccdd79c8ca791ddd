package session

import (
	"sync/atomic"

	"github.com/zookit-go/zookit/internal/wire"
)

// Call is one request of the SDK. Its results may be read once Done is closed.
type Call struct {
	done   chan struct{}
	flight *flight                          // nil: it sets no watch
	then   func(call *Call, code wire.Code) // of the seam's own calls: see conn.request
	after  atomic.Pointer[func()]           // OnDone's
	slots  window                           // the call has a place in it until it has its results
	op     wire.Op
	size   int32 // of the request's frame, in bytes

	sent  bool // the frame was handed to a connection
	reply bool // the server answered
	zxid  int64
	err   error
	body  []byte
	small [wire.StatSize]byte // room for the most common bodies
}

func newCall(op wire.Op) *Call { return &Call{op: op, done: make(chan struct{})} }

// Failed returns a call that never was sent.
func Failed(op wire.Op, err error) *Call {
	c := newCall(op)
	c.fail(err)
	return c
}

// Done is closed when the call has its results.
func (c *Call) Done() <-chan struct{} { return c.done }

// Err is nil, the server's wire.Code, or why there is no answer.
func (c *Call) Err() error { return c.err }

// Zxid is that of the reply's header: for a write, its own transaction's.
func (c *Call) Zxid() int64 { return c.zxid }

// Body is the reply's record. It belongs to the call alone.
func (c *Call) Body() []byte { return c.body }

// Sent tells whether the request may have reached the server. Unlike the results it may be read at any time, by the goroutine
// that made the call.
func (c *Call) Sent() bool { return c.sent }

// Answered tells whether the server answered, be it with an error.
func (c *Call) Answered() bool { return c.reply }

// answer takes the server's reply; body is the call's own.
func (c *Call) answer(h wire.ReplyHeader, body []byte) {
	c.reply = true
	c.zxid = h.Zxid
	if h.Err != wire.OK {
		c.err = h.Err
	} else {
		c.body = body
	}
	c.finish()
}

// fail ends the call without an answer.
func (c *Call) fail(err error) {
	c.err = err
	c.finish()
}

// told stands where OnDone came too late.
var told = func() {}

func (c *Call) finish() {
	if after := c.after.Swap(&told); after != nil {
		(*after)()
	}
	c.slots.leave()
	close(c.done)
}

// tell is OnDone for a call that nobody else knows yet. f may be nil.
func (c *Call) tell(f func()) {
	if f != nil {
		own := f // or every call's f would be moved to the heap
		c.after.Store(&own)
	}
}

// OnDone runs f once the call has its results: on the goroutine that brings them, which f must not hold up, or at once if they are there. Of
// several f the one that was given first runs first.
func (c *Call) OnDone(f func()) {
	for {
		before := c.after.Load()
		if before == &told {
			f()
			return
		}
		next := &f
		if before != nil {
			both := func() { (*before)(); f() }
			next = &both
		}
		if c.after.CompareAndSwap(before, next) {
			return
		}
	}
}

// Size is how many bytes were sent, frame included. As with Sent, it may be read at any time.
func (c *Call) Size() int {
	if !c.sent {
		return 0
	}
	return int(c.size)
}

// ReplySize is how many bytes the answer was, frame included.
func (c *Call) ReplySize() int { return 4 + wire.ReplyHeaderSize + len(c.body) }
