package differ

import (
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// Slots is how many connections a check has.
const Slots = 3

// Request is one frame to a server.
type Request struct {
	Xid  int32 // 0 is the connection's next
	Op   wire.Op
	Body wire.Record
	Cut  int  // so many bytes of the body are not sent
	Bare bool // Body is the whole frame
}

// SinceStart is added to a zxid in a request to make it relative to the check's first.
const SinceStart = 1 << 56

// String says what the request asks.
func (r Request) String() string {
	text := fmt.Sprintf("%v %s", r.Op, text(r.Body))
	if r.Xid != 0 {
		text += fmt.Sprintf(" xid=%d", r.Xid)
	}
	if r.Cut != 0 {
		text += fmt.Sprintf(" cut by %d bytes", r.Cut)
	}
	if r.Bare {
		text = fmt.Sprintf("frame %x", r.Body.AppendTo(nil))
	}
	return text
}

func text(body wire.Record) string {
	switch q := body.(type) {
	case bytes:
		return fmt.Sprintf("%q", string(q))
	case *wire.CreateRequest:
		return fmt.Sprintf("{Path:%q Data:%q null:%v ACL:%+v Mode:%d}", q.Path, q.Data, q.Data == nil, q.ACL, q.Mode)
	case *wire.CreateTTLRequest:
		return fmt.Sprintf("%s TTL:%d", text(&q.CreateRequest), q.TTL)
	case *wire.SetDataRequest:
		return fmt.Sprintf("{Path:%q Data:%q null:%v Version:%d}", q.Path, q.Data, q.Data == nil, q.Version)
	}
	multi, ok := body.(*wire.MultiRequest)
	if !ok {
		return strings.TrimPrefix(fmt.Sprintf("%+v", body), "&")
	}
	ops := make([]string, len(multi.Ops))
	for i, op := range multi.Ops {
		ops[i] = fmt.Sprintf("%v %s", op.Op, text(op.Body))
	}
	return "[" + strings.Join(ops, "; ") + "]"
}

// Step is what a check does next on one connection: it sends requests in one go and waits for all that they bring, or, if Connect
// says so, it connects anew.
type Step struct {
	Slot     int
	Requests []Request
	Connect  *Connect
}

// Connect is a new connection in the place of an old one, which stays open until the handshake is over.
type Connect struct {
	Session  int   // which of the check's sessions, from 1; beyond the last counts from the first again. 0 is a new one
	Wrong    bool  // the password
	Seen     int64 // the last zxid seen
	Timeout  int32 // ms
	ReadOnly int   // how the handshake ends: 0 with false, 1 with true, 2 without the byte
}

// GoString is how rapid prints a step.
func (s Step) GoString() string {
	if s.Connect != nil {
		return fmt.Sprintf("\n  %d: connect %+v", s.Slot, *s.Connect)
	}
	lines := make([]string, len(s.Requests))
	for i, r := range s.Requests {
		lines[i] = r.String()
	}
	return fmt.Sprintf("\n  %d: %s", s.Slot, strings.Join(lines, "\n   + "))
}

// bytes is a body that is sent as it is.
type bytes string

// AppendTo implements wire.Record.
func (r bytes) AppendTo(b []byte) []byte { return append(b, r...) }

// Decode implements wire.Record.
func (bytes) Decode(*wire.Reader) {}
