package txlog

import (
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/internal/wire"
)

const (
	// MaxPayload is the length of a payload that Apache will still read unless told otherwise, in bytes.
	MaxPayload = 0xfffff + 0xfffff
	headerLen  = 32 // of a payload
	digestLen  = 12
)

// ErrBody is a transaction whose checksum is right and which means nothing.
var ErrBody = errors.New("txlog: no such transaction")

// Header stands before every transaction.
type Header struct {
	Session int64
	Cxid    int32
	Zxid    int64
	Time    int64 // ms since 1970
	Type    wire.Op
}

// The names tell what they are of: Txn and Record have them, too.

func (h *Header) appendHeader(b []byte) []byte {
	b = wire.AppendInt64(b, h.Session)
	b = wire.AppendInt32(b, h.Cxid)
	b = wire.AppendInt64(b, h.Zxid)
	b = wire.AppendInt64(b, h.Time)
	return wire.AppendInt32(b, int32(h.Type))
}

func (h *Header) decodeHeader(r *wire.Reader) {
	h.Session = r.Int64()
	h.Cxid = r.Int32()
	h.Zxid = r.Int64()
	h.Time = r.Int64()
	h.Type = wire.Op(r.Int32())
}

// Digest is the sum of the whole tree behind a transaction. Version 0 is no digest, which is always allowed.
type Digest struct {
	Version int32
	Sum     uint64
}

// Txn is a transaction.
type Txn struct {
	Header
	Body   wire.Record // one of this package's, by Type
	Digest Digest
}

// AppendTo appends the payload: what a record holds, and what a leader proposes.
func (t *Txn) AppendTo(b []byte) []byte {
	b = t.Body.AppendTo(t.appendHeader(b))
	if t.Digest.Version != 0 {
		b = wire.AppendInt64(wire.AppendInt32(b, t.Digest.Version), int64(t.Digest.Sum))
	}
	return b
}

// Unmarshal reads a payload. Body's buffers and strings are views of it.
func (t *Txn) Unmarshal(payload []byte) error {
	r := wire.NewReader(payload)
	t.decodeHeader(&r)
	if r.Err() != nil {
		return fmt.Errorf("%w: %d bytes are less than a header", ErrBody, len(payload))
	}
	return t.decodeBody(&r)
}

// decodeBody reads what is behind the header.
func (t *Txn) decodeBody(r *wire.Reader) error {
	t.Digest = Digest{}
	if t.Body = newBody(t.Type); t.Body == nil {
		return fmt.Errorf("%w: zxid %#x has type %d", ErrBody, t.Zxid, int32(t.Type))
	}
	t.Body.Decode(r)
	if c, ok := t.Body.(*Create); ok && c.Old && t.Type != wire.OpCreate {
		return fmt.Errorf("%w: zxid %#x, %v, has no parentCversion", ErrBody, t.Zxid, t.Type)
	}
	if r.Err() == nil && len(r.Rest()) > 0 {
		t.Digest.Version, t.Digest.Sum = r.Int32(), uint64(r.Int64())
	}
	if r.Err() != nil {
		return fmt.Errorf("%w: zxid %#x, %v: %w", ErrBody, t.Zxid, t.Type, r.Err())
	}
	return nil
}

// newBody makes the record of a transaction's type, or returns nil.
func newBody(op wire.Op) wire.Record {
	switch op {
	case wire.OpCreate, wire.OpCreate2:
		return new(Create)
	case wire.OpCreateContainer:
		return new(CreateContainer)
	case wire.OpCreateTTL:
		return new(CreateTTL)
	case wire.OpDelete, wire.OpDeleteContainer:
		return new(Delete)
	case wire.OpSetData, wire.OpReconfig:
		return new(SetData)
	case wire.OpSetACL:
		return new(SetACL)
	case wire.OpMulti:
		return new(Multi)
	case wire.OpCreateSession:
		return new(CreateSession)
	case wire.OpCloseSession:
		return new(CloseSession)
	case wire.OpError:
		return new(Error)
	default:
		return nil
	}
}
