package conn

// unsent is how much a connection's client has not read. Conn.mu guards it.
type unsent struct {
	writing int // bytes that the writer has taken from out and the network not from the writer
	counted int // what of this and of out is in Counters.Queued
}

// unread is how many bytes wait for the client. The caller holds mu.
func (c *Conn) unread() int { return len(c.out) + c.writing }

// tally makes the server's counter know of what waits. The caller holds mu.
func (c *Conn) tally() {
	if n := c.unread(); n != c.counted {
		c.env.Counters.Queued.Add(int64(n - c.counted))
		c.counted = n
	}
}

// overfull tells whether the connection is to be closed because too much waits for it: too much for one, or more than its
// share while too much waits for all. At least one connection has more than its share then, and those that have less are
// together no more than the limit, so what waits never gets beyond twice the limit. A share is never so small that it could be
// what a client is about to read. The caller holds mu.
func (c *Conn) overfull() bool {
	n, limit := c.unread(), c.env.Limits.Queued
	if n > hardLimit {
		return true
	}
	return limit > 0 && n > flushAt && c.env.Counters.Queued.Load()+int64(n-c.counted) > limit &&
		int64(n) > limit/max(c.env.Counters.Open.Load(), 1)
}

// allowance is how many requests the limit of all that waits leaves to the connection: from half of it on, one at a time, and
// none to a client that has something to read. The caller holds mu.
func (c *Conn) allowance() int {
	switch {
	case !c.crowded():
		return maxBatch
	case c.unread() > 0:
		return 0
	}
	return 1 - c.pending
}

// crowded tells whether half of the limit of all that waits has been reached.
func (c *Conn) crowded() bool {
	limit := c.env.Limits.Queued
	return limit > 0 && c.env.Counters.Queued.Load() > limit/2
}
