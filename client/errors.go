package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// ErrConnectionLoss means that the connection ended before the answer came, or that there was none. It matches
// zk.ErrConnectionClosed, too.
var ErrConnectionLoss = session.ErrConnectionLoss

// ErrTooLarge means that a request is longer than servers take (1,048,575 bytes for the whole frame), so it was not sent.
var ErrTooLarge = session.ErrTooLarge

// ErrSessionLost means that the session is over: the server said so, or its timeout passed without an answer. It matches
// zk.ErrSessionExpired, too. It is the cause with which a Session's context ends.
var ErrSessionLost error = alias{"session lost", zk.ErrSessionExpired}

// ErrClosed means that the client was closed. It matches zk.ErrClosing, too.
var ErrClosed error = alias{"client closed", zk.ErrClosing}

// ErrUnimplemented means that the server does not know the operation; an *UnsupportedError says what it takes.
var ErrUnimplemented = errors.New("operation unknown to the server")

// ErrReadOnly means that the server has no quorum and so only reads; see WithReadOnly. The write was not done.
var ErrReadOnly = errors.New("the server is read-only")

// alias is an error that zk.Conn's users know by another name.
type alias struct {
	text string
	as   error
}

func (a alias) Error() string        { return a.text }
func (a alias) Is(target error) bool { return target == a.as }

// OpError says which operation failed, on which znode and why. Err is one of the zk package's errors where there is one, so
// errors.Is(err, zk.ErrNoNode) works.
type OpError struct {
	Op   string // the protocol's name: create, getData, ...
	Path string // as the caller named it
	Err  error

	place   int        // of the operation in its transaction, from 1; 0: it was alone
	unknown bool       // a write that may have been done
	lost    *operation // it, then; what Resolve begins with
	within  *Session   // in which its attempts were made; nil if in several
}

// Error implements error.
func (e *OpError) Error() string {
	text := fmt.Sprintf("zookeeper: %s %s: %v", e.Op, e.Path, e.Err)
	if e.place > 0 {
		text += fmt.Sprintf(" (operation %d of the request)", e.TxnIndex())
	}
	if e.unknown {
		text += " (may have been applied)"
	}
	return text
}

// TxnIndex is which of Txn's or MultiRead's arguments the operation was, from 0; -1 if it was none.
func (e *OpError) TxnIndex() int { return e.place - 1 }

// Unwrap returns Err.
func (e *OpError) Unwrap() error { return e.Err }

// Retryable tells whether the same call may succeed later without anyone changing anything: the connection was lost, or the
// session, or the server timed out or was too busy. Contexts that ended and other refusals of the server are not.
func Retryable(err error) bool {
	return errors.Is(err, ErrConnectionLoss) || errors.Is(err, zk.ErrSessionExpired) || errors.Is(err, zk.ErrSessionMoved) ||
		errors.Is(err, wire.OperationTimeout) || errors.Is(err, wire.ThrottledOp)
}

var codeErrors = map[wire.Code]error{
	wire.APIError:                zk.ErrAPIError,
	wire.NoNode:                  zk.ErrNoNode,
	wire.NoAuth:                  zk.ErrNoAuth,
	wire.BadVersion:              zk.ErrBadVersion,
	wire.NoChildrenForEphemerals: zk.ErrNoChildrenForEphemerals,
	wire.NodeExists:              zk.ErrNodeExists,
	wire.NotEmpty:                zk.ErrNotEmpty,
	wire.SessionExpired:          zk.ErrSessionExpired,
	wire.InvalidACL:              zk.ErrInvalidACL,
	wire.AuthFailed:              ErrAuthFailed,
	wire.Closing:                 zk.ErrClosing,
	wire.Nothing:                 zk.ErrNothing,
	wire.SessionMoved:            zk.ErrSessionMoved,
	wire.ReconfigDisabled:        zk.ErrReconfigDisabled,
	wire.BadArguments:            zk.ErrBadArguments,
	wire.Unimplemented:           ErrUnimplemented,
	wire.NotReadOnly:             ErrReadOnly,

	wire.SessionClosedRequireSASLAuth: ErrAuthRequired,
}

// translate turns the server's code into the error that zk.Conn would return; other errors stay.
func translate(err error) error {
	var code wire.Code
	if !errors.As(err, &code) {
		return err
	}
	if known, ok := codeErrors[code]; ok {
		return known
	}
	return code
}

// bare is an error without the operation that it came from, for one that gets another.
func bare(err error) error {
	var op *OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// over tells whether err is the end of the caller's context rather than anything of ZooKeeper's.
func over(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, context.Cause(ctx))
}
