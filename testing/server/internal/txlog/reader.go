package txlog

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// What no crash between two syncs leaves of a log. Apache does not start with such a log, either.
var (
	// ErrHeader is a file that does not begin as a log does.
	ErrHeader = errors.New("txlog: not a transaction log")
	// ErrChecksum is a whole record whose checksum is not its payload's.
	ErrChecksum = errors.New("txlog: a record has been damaged")
	// ErrLength is a record of impossible length.
	ErrLength = errors.New("txlog: a record has an impossible length")
)

// errShort is the ErrHeader of a file that is shorter than a header.
var errShort = fmt.Errorf("%w: it is too short", ErrHeader)

// Tail is how a file ends.
type Tail int

// The ends that are none but ends. What is behind the last whole record of the last three has been lost in a crash.
const (
	TailNone    Tail = iota // not seen yet
	TailExact               // behind a record, or the header
	TailZeros               // zeros for a record
	TailEmpty               // a checksum and a length of zero
	TailShort               // less than a record
	TailPartial             // a record that does not end as one
)

// String says it in words.
func (t Tail) String() string {
	switch t {
	case TailNone:
		return "not at its end"
	case TailExact:
		return "ends behind a record"
	case TailZeros:
		return "ends with zeros"
	case TailEmpty:
		return "ends with a checksum of nothing"
	case TailShort:
		return "ends within a record"
	case TailPartial:
		return "ends with a partial record"
	}
	return fmt.Sprintf("Tail(%d)", int(t))
}

// Record is one transaction as it is in a log.
type Record struct {
	Header
	Payload []byte // all of it, the header included
}

// Txn decodes the record. Its buffers and strings are views of Payload.
func (r *Record) Txn() (Txn, error) {
	t := Txn{Header: r.Header}
	if len(r.Payload) < headerLen {
		return t, fmt.Errorf("%w: zxid %#x without its header", ErrBody, r.Zxid)
	}
	rd := wire.NewReader(r.Payload[headerLen:])
	return t, t.decodeBody(&rd)
}

// Reader reads one file from its first record on. It is not safe for concurrent use.
type Reader struct {
	src   *bufio.Reader
	size  int64
	limit int   // of a payload
	at    int64 // behind the last whole record
	tail  Tail
	err   error
	buf   []byte
}

// NewReader begins to read a file, which must not be written to meanwhile. A payload of more than limit bytes is damage; MaxPayload is
// the usual limit. The caller closes the file.
func NewReader(f disk.File, limit int) (*Reader, error) {
	size, err := f.Size()
	if err != nil {
		return nil, err
	}
	if size < fileHeaderLen {
		return nil, fmt.Errorf("%w: %d bytes", errShort, size)
	}
	r := &Reader{src: bufio.NewReaderSize(io.NewSectionReader(f, 0, size), 1<<16), size: size, limit: limit, at: fileHeaderLen}
	var header [fileHeaderLen]byte
	if _, err := io.ReadFull(r.src, header[:]); err != nil {
		return nil, err
	}
	// The version and the database id are not looked at: Apache loads any.
	if [4]byte(header[:4]) != magic {
		return nil, fmt.Errorf("%w: it begins with %x", ErrHeader, header[:4])
	}
	return r, nil
}

// Next returns the next record, whose payload is valid until the next call; io.EOF is the end, which Tail describes. An error sticks.
func (r *Reader) Next() (Record, error) {
	if r.err != nil {
		return Record{}, r.err
	}
	rec, err := r.next()
	if err != nil {
		r.err = err
	}
	return rec, err
}

func (r *Reader) next() (rec Record, err error) {
	left := r.size - r.at
	if left < recordStart {
		if left > 0 {
			return rec, r.end(TailShort)
		}
		return rec, r.end(TailExact)
	}
	start, err := r.src.Peek(recordStart)
	if err != nil {
		return rec, r.failed(err)
	}
	sum, n := binary.BigEndian.Uint64(start), int64(int32(binary.BigEndian.Uint32(start[8:])))
	switch {
	case n == 0 && sum == 0:
		return rec, r.end(TailZeros)
	case n == 0:
		return rec, r.end(TailEmpty)
	case n < 0 || n > int64(r.limit):
		return rec, fmt.Errorf("%w: %d at offset %d", ErrLength, n, r.at)
	case recordStart+n+1 > left:
		return rec, r.end(TailShort)
	}
	if whole := int(recordStart + n + 1); cap(r.buf) < whole {
		r.buf = make([]byte, whole, min(int64(2*whole), left)) // not more than there is to read
	} else {
		r.buf = r.buf[:whole]
	}
	if _, err := io.ReadFull(r.src, r.buf); err != nil {
		return rec, r.failed(err)
	}
	if r.buf[recordStart+n] != endOfRecord {
		return rec, r.end(TailPartial)
	}
	rec.Payload = r.buf[recordStart : recordStart+n : recordStart+n]
	if got := adler32.Checksum(rec.Payload); uint64(got) != sum {
		return Record{}, fmt.Errorf("%w: its checksum is %#x, not %#x, at offset %d", ErrChecksum, got, sum, r.at)
	}
	if n < headerLen {
		return Record{}, fmt.Errorf("%w: %d bytes at offset %d are less than a header", ErrBody, n, r.at)
	}
	rd := wire.NewReader(rec.Payload)
	rec.decodeHeader(&rd)
	r.at += recordStart + n + 1
	return rec, nil
}

// failed is an error of the disk: it never is an end, although a file that became shorter looks so.
func (r *Reader) failed(err error) error {
	return fmt.Errorf("txlog: reading at offset %d: %v", r.at, err) //nolint:errorlint // io.EOF has a meaning here
}

func (r *Reader) end(t Tail) error {
	r.tail = t
	return io.EOF
}

// Offset is where the last record that Next returned ends.
func (r *Reader) Offset() int64 { return r.at }

// Tail is how the file ends, once Next has returned io.EOF.
func (r *Reader) Tail() Tail { return r.tail }
