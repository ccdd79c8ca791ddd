package session

import (
	"github.com/zookit-go/zookit/internal/wire"
)

// Call is one request of the SDK. Its results may be read once Done is closed.
type Call struct {
	done   chan struct{}
	flight *flight                          // nil: it sets no watch
	then   func(call *Call, code wire.Code) // of the seam's own calls: see conn.request
	op     wire.Op

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
	c.err = err
	close(c.done)
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
	close(c.done)
}

// fail ends the call without an answer.
func (c *Call) fail(err error) {
	c.err = err
	close(c.done)
}
