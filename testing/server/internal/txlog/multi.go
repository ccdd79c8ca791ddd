package txlog

import (
	"fmt"

	"github.com/zookit-go/zookit/internal/wire"
)

// Multi is the body of multi: all of Ops, or none if one of them is an error.
type Multi struct{ Ops []Sub }

// Sub is one operation of a Multi. The header is the Multi's.
type Sub struct {
	Type wire.Op
	Data []byte // the encoded body
}

// Add appends an operation.
func (m *Multi) Add(op wire.Op, body wire.Record) {
	m.Ops = append(m.Ops, Sub{Type: op, Data: body.AppendTo([]byte{})})
}

// Failed tells whether one of the operations is an error, so that none is to be applied. The others may still have their own types
// then.
func (m *Multi) Failed() bool {
	for i := range m.Ops {
		if m.Ops[i].Type == wire.OpError {
			return true
		}
	}
	return false
}

// AppendTo implements wire.Record.
func (m *Multi) AppendTo(b []byte) []byte {
	b = wire.AppendInt32(b, int32(len(m.Ops)))
	for i := range m.Ops {
		b = wire.AppendBuffer(wire.AppendInt32(b, int32(m.Ops[i].Type)), m.Ops[i].Data)
	}
	return b
}

// Decode implements wire.Record. What the operations hold is read by Sub.Decode.
func (m *Multi) Decode(r *wire.Reader) {
	n := r.Len(8)
	m.Ops = make([]Sub, max(n, 0))
	for i := range m.Ops {
		m.Ops[i] = Sub{Type: wire.Op(r.Int32()), Data: r.Buffer()}
	}
}

// Decode reads the operation's body, whose buffers and strings are views of Data.
//
// An error may have the bytes of the operation that it was made from: Apache changes the type in memory and keeps the rest. There is
// no code then, and it reads as RuntimeInconsistency.
func (s *Sub) Decode() (wire.Record, error) {
	var body wire.Record
	switch s.Type {
	case wire.OpCheck:
		body = new(Check)
	case wire.OpError:
		if len(s.Data) != 4 {
			return &Error{Code: wire.RuntimeInconsistency}, nil
		}
		body = new(Error)
	case wire.OpMulti, wire.OpSetACL, wire.OpReconfig, wire.OpCreateSession, wire.OpCloseSession: // never in a multi
	default:
		body = newBody(s.Type)
	}
	if body == nil {
		return nil, fmt.Errorf("%w: a multi has type %d in it", ErrBody, int32(s.Type))
	}
	r := wire.NewReader(s.Data)
	body.Decode(&r)
	if r.Err() != nil {
		return nil, fmt.Errorf("%w: %v in a multi: %w", ErrBody, s.Type, r.Err())
	}
	if c, ok := body.(*Create); ok && c.Old && s.Type != wire.OpCreate {
		return nil, fmt.Errorf("%w: %v in a multi has no parentCversion", ErrBody, s.Type)
	}
	return body, nil
}
