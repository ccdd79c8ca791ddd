package snapshot

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/adler32"
	"io"

	"github.com/zookit-go/zookit/internal/wire"
)

// ErrBroken is a file that is not a whole snapshot.
var ErrBroken = errors.New("snapshot: not a whole snapshot")

// Visitor takes what is in a snapshot, in this order. What it builds counts only when Read has returned without an error: the sum that
// tells whether anything is true stands at the end. An error of a visitor ends the reading and is returned.
type Visitor struct {
	Session func(Session) error
	// List takes a row of the table. It may keep it.
	List func(List) error
	// Node takes a znode, parents first. It may keep Path; Data is valid during the call, as is the Node. Whether the parent has been
	// there and whether the list is in the table is the visitor's to find out.
	Node func(*Node) error
}

// Read reads a snapshot that is not compressed, up to its end. A path or data of more than limit bytes is damage; MaxBuffer is the
// usual limit.
func Read(src io.Reader, limit int, v Visitor) (Trailer, error) {
	in := &input{src: bufio.NewReaderSize(src, 1<<16), sum: adler32.New(), limit: limit}
	if err := in.body(v); err != nil {
		return Trailer{}, err
	}
	return in.trailer()
}

func (in *input) body(v Visitor) error {
	header := in.take(16)
	if in.err != nil {
		return in.err
	}
	if [4]byte(header[:4]) != magic { // Apache looks at nothing else
		return fmt.Errorf("%w: it begins with %x", ErrBroken, header[:4])
	}
	for range in.count() {
		s := Session{ID: in.int64(), Timeout: in.int32()}
		if in.err != nil {
			return in.err
		}
		if err := v.Session(s); err != nil {
			return err
		}
	}
	for range in.count() {
		l := List{ID: in.int64(), ACL: in.acl()}
		if in.err != nil {
			return in.err
		}
		if err := v.List(l); err != nil {
			return err
		}
	}
	var n Node
	for {
		// One stretch of memory for all of a znode: path, then data, then the rest.
		in.reuse()
		path, _ := in.buffer()
		if in.err != nil {
			return in.err
		}
		if string(path) == end {
			break
		}
		data, null := in.buffer()
		rest := in.take(8 + statLen)
		if in.err != nil {
			return in.err
		}
		n.Path, n.Data = string(path), data
		if null {
			n.Data = nil
		}
		r := wire.NewReader(rest)
		n.ACL = r.Int64()
		n.Stat.Decode(&r)
		if err := v.Node(&n); err != nil {
			return err
		}
	}
	in.reuse()
	in.seal()
	return in.err
}

// trailer reads what may follow. The sections have no mark: how much is left tells which are there.
func (in *input) trailer() (t Trailer, err error) {
	const sealLen, digestLen, lastLen = 8 + 5, 8 + 4 + 8, 8
	left, err := in.src.Peek(digestLen + sealLen + lastLen + sealLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return t, err
	}
	switch len(left) {
	case 0:
		return t, nil
	case lastLen + sealLen, digestLen + sealLen, digestLen + sealLen + lastLen + sealLen:
	default:
		return t, fmt.Errorf("%w: %d bytes are left", ErrBroken, len(left))
	}
	both := len(left) > digestLen+sealLen
	if len(left) >= digestLen+sealLen {
		t.Digest = &Digest{Zxid: in.int64(), Version: in.int32(), Sum: uint64(in.int64())}
		in.seal()
	}
	if both || t.Digest == nil {
		z := in.int64()
		in.seal()
		t.LastZxid = &z
	}
	if in.err != nil {
		return Trailer{}, in.err
	}
	return t, nil // what may follow is of a later version
}

// input is the stream with the sum of all that was read. Its first error sticks.
type input struct {
	src   *bufio.Reader
	sum   hash.Hash32
	limit int
	buf   []byte // what was taken since reuse
	err   error
}

// reuse says that nothing that was taken is in use.
func (in *input) reuse() { in.buf = in.buf[:0] }

// take returns the next n bytes, valid until reuse. Memory grows with what is there, not with what a length claims.
func (in *input) take(n int) []byte {
	const step = 1 << 12
	start := len(in.buf)
	for n > 0 && in.err == nil {
		now := min(n, max(step, cap(in.buf)-len(in.buf)))
		at := len(in.buf)
		if at+now > cap(in.buf) {
			grown := make([]byte, at, max(2*cap(in.buf), at+now))
			copy(grown, in.buf)
			in.buf = grown
		}
		in.buf = in.buf[:at+now]
		if _, err := io.ReadFull(in.src, in.buf[at:]); err != nil {
			in.failed(err)
			return nil
		}
		n -= now
	}
	if in.err != nil {
		return nil
	}
	got := in.buf[start:len(in.buf):len(in.buf)]
	in.sum.Write(got) // which never fails
	return got
}

func (in *input) failed(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = fmt.Errorf("%w: it ends too early", ErrBroken)
	}
	in.err = err
}

func (in *input) int32() int32 {
	b := in.take(4)
	if b == nil {
		return 0
	}
	return int32(binary.BigEndian.Uint32(b))
}

func (in *input) int64() int64 {
	b := in.take(8)
	if b == nil {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

// count reads how many follow; nothing is allocated for them before they are there.
func (in *input) count() int {
	n := in.int32()
	if n < 0 && in.err == nil {
		in.err = fmt.Errorf("%w: it has %d of something", ErrBroken, n)
	}
	if in.err != nil {
		return 0
	}
	return int(n)
}

// buffer reads a buffer or a string.
func (in *input) buffer() (b []byte, null bool) {
	n := in.int32()
	switch {
	case in.err != nil || n == -1:
		return nil, true
	case n < 0 || int64(n) > int64(in.limit):
		in.err = fmt.Errorf("%w: something is %d bytes long", ErrBroken, n)
		return nil, true
	case n == 0:
		return []byte{}, false
	}
	return in.take(int(n)), false
}

// acl reads a list. Null is nil.
func (in *input) acl() []wire.ACL {
	n := in.int32()
	if n == -1 || in.err != nil {
		return nil
	}
	acl := []wire.ACL{}
	for range n {
		a := wire.ACL{Perms: in.int32()}
		scheme, _ := in.buffer()
		a.Scheme = string(scheme)
		id, _ := in.buffer()
		a.ID = string(id)
		if in.err != nil {
			return nil
		}
		acl = append(acl, a)
		in.reuse()
	}
	return acl
}

// seal reads a sum, which must be that of all bytes before it, and the mark behind it.
func (in *input) seal() {
	want := in.sum.Sum32()
	got := in.int64()
	mark, _ := in.buffer()
	switch {
	case in.err != nil:
	case got != int64(want):
		in.err = fmt.Errorf("%w: its checksum is %#x, not %#x", ErrBroken, want, got)
	case string(mark) != end:
		in.err = fmt.Errorf("%w: %q ends it", ErrBroken, mark)
	}
}
