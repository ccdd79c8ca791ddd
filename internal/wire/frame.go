package wire

import (
	"encoding/binary"
	"errors"
	"io"
)

// MaxFrame is jute.maxbuffer's default: the longest frame, in bytes after the length, that a server takes.
const MaxFrame = 0xfffff

// ErrFrameLength is a frame whose length is negative or above the reader's limit.
var ErrFrameLength = errors.New("wire: frame length out of range")

// Header sizes in bytes, without the frame's length.
const (
	RequestHeaderSize = 8
	ReplyHeaderSize   = 16
)

// RequestHeader stands before every request but the connect request.
type RequestHeader struct {
	Xid int32
	Op  Op
}

// AppendTo implements Record.
func (h *RequestHeader) AppendTo(b []byte) []byte {
	return AppendInt32(AppendInt32(b, h.Xid), int32(h.Op))
}

// Decode implements Record.
func (h *RequestHeader) Decode(r *Reader) {
	h.Xid = r.Int32()
	h.Op = Op(r.Int32())
}

// ReplyHeader stands before every reply and notification but the connect response.
type ReplyHeader struct {
	Xid  int32
	Zxid int64
	Err  Code
}

// AppendTo implements Record.
func (h *ReplyHeader) AppendTo(b []byte) []byte {
	return AppendInt32(AppendInt64(AppendInt32(b, h.Xid), h.Zxid), int32(h.Err))
}

// Decode implements Record.
func (h *ReplyHeader) Decode(r *Reader) {
	h.Xid = r.Int32()
	h.Zxid = r.Int64()
	h.Err = Code(r.Int32())
}

// Xids with a meaning of their own.
const (
	XidNotification int32 = -1
	XidPing         int32 = -2
	XidAuth         int32 = -4
	XidSetWatches   int32 = -8
)

// AppendFrame appends the records as one frame.
func AppendFrame(b []byte, recs ...Record) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	for _, rec := range recs {
		b = rec.AppendTo(b)
	}
	return sealFrame(b, at)
}

// AppendRequest appends one request frame.
func AppendRequest(b []byte, xid int32, op Op, body Record) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = AppendInt32(AppendInt32(b, xid), int32(op))
	return sealFrame(body.AppendTo(b), at)
}

// AppendReply appends one reply frame. A reply with an error has no body, whatever body says; nil means none.
func AppendReply(b []byte, h ReplyHeader, body Record) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = AppendInt32(AppendInt64(AppendInt32(b, h.Xid), h.Zxid), int32(h.Err))
	if h.Err == OK && body != nil {
		b = body.AppendTo(b)
	}
	return sealFrame(b, at)
}

func sealFrame(b []byte, at int) []byte {
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4))
	return b
}

// Chunk sizes of a FrameReader: a quiet connection holds little, a busy one reads many frames in one system call.
const (
	minChunk = 4 << 10
	maxChunk = 64 << 10
)

// A chunk that took fewer reads than few to fill is followed by a larger one. After many reads there is a smaller one: whoever
// was busy and now only pings does not keep the memory.
const (
	few  = 8
	many = 64
)

// FrameReader splits a stream into frames. The frames it returns are views of chunks that it never writes to again, so a
// frame stays valid for as long as somebody holds it.
type FrameReader struct {
	src  io.Reader
	max  int
	buf  []byte // the current chunk; buf[r:w] is read and not yet returned
	r, w int
	size int // of the next chunk
	took int // reads from src into this chunk
}

// NewFrameReader returns a reader of frames of at most max bytes.
func NewFrameReader(src io.Reader, max int) *FrameReader {
	return &FrameReader{src: src, max: max, size: minChunk}
}

// Next returns the next frame without its length. It returns io.EOF at the end of the stream, io.ErrUnexpectedEOF
// inside a frame, and ErrFrameLength for a length that cannot be.
func (f *FrameReader) Next() ([]byte, error) {
	if err := f.need(4); err != nil {
		return nil, err
	}
	n := int(int32(binary.BigEndian.Uint32(f.buf[f.r:])))
	if n < 0 || n > f.max {
		return nil, ErrFrameLength
	}
	if err := f.need(4 + n); err != nil {
		return nil, err
	}
	frame := f.buf[f.r+4 : f.r+4+n : f.r+4+n]
	f.r += 4 + n
	return frame, nil
}

// Buffered tells whether Next can return without reading from the stream.
func (f *FrameReader) Buffered() bool {
	have := f.w - f.r
	return have >= 4 && have-4 >= int(binary.BigEndian.Uint32(f.buf[f.r:]))
}

// need reads until n bytes are buffered. The stream's end is io.EOF only where no byte is buffered.
func (f *FrameReader) need(n int) error {
	for f.w-f.r < n {
		if f.w == len(f.buf) || f.w == f.r && f.took >= many && len(f.buf) > minChunk {
			f.grow(n)
		}
		f.took++
		got, err := f.src.Read(f.buf[f.w:])
		f.w += got
		if err != nil && f.w-f.r < n {
			if err == io.EOF && f.w > f.r {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// grow starts a new chunk that begins with what is unread. A long frame gets its memory as its bytes arrive, by
// doubling: a length that is only claimed costs nothing.
func (f *FrameReader) grow(n int) {
	switch {
	case f.buf == nil:
	case f.took < few:
		f.size = min(2*f.size, maxChunk)
	case f.took >= many:
		f.size = max(f.size/2, minChunk)
	}
	have := f.w - f.r
	size := max(f.size, min(n, 2*have))
	chunk := make([]byte, size)
	copy(chunk, f.buf[f.r:f.w])
	f.buf, f.r, f.w, f.took = chunk, 0, have, 0
}
