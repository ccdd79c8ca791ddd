package server

// WithMaxQueued limits the bytes that wait in the server for clients to read them, over all connections; 1 GiB by default, 0 is no
// limit. From half of it on, the server reads from a client only when that has read everything. Above it, a connection that
// more waits for than its equal share of the limit, and more than 64 KiB, is closed when still more is to be sent to it. So
// clients that do not read cost at most twice the limit, and cost those that read nothing.
//
// Whatever the limit, 16 MiB that wait for one client end the reading from it, and 256 MiB the connection.
func WithMaxQueued(bytes int64) Option {
	return func(c *config) error {
		if bytes < 0 {
			return errNegative
		}
		c.conns.limits.Queued = bytes
		return nil
	}
}
