package conn

import (
	"crypto/tls"
	"net"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/auth"
)

// Mode is what connections of a listener begin with.
type Mode uint8

// The modes.
const (
	Plain  Mode = iota
	Secure      // a TLS handshake
	Either      // a TLS handshake or, after any other first byte, none
)

// tlsHandshake is the first byte of a TLS handshake. No frame that is short enough and no four-letter word begins so.
const tlsHandshake = 0x16

// secure serves the TLS handshake, if there is to be one, and says who the client is by its certificate. It runs in the reader, so a
// client that does not come to an end holds up nobody; it has the time for the first frame in which to come to one.
func (c *Conn) secure() bool {
	under := c.nc
	switch c.mode {
	case Plain:
		return true
	case Either:
		first := make([]byte, 1)
		if _, err := c.nc.Read(first); err != nil {
			c.explain(err)
			return false
		}
		under = &resumed{Conn: c.nc, head: first}
		if first[0] != tlsHandshake {
			c.travel(under)
			return true
		}
	case Secure:
	}
	t := tls.Server(under, c.env.Security.TLS)
	c.setWriteDeadline(time.Now().Add(idleLimit))
	if err := t.Handshake(); err != nil { //nolint:noctx // deadlines bound it, and closing the socket ends it
		c.refuse(err)
		return false
	}
	c.setWriteDeadline(time.Time{})
	c.travel(t)
	return c.certified(t)
}

// travel changes what frames travel on.
func (c *Conn) travel(link net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link, c.try = link, nil // what is written past the link would be read as something else
}

// certified adds the identity that a certificate proves. One that nobody has verified proves nothing.
func (c *Conn) certified(t *tls.Conn) bool {
	state := t.ConnectionState()
	if len(state.VerifiedChains) == 0 {
		return true
	}
	subject, err := auth.Subject(state.VerifiedChains[0][0].RawSubject)
	if err != nil {
		c.refuse(err)
		return false
	}
	ids := c.env.Policy.AddSubject(c.IDs(), subject)
	c.ids.Store(&ids)
	return true
}

// refuse logs why a client is not let in.
func (c *Conn) refuse(err error) {
	c.mu.Lock()
	quiet := c.aborted || c.draining
	c.mu.Unlock()
	if !quiet {
		c.env.Counters.Meter.Insecure.Add(1)
		c.env.Log.Warn("closing a connection: no TLS", "peer", c.nc.RemoteAddr(), "err", err)
	}
}

// setWriteDeadline does not undo what closing has set.
func (c *Conn) setWriteDeadline(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closing {
		_ = c.nc.SetWriteDeadline(t) // fails only on a connection that is closed
	}
}

// sayGoodbye ends a TLS stream in order. It waits no longer than closing lets a write wait.
func sayGoodbye(link net.Conn) {
	if t, ok := link.(*tls.Conn); ok {
		_ = t.CloseWrite() // a client that is gone needs none
	}
}
