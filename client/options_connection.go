package client

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// connection is the part of config that says which servers and which session.
type connection struct {
	ensemble provider
	follow   bool
	readOnly bool
	resume   *session.Claim
	policy   StateErrorPolicy
}

// servers takes a connect string apart. With a provider there need be no host in it: "/chroot" or "".
func (c config) servers(s string) (hosts []string, chroot string, err error) {
	if c.ensemble.EnsembleProvider == nil {
		return parseServers(s)
	}
	if s == "" || strings.HasPrefix(s, "/") {
		s = "ensemble" + s // a stand-in, which is never dialled
	}
	return parseServers(s)
}

// WithReadOnly lets the client connect to a server that has no quorum, where one runs with readonlymode.enabled, if there is no better one.
// The state is then ReadOnly: reads are answered, writes and sync fail with ErrReadOnly. Meanwhile the client asks the other servers, with
// pauses of 100 ms that grow to a minute, for one that writes, with the four-letter word isro, which they must not forbid; when it finds
// one it moves there.
//
// A read-only server cannot resume a session from before, so the client gets to it only when that session is Lost, or with its first; and a
// session that began there ends when the client finds a server that writes: Suspended, Lost, then Connected or Reconnected in another one.
func WithReadOnly() Option {
	return func(c *config) error {
		c.readOnly = true
		return nil
	}
}

// WithSession resumes a session that was exported, with its ephemerals, rather than begin a new one. If it is over, or the password is wrong,
// Connect fails with ErrSessionLost, and nothing was begun in its place; so does Wrap, whose *zk.Conn connects no more then.
func WithSession(id int64, passwd []byte) Option {
	return func(c *config) error {
		if id == 0 || len(passwd) != wire.PasswdSize {
			return fmt.Errorf("%w: session 0x%x with a password of %d bytes", errOption, uint64(id), len(passwd))
		}
		c.resume = &session.Claim{ID: id, Passwd: slices.Clone(passwd)}
		return nil
	}
}

// StateErrorPolicy tells in which states a recipe has to expect that it no longer holds what it held; Client.StateErrorPolicy says which one
// the client was given. Elections go by it (recipes/leader), unless told otherwise. Locks and all else that is held go on while Suspended,
// since the session may live, and end with Lost.
type StateErrorPolicy func(State) bool

// StandardErrors is the policy for which Suspended and Lost are errors: the session may be over while nothing can be asked.
// It is the default, as in Curator.
func StandardErrors(s State) bool { return s == Suspended || s == Lost }

// SessionErrors is the policy for which only Lost is an error. It is safe as long as this client's clock runs no slower than the
// server's: the client declares Lost before the server can expire the session.
func SessionErrors(s State) bool { return s == Lost }

// WithStateErrorPolicy sets the error policy: StandardErrors, SessionErrors or one's own.
func WithStateErrorPolicy(policy StateErrorPolicy) Option {
	return func(c *config) error {
		if policy == nil {
			return fmt.Errorf("%w: no error policy", errOption)
		}
		c.policy = policy
		return nil
	}
}

// StateErrorPolicy is what WithStateErrorPolicy set, by default StandardErrors.
func (c *Client) StateErrorPolicy() StateErrorPolicy {
	if c.policy == nil {
		return StandardErrors
	}
	return c.policy
}
