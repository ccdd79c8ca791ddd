package bench

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// bare is a client that can do nothing but write one znode as fast as the connection takes it: the measure for pipelined writes. One
// goroutine writes and reads in turns; what was answered goes out again with one write.
type bare struct {
	nc    net.Conn
	frame []byte // the request; only its xid changes
	out   []byte
	in    []byte
	have  int // bytes of in that were read and are no whole reply yet
	xid   int32
	next  int32 // the xid of the next reply
}

// bareReply is what a set is answered with, in bytes.
const bareReply = 4 + wire.ReplyHeaderSize + wire.StatSize

var errBare = errors.New("not the reply to the set that was due")

func dialBare(b *testing.B, addr string) *bare {
	b.Helper()
	var dialer net.Dialer
	nc, err := dialer.DialContext(b.Context(), "tcp", addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = nc.Close() }) // its session is left to expire
	hello := wire.ConnectRequest{Timeout: int32(sessionTimeout.Milliseconds()), Passwd: make([]byte, wire.PasswdSize), HasReadOnly: true}
	if _, err := nc.Write(wire.AppendFrame(nil, &hello)); err != nil {
		b.Fatal(err)
	}
	granted := wire.AppendFrame(nil, &wire.ConnectResponse{Passwd: make([]byte, wire.PasswdSize), HasReadOnly: true})
	if _, err := io.ReadFull(nc, granted); err != nil {
		b.Fatal(err)
	}
	return &bare{
		nc: nc, in: make([]byte, 16<<10), next: 1,
		frame: wire.AppendRequest(nil, 0, wire.OpSetData, &wire.SetDataRequest{Path: dataPath, Data: payload, Version: -1}),
	}
}

// pipe keeps so many writes on their way until the time is over, and then waits for the replies that are due.
func (w *bare) pipe(window int, length time.Duration) (ops int64, err error) {
	if err := w.nc.SetDeadline(time.Now().Add(answerIn)); err != nil {
		return 0, err
	}
	until := time.Now().Add(length)
	for due := window; ; {
		if time.Now().After(until) {
			due = 0
		}
		if err := w.send(due); err != nil || w.next > w.xid {
			return ops, err
		}
		if due, err = w.receive(); err != nil {
			return ops, err
		}
		ops += int64(due)
	}
}

func (w *bare) send(n int) error {
	if n == 0 {
		return nil
	}
	w.out = w.out[:0]
	for range n {
		w.xid++
		at := len(w.out)
		w.out = append(w.out, w.frame...)
		binary.BigEndian.PutUint32(w.out[at+4:], uint32(w.xid))
	}
	_, err := w.nc.Write(w.out)
	return err
}

// receive takes the replies that are there, and waits for a byte if there are none.
func (w *bare) receive() (replies int, err error) {
	n, err := w.nc.Read(w.in[w.have:])
	if err != nil {
		return 0, err
	}
	w.have += n
	in := w.in[:w.have]
	for ; len(in) >= bareReply; in = in[bareReply:] {
		size, xid, code := binary.BigEndian.Uint32(in), int32(binary.BigEndian.Uint32(in[4:])), binary.BigEndian.Uint32(in[16:])
		if size != bareReply-4 || xid != w.next || code != 0 {
			return replies, errBare
		}
		w.next++
		replies++
	}
	w.have = copy(w.in, in)
	return replies, nil
}
