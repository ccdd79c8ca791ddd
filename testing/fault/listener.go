package fault

import (
	"net"
	"sync"
)

// listener queues the connections that wait for Accept. The queue has no bound.
type listener struct {
	net  *Network
	addr Addr

	// Guarded by net.mu.
	some    sync.Cond // the queue or closed changed
	backlog []*conn
	closed  bool
}

func newListener(n *Network, addr Addr) *listener {
	return &listener{net: n, addr: addr, some: sync.Cond{L: &n.mu}}
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	for {
		if l.closed {
			return nil, opError("accept", nil, l.addr, net.ErrClosed)
		}
		if len(l.backlog) > 0 {
			c := l.backlog[0]
			l.backlog = l.backlog[1:]
			return c, nil
		}
		l.some.Wait()
	}
}

// Close frees the address. Connections that nobody has accepted are reset, as by a kernel.
func (l *listener) Close() error {
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	if l.closed {
		return opError("close", nil, l.addr, net.ErrClosed)
	}
	l.closed = true
	delete(l.net.listeners, string(l.addr))
	for _, c := range l.backlog {
		c.link.reset()
		delete(l.net.links, c.link)
	}
	l.backlog = nil
	l.some.Broadcast()
	return nil
}

// Addr is the address that was listened on, with the port that was given for port 0.
func (l *listener) Addr() net.Addr { return l.addr }
