package load

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/zookit-go/zookit/internal/wire"
)

// Ask is a request, encoded once and sent many times. Only its xid changes, and its number if it has one.
type Ask struct {
	frame  []byte
	digits int // where the number begins; 0 is none
	next   int
}

// mark stands for the number in a path.
const mark = "########"

// NewAsk encodes a request. Where a path of body has eight #, the first sending has 00000000 and each later one the next number.
func NewAsk(op wire.Op, body wire.Record) *Ask {
	a := &Ask{frame: wire.AppendRequest(nil, 0, op, body)}
	a.digits = max(0, bytes.Index(a.frame, []byte(mark)))
	return a
}

// Size is the request's length in bytes, with the frame's length.
func (a *Ask) Size() int { return len(a.frame) }

// Sent is how often it was sent, if it has a number.
func (a *Ask) Sent() int { return a.next }

// append adds the request to what is to be sent.
func (a *Ask) append(b []byte, xid int32) []byte {
	at := len(b)
	b = append(b, a.frame...)
	binary.BigEndian.PutUint32(b[at+4:], uint32(xid))
	if a.digits > 0 {
		putDigits(b[at+a.digits:][:len(mark)], a.next)
		a.next++
	}
	return b
}

func putDigits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// check tells whether a frame is a good reply to the request with that xid.
func check(frame []byte, xid int32) error {
	if len(frame) < wire.ReplyHeaderSize {
		return fmt.Errorf("%d bytes: %w", len(frame), ErrReply)
	}
	if got := int32(binary.BigEndian.Uint32(frame)); got != xid {
		return fmt.Errorf("xid %d where %d is due: %w", got, xid, ErrReply)
	}
	if code := wire.Code(int32(binary.BigEndian.Uint32(frame[12:]))); code != wire.OK {
		return fmt.Errorf("request "+strconv.Itoa(int(xid))+": %w: %w", code, ErrReply)
	}
	return nil
}
