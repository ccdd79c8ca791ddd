package differ

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// patience is for what a server owes. It is long enough for any machine: a check that runs into it has failed.
const patience = 10 * time.Second

// link is a connection and its session.
type link struct {
	nc      net.Conn
	frames  *wire.FrameReader
	xid     int32
	session *session // nil if the server let nobody in
}

// session is one that a server has made.
type session struct {
	number int // from 1, in the order in which they were made
	id     int64
	passwd []byte
	ended  bool
}

func dial(addr string) (*link, error) {
	dialer := net.Dialer{Timeout: patience}
	nc, err := dialer.DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("differ: %w", err)
	}
	return &link{nc: nc, frames: wire.NewFrameReader(nc, 64<<20)}, nil
}

// errSilent is a server that neither answers nor closes.
var errSilent = errors.New("differ: the server is silent")

// next returns the next frame. open is false at the connection's end.
func (l *link) next() (frame []byte, open bool, err error) {
	_ = l.nc.SetReadDeadline(time.Now().Add(patience)) // fails only on a connection that is closed
	frame, err = l.frames.Next()
	var timeout net.Error
	switch {
	case err == nil:
		return frame, true, nil
	case errors.As(err, &timeout) && timeout.Timeout():
		return nil, false, errSilent
	}
	return nil, false, nil // an end is an end, in order or by reset
}

// write sends. The server may have closed the connection meanwhile: what follows is read, then.
func (l *link) write(b []byte) { _, _ = l.nc.Write(b) }

// leave closes the connection and waits until the server has done so, too: then its watches are gone.
func (l *link) leave() error {
	if tcp, ok := l.nc.(*net.TCPConn); ok {
		_ = tcp.CloseWrite() // fails only on a connection that is closed
	}
	defer l.close()
	for {
		if _, open, err := l.next(); err != nil || !open {
			return err
		}
	}
}

func (l *link) close() { _ = l.nc.Close() }

// encode makes the frame of a request. Zxids that are relative to the check's first become whole.
func (l *link) encode(b []byte, r *Request, base int64) []byte {
	if r.Bare {
		return wire.AppendFrame(b, r.Body)
	}
	xid := r.Xid
	if xid == 0 {
		l.xid++
		xid = l.xid
	}
	body := whole(r.Body, base)
	if r.Cut > 0 {
		all := body.AppendTo(nil)
		body = bytes(all[:max(0, len(all)-r.Cut)])
	}
	return wire.AppendRequest(b, xid, r.Op, body)
}

func whole(body wire.Record, base int64) wire.Record {
	switch q := body.(type) {
	case *wire.SetWatchesRequest:
		c := *q
		c.RelativeZxid = since(c.RelativeZxid, base)
		return &c
	case *wire.SetWatches2Request:
		c := *q
		c.RelativeZxid = since(c.RelativeZxid, base)
		return &c
	}
	return body
}

func since(zxid, base int64) int64 {
	if zxid >= SinceStart/2 {
		return zxid - SinceStart + base
	}
	return zxid
}
