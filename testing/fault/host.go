package fault

import (
	"context"
	"net"
	"syscall"
	"time"
)

// Anonymous is the name of the host that Network.Dial dials from.
const Anonymous = "anonymous"

// Host is a named machine on a Network: it dials, and faults can be aimed at it. Servers are hosts too: who listens on
// "zk1:2181" is on host "zk1". A server that looks at the address of its clients sees the host's name, so give a host
// an IP address for its name where that matters. A Host is only a name: any two of the same name are the same.
type Host struct {
	net  *Network
	name string
}

// Host returns the host of that name; "" is Anonymous. A port behind the name is ignored.
func (n *Network) Host(name string) *Host {
	name = hostOf(name)
	if name == "" {
		name = Anonymous
	}
	return &Host{n, name}
}

// Name is the host's name.
func (h *Host) Name() string { return h.name }

// Dial is DialContext with a timeout; 0 means none. The signature is that of net.DialTimeout and of go-zookeeper's
// zk.Dialer.
func (h *Host) Dial(network, addr string, timeout time.Duration) (net.Conn, error) {
	ctx := context.Background()
	if timeout != 0 {
		limited, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		ctx = limited
	}
	return h.DialContext(ctx, network, addr)
}

// Dial dials from the host Anonymous.
func (n *Network) Dial(network, addr string, timeout time.Duration) (net.Conn, error) {
	return n.Host(Anonymous).Dial(network, addr, timeout)
}

// DialContext connects to whoever listens on addr. ctx bounds connecting only. It takes one round trip.
//
// Errors are a *net.OpError. If nobody listens, or Refuse was called, it wraps syscall.ECONNREFUSED. While a partition
// is between the two hosts, DialContext waits for its end, or for ctx: then it wraps context.DeadlineExceeded, and
// Timeout is true, or context.Canceled.
func (h *Host) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	n := h.net
	host, _, err := split(network, addr)
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	if err := n.reach(ctx, h.name, host); err != nil {
		return nil, opError("dial", nil, Addr(addr), err)
	}
	// reach returns with the lock held, so that what it found still holds.
	defer n.mu.Unlock()
	l := n.listeners[addr]
	if l == nil || n.refused[host] {
		return nil, opError("dial", nil, Addr(addr), sysError("connect", syscall.ECONNREFUSED))
	}
	link := newLink(n, Addr(net.JoinHostPort(h.name, n.nextPort())), l.addr)
	n.links[link] = struct{}{}
	l.backlog = append(l.backlog, link.server)
	l.some.Signal()
	return link.client, nil
}

// reach waits until packets pass both ways between two hosts and have done so once. It returns with n.mu held unless it
// returns an error.
func (n *Network) reach(ctx context.Context, from, to string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	answered := n.latency == 0
	n.mu.Lock()
	for {
		var trip <-chan time.Time
		switch {
		case n.stalled(from, to) || n.stalled(to, from):
			answered = n.latency == 0 // what was sent is lost; try again at the end of the partition
		case answered:
			return nil
		default:
			trip = time.After(2 * n.latency)
			answered = true
		}
		changed := n.changed
		if trip != nil {
			changed = nil // a partition is looked for when the trip is over
		}
		n.mu.Unlock()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		case <-trip:
		}
		n.mu.Lock()
	}
}

// Cut resets every connection from or to the host: both ends of each get an error that wraps syscall.ECONNRESET at
// once, partition or not, and what was unread is lost. New connections can be made.
func (h *Host) Cut() {
	h.net.cut(func(l *link) bool { return l.clientHost == h.name || l.serverHost == h.name })
}
