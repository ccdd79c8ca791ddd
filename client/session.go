package client

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Session is one ZooKeeper session, the thing that can die: ephemeral znodes and everything that a recipe holds live as long as it
// does. A Client has one at a time; after a loss it gets another, and what was held in the old one is gone.
type Session struct {
	id      int64
	passwd  []byte
	timeout atomic.Int64
	ctx     context.Context // the session's life
	end     context.CancelCauseFunc
}

func newSession(info session.Info) *Session {
	s := &Session{id: info.ID, passwd: info.Passwd}
	s.ctx, s.end = context.WithCancelCause(context.Background())
	return s
}

// ID is the session's id, the EphemeralOwner of its ephemerals.
func (s *Session) ID() int64 { return s.id }

// Export returns what another client needs to resume the session with WithSession: its id and its password, which is a secret. A client
// that ends with Detach leaves the session to it. A session belongs to one client at a time: the server closes the connection of the
// former one, which would take the session back when it connects again.
func (s *Session) Export() (id int64, passwd []byte) { return s.id, slices.Clone(s.passwd) }

// Timeout is what the server granted, at the last connection: it expires the session when it has heard nothing for so long.
func (s *Session) Timeout() time.Duration { return time.Duration(s.timeout.Load()) }

// Context ends with the session. Its cause matches ErrSessionLost, or ErrClosed when the client was closed.
//
// A loss is declared when the session timeout has passed since the last request that the server answered was sent. The server
// cannot expire the session before that moment, so the context ends before any other client can see an ephemeral of this session
// vanish, as long as both clocks run at the same rate and this process runs at all.
func (s *Session) Context() context.Context { return s.ctx }

// Err is nil as long as the session lives, then the cause of its end.
func (s *Session) Err() error {
	if !s.over() {
		return nil
	}
	return context.Cause(s.ctx)
}

func (s *Session) over() bool { return s.ctx.Err() != nil }

// String is the id as ZooKeeper's tools print it.
func (s *Session) String() string { return fmt.Sprintf("0x%x", uint64(s.id)) }
