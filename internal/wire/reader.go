package wire

import (
	"encoding/binary"
	"errors"
	"unsafe"
)

// ErrMalformed is the one decoding error: a record ends early, or a length in it is impossible.
var ErrMalformed = errors.New("wire: malformed record")

// Reader decodes jute. Its first error sticks and every later read returns zero values, so a decoder reads all its
// fields and checks once. Bytes behind the record are ignored, as Apache's server does.
type Reader struct {
	b    []byte
	err  error
	java bool
}

// NewReader reads b, which must not change as long as anything decoded from it is in use.
func NewReader(b []byte) Reader { return Reader{b: b} }

// Err is nil as long as everything read so far was there.
func (r *Reader) Err() error { return r.err }

// Rest is what has not been read.
func (r *Reader) Rest() []byte { return r.b }

func (r *Reader) fail() { r.err, r.b = ErrMalformed, nil }

// take returns the next n bytes, or nil after a failure.
func (r *Reader) take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.fail()
		return nil
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

// Bool reads a boolean.
func (r *Reader) Bool() bool {
	v := r.take(1)
	return v != nil && v[0] != 0
}

// Int32 reads an int.
func (r *Reader) Int32() int32 {
	v := r.take(4)
	if v == nil {
		return 0
	}
	return int32(binary.BigEndian.Uint32(v))
}

// Int64 reads a long.
func (r *Reader) Int64() int64 {
	v := r.take(8)
	if v == nil {
		return 0
	}
	return int64(binary.BigEndian.Uint64(v))
}

// Buffer reads a buffer as a view. Nil is the protocol's null; an empty buffer is not nil.
func (r *Reader) Buffer() []byte {
	n := r.Int32()
	if n == -1 || r.err != nil {
		return nil
	}
	return r.take(int(n))
}

// String reads a ustring as a view; null reads as "".
func (r *Reader) String() string {
	s, _ := r.NullString()
	return s
}

// NullString reads a ustring as a view and tells null from empty.
func (r *Reader) NullString() (s string, null bool) {
	n := r.Int32()
	if n == -1 || r.err != nil {
		return "", n == -1
	}
	v := r.take(int(n))
	if len(v) == 0 {
		return "", false
	}
	// A view, not a copy: the package's contract is that a frame is never written to once it is decoded. This is the only
	// place that leans on it for strings.
	s = unsafe.String(&v[0], len(v))
	if r.java {
		s = asJava(s)
	}
	return s, false
}

// Path reads a ustring that must not be null: Apache answers a null path with MARSHALLINGERROR.
func (r *Reader) Path() string {
	s, null := r.NullString()
	if null {
		r.fail()
	}
	return s
}

// Len reads the length of a vector whose elements take at least size bytes each. Null is -1 and other negatives are
// empty; a length that the rest of the record cannot hold fails here, before anyone allocates for it.
func (r *Reader) Len(size int) int {
	n := int(r.Int32())
	switch {
	case r.err != nil:
		return 0
	case n == -1:
		return -1
	case n <= 0:
		return 0
	case n > len(r.b)/size:
		r.fail()
		return 0
	}
	return n
}

// Strings reads a vector of ustrings as views; null is nil.
func (r *Reader) Strings() []string {
	n := r.Len(4)
	if n < 0 || r.err != nil {
		return nil
	}
	v := make([]string, n)
	for i := range v {
		v[i] = r.String()
	}
	if r.err != nil {
		return nil
	}
	return v
}
