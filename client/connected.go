package client

import (
	"context"
	"fmt"
)

// WaitConnected returns nil as soon as there is a connection: at once in the states Connected, Reconnected and ReadOnly. It fails with ctx's
// cause, or with ErrClosed. It sends nothing. Calls need not be preceded by it: they wait themselves, as the retry policy says.
func (c *Client) WaitConnected(ctx context.Context) error {
	if c.closed() {
		return ErrClosed
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	_, up := c.states.present()
	select {
	case <-up:
		return nil
	case <-c.life.Done():
		return ErrClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// begin starts what runs as long as the client.
func (c *Client) begin(cfg config) {
	if cfg.follow {
		c.follows.Go(func() { follow(c.life, c.absolute()) })
	}
}

// Detach ends the client as Close does, but leaves the session alive, with its ephemerals, for its timeout: another client may resume it
// with what Session.Export gave. It does nothing on a client that was closed, and is an error on one that Wrap made, whose session is
// its conn's.
func (c *Client) Detach(ctx context.Context) error {
	if c.space.base != nil {
		return errViewClosed
	}
	if c.events == nil {
		return fmt.Errorf("client: detach: the session belongs to the *zk.Conn of Wrap")
	}
	c.seam.Abort()
	return c.Close(ctx)
}
