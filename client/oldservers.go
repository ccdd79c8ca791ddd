package client

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/zookit-go/zookit/internal/wire"
)

// UnsupportedError means that the server does not know the operation, and says which one would. It matches ErrUnsupported and ErrUnimplemented. Apache's
// servers close the connection after that answer; the session, its ephemerals and its watches live on, while other calls in flight see a
// connection loss.
type UnsupportedError struct {
	Op    string // the protocol's name
	Needs string // what the server must be: "3.5 or later"
}

// Error implements error.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%v: %s needs a server of %s", ErrUnimplemented, e.Op, e.Needs)
}

// Is matches ErrUnsupported and ErrUnimplemented.
func (e *UnsupportedError) Is(target error) bool {
	return target == ErrUnsupported || target == ErrUnimplemented
}

// needs is what the younger operations need.
var needs = map[wire.Op]string{
	wire.OpCreate2:              "3.5.0 or later",
	wire.OpReconfig:             "3.5.0 or later that is not alone",
	wire.OpCreateContainer:      "3.5.1 or later",
	wire.OpCreateTTL:            "3.5.3 or later with zookeeper.extendedTypesEnabled=true",
	wire.OpMultiRead:            "3.6.0 or later",
	wire.OpGetEphemerals:        "3.6.0 or later",
	wire.OpGetAllChildrenNumber: "3.6.0 or later",
	wire.OpWhoAmI:               "3.7.0 or later",
}

// tooOld is what a server's UNIMPLEMENTED means.
func tooOld(op wire.Op) error {
	if text, ok := needs[op]; ok {
		return &UnsupportedError{Op: op.String(), Needs: text}
	}
	return ErrUnimplemented
}

// oldServers remembers in which session a server did not know an operation that there is another way for: each attempt costs a
// connection. In the next session it is asked again.
type oldServers struct {
	create2   atomic.Pointer[Session]
	container atomic.Pointer[Session]
}

func (o *oldServers) of(op wire.Op) *atomic.Pointer[Session] {
	if op == wire.OpCreate2 {
		return &o.create2
	}
	return &o.container
}

// knows tells whether the servers of this session may know op, create2 or createContainer, and it can be sent.
func (c *Client) knows(op wire.Op) bool {
	if op == wire.OpCreate2 && c.seam.Lent() {
		return false
	}
	session := c.old.of(op).Load()
	return session == nil || session != c.Session()
}

// learn notes that a server does not know op, and returns when the connection that the server is about to close is no longer the one that
// requests take: a read that is answered was not sent on it.
func (c *Client) learn(ctx context.Context, op wire.Op) error {
	c.old.of(op).Store(c.Session())
	_, _, err := c.Exists("/").Do(ctx)
	return err
}
