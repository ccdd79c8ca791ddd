package session

import "encoding/binary"

// hold keeps zk.Conn's frames back until the connection is open for requests. The caller holds c.mu.
func (c *conn) hold(frame []byte) { c.held = append(c.held, frame...) }

// release adds what was held back to what is written. The caller holds c.mu.
func (c *conn) release() error {
	frames := c.held
	c.held = nil
	for len(frames) > 0 {
		n := 4 + int(binary.BigEndian.Uint32(frames))
		if err := c.take(frames[:n]); err != nil {
			return err
		}
		frames = frames[n:]
	}
	return nil
}

// askedApart notes a frame whose reply may overtake others. The caller holds c.mu.
func (c *conn) askedApart(a apart) {
	a.after = c.matched + uint64(c.inflight.len())
	c.apart = append(c.apart, a)
}

// overdue tells whether a reply that may overtake was overtaken itself, which servers do not do: it is lost. The caller holds c.mu.
func (c *conn) overdue() bool {
	for _, a := range c.apart {
		if a.after < c.matched {
			return true
		}
	}
	return false
}
