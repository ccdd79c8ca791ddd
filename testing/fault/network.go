package fault

import (
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// DefaultWindow is how many bytes one direction of a connection holds before its writer blocks, unless WithWindow says
// otherwise.
const DefaultWindow = 256 << 10

// firstPort is the first of the ports that listeners on port 0 and dialers get.
const firstPort = 49152

// Network is an in-memory TCP network. Its methods may be called by several goroutines at once, and from an
// interceptor. It needs no closing: it has no goroutine of its own.
type Network struct {
	latency time.Duration
	window  int

	// interceptors is replaced as a whole, so that a connection reads it without a lock.
	interceptors atomic.Pointer[[]*interceptor]

	// mu guards what follows. It is taken before a link's mutex, never while one is held.
	mu        sync.Mutex
	listeners map[string]*listener // by address
	links     map[*link]struct{}   // the connections of which an end is open
	blocked   map[way]struct{}     // the partitions
	refused   map[string]bool      // by host
	port      int                  // the last one given out
	changed   chan struct{}        // closed and replaced when blocked changes; dialers wait for it
}

// Option configures a Network.
type Option func(*Network)

// WithLatency makes every byte, and each half of connecting, take d one way. Bytes stay in order and a writer does not
// wait for its bytes to arrive. Dialing takes 2d, a request and its reply take 2d: under virtual time the elapsed time
// divided by 2d is the exact number of round trips. The default is 0; a negative d counts as 0.
func WithLatency(d time.Duration) Option { return func(n *Network) { n.latency = max(d, 0) } }

// WithWindow bounds what one direction of a connection holds, in flight and unread, to n bytes, at least 1.
func WithWindow(n int) Option { return func(net *Network) { net.window = max(n, 1) } }

// NewNetwork returns a network on which nobody listens yet. Make it inside the synctest bubble that uses it.
func NewNetwork(opts ...Option) *Network {
	n := &Network{
		window:    DefaultWindow,
		listeners: map[string]*listener{},
		links:     map[*link]struct{}{},
		blocked:   map[way]struct{}{},
		refused:   map[string]bool{},
		port:      firstPort - 1,
		changed:   make(chan struct{}),
	}
	for _, opt := range opts {
		opt(n)
	}
	return n
}

// Addr is an address on a Network, such as "zk1:2181".
type Addr string

// Network is "tcp".
func (Addr) Network() string { return "tcp" }

// String is host:port.
func (a Addr) String() string { return string(a) }

// Listen listens on addr, which is host:port; any host name will do, and port 0 gets a free port. The network is "tcp",
// "tcp4" or "tcp6". An address that somebody listens on already is an error that wraps syscall.EADDRINUSE; once that
// listener is closed the address is free again. The signature is that of net.Listen.
func (n *Network) Listen(network, addr string) (net.Listener, error) {
	host, port, err := split(network, addr)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: network, Err: err}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if port == "0" {
		for port == "0" || n.listeners[net.JoinHostPort(host, port)] != nil {
			port = n.nextPort()
		}
	}
	at := Addr(net.JoinHostPort(host, port))
	if n.listeners[string(at)] != nil {
		return nil, opError("listen", nil, at, sysError("bind", syscall.EADDRINUSE))
	}
	l := newListener(n, at)
	n.listeners[string(at)] = l
	return l, nil
}

// Refuse makes every new dial to the server fail as if nobody listened there (on), or not any more (off). Connections
// that exist are left alone. The server is a host name; a port behind it is ignored.
func (n *Network) Refuse(server string, on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refused[hostOf(server)] = on
}

// CutAll resets every connection: both ends of each get an error that wraps syscall.ECONNRESET at once, and what was
// unread is lost. New connections can be made.
func (n *Network) CutAll() { n.cut(func(*link) bool { return true }) }

func (n *Network) cut(which func(*link) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.links {
		if which(l) {
			l.reset()
			delete(n.links, l)
		}
	}
}

// forget drops a connection that is over at both ends.
func (n *Network) forget(l *link) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.links, l)
}

// nextPort wants n.mu held.
func (n *Network) nextPort() string {
	n.port++
	if n.port > 65535 {
		n.port = firstPort
	}
	return strconv.Itoa(n.port)
}

// split checks a network and an address and takes the address apart.
func split(network, addr string) (host, port string, err error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return "", "", net.UnknownNetworkError(network)
	}
	host, port, err = net.SplitHostPort(addr)
	if err == nil && (host == "" || port == "") {
		err = &net.AddrError{Err: "needs a host and a port", Addr: addr}
	}
	return host, port, err
}

// hostOf is the host of a name that may have a port.
func hostOf(name string) string {
	if host, _, err := net.SplitHostPort(name); err == nil {
		return host
	}
	return name
}
