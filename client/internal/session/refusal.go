package session

import (
	"io"
	"net"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// refuse appends a server's answer to a session that it does not know.
func refuse(b []byte) []byte {
	return wire.AppendFrame(b, &wire.ConnectResponse{Passwd: make([]byte, wire.PasswdSize)})
}

// refusal is a net.Conn on which zk.Conn hears that its session is over, without a server: it was declared lost here.
type refusal struct{ answer []byte }

func newRefusal() *refusal { return &refusal{answer: refuse(nil)} }

func (r *refusal) Read(p []byte) (int, error) {
	if len(r.answer) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.answer)
	r.answer = r.answer[n:]
	return n, nil
}

func (*refusal) Write(p []byte) (int, error)      { return len(p), nil }
func (*refusal) Close() error                     { return nil }
func (*refusal) LocalAddr() net.Addr              { return noAddr{} }
func (*refusal) RemoteAddr() net.Addr             { return noAddr{} }
func (*refusal) SetDeadline(time.Time) error      { return nil }
func (*refusal) SetReadDeadline(time.Time) error  { return nil }
func (*refusal) SetWriteDeadline(time.Time) error { return nil }

type noAddr struct{}

func (noAddr) Network() string { return "none" }
func (noAddr) String() string  { return "none" }
