//go:build unix

package conn

import (
	"errors"
	"net"
	"syscall"
)

// trier writes to a socket without waiting, which net.Conn cannot: its Write waits until all is written.
type trier struct {
	raw     syscall.RawConn
	attempt func(fd uintptr) bool
	b       []byte
	n       int
	err     error
}

// newTrier returns nil for a connection that is no plain socket.
func newTrier(nc net.Conn) *trier {
	tcp, ok := nc.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	t := &trier{raw: raw}
	t.attempt = func(fd uintptr) bool {
		t.n, t.err = syscall.Write(int(fd), t.b)
		return true // whatever came of it, there is no second attempt
	}
	return t
}

// write returns how much the socket took. That it is full for now is no error.
func (t *trier) write(b []byte) (int, error) {
	t.b, t.n, t.err = b, 0, nil
	if err := t.raw.Write(t.attempt); err != nil {
		return 0, err
	}
	t.b = nil
	if errors.Is(t.err, syscall.EAGAIN) || errors.Is(t.err, syscall.EINTR) {
		return 0, nil
	}
	return max(t.n, 0), t.err
}
