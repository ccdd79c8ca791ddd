package conn

import "runtime/debug"

// guard runs one of the connection's goroutines. A panic in it, should there be one, costs the connection and not the server.
func (c *Conn) guard(f func()) {
	defer func() {
		if p := recover(); p != nil {
			c.env.Log.Error("panic while serving a connection", "peer", c.nc.RemoteAddr(), "panic", p, "stack", string(debug.Stack()))
			c.Abort()
		}
	}()
	f()
}
