package session

import "time"

// retirement is how a connection ends whose server is no longer wanted: it takes no more of the SDK's requests, and closes when those
// that were under way are answered, so that their callers are not left in doubt. zk.Conn's own later requests are cut off with it.
type retirement struct {
	err   error // why; nil while the connection is not retired
	owed  int   // replies that are waited for
	timer *time.Timer
}

// retire begins it. The SDK's callers are without a connection from now on.
func (c *conn) retire(err error) {
	s := c.seam
	s.mu.Lock()
	if !s.live.CompareAndSwap(c, nil) {
		s.mu.Unlock()
		return
	}
	s.retired = c
	c.mu.Lock()
	c.retirement.err, c.retirement.owed = err, c.inflight.len()
	idle := c.retirement.owed == 0
	if !idle && c.err == nil {
		c.retirement.timer = time.AfterFunc(s.patienceFor(s.info.Timeout), func() { s.unlessClosing(c, err) })
	}
	c.mu.Unlock()
	if s.opts.Hooks.Disconnected != nil {
		s.opts.Hooks.Disconnected()
	}
	s.mu.Unlock()
	if idle {
		_ = c.fail(err)
	}
}

// unlessClosing ends a retired connection. One on which zk.Conn is about to close the session stays until it has.
func (s *Seam) unlessClosing(c *conn, err error) {
	if s.closing.Err() == nil {
		_ = c.fail(err)
	}
}

// paid counts a reply. The caller holds c.mu.
func (c *conn) paid() {
	if c.retirement.err != nil {
		c.retirement.owed--
	}
}

// drained is why the connection ends now, if everything that was waited for is here.
func (c *conn) drained() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.retirement.err != nil && c.retirement.owed <= 0 && c.seam.closing.Err() == nil {
		return c.retirement.err
	}
	return nil
}

// failYoung ends the connection whose handshake is under way.
func (s *Seam) failYoung(err error) {
	s.mu.Lock()
	young := s.young
	s.mu.Unlock()
	if young != nil {
		_ = young.fail(err)
	}
}
