package client

import (
	"fmt"
	"io"
)

// String says which session the client has and how it stands to the ensemble.
func (c *Client) String() string {
	now, _ := c.states.present()
	if now.Session == nil {
		return fmt.Sprintf("client without a session, %v", now.State)
	}
	return fmt.Sprintf("client of session %v, %v", now.Session, now.State)
}

// Format implements fmt.Formatter: every verb prints String, and none what is inside, with the session's password and what else changes
// meanwhile.
func (c *Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// String says no more than what it is.
func (d *Dialer) String() string { return "client dialer" }

// Format implements fmt.Formatter: every verb prints String.
func (d *Dialer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }
