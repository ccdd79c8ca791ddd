package wire

import "sync"

// Record is a jute record. Every record goes both ways, so that one codec serves server, client, fault network and
// tests.
type Record interface {
	// AppendTo appends the encoded record.
	AppendTo(b []byte) []byte
	// Decode reads the record. The caller checks r.Err.
	Decode(r *Reader)
}

// readers saves Unmarshal an allocation: a Reader escapes through the interface.
var readers = sync.Pool{New: func() any { return new(Reader) }}

// Unmarshal decodes rec from b; its buffers and strings are views of b.
func Unmarshal(b []byte, rec Record) error {
	r := readers.Get().(*Reader)
	*r = NewReader(b)
	rec.Decode(r)
	err := r.err
	*r = Reader{} // the pool must not keep the frame alive
	readers.Put(r)
	return err
}

// Empty is the body of an operation that has none, and of a reply that carries only its header.
type Empty struct{}

// AppendTo implements Record.
func (*Empty) AppendTo(b []byte) []byte { return b }

// Decode implements Record.
func (*Empty) Decode(*Reader) {}
