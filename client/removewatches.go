package client

import (
	"context"
	"errors"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// ErrNoWatch means that there is no such watch on the path.
var ErrNoWatch = errors.New("no such watch")

// watchKinds is which of the watches on a path are meant.
type watchKinds struct {
	wire  wire.WatcherType
	means func(kind session.WatchKind, mode session.WatchMode) bool
}

var (
	anyWatch = watchKinds{wire.WatcherAny, func(session.WatchKind, session.WatchMode) bool { return true }}

	dataWatches = watchKinds{wire.WatcherData, func(k session.WatchKind, m session.WatchMode) bool {
		return m == session.OneShot && k != session.WatchChild
	}}
	childrenWatches = watchKinds{wire.WatcherChildren, func(k session.WatchKind, m session.WatchMode) bool {
		return m == session.OneShot && k == session.WatchChild
	}}
	persistentWatches = watchKinds{wire.WatcherPersistent, func(_ session.WatchKind, m session.WatchMode) bool {
		return m == session.Persistent
	}}
	recursiveWatches = watchKinds{wire.WatcherPersistentRecursive, func(_ session.WatchKind, m session.WatchMode) bool {
		return m == session.Recursive
	}}
)

// RemoveWatchesBuilder ends the watches on a path.
type RemoveWatchesBuilder struct {
	c     *Client
	path  string
	kinds watchKinds
	local bool
}

// RemoveWatches ends the watches that users of this client have on path, of every kind unless one is named. Their channels are closed and
// their Err is ErrWatchRemoved. To end a single user's watch, use Watch.Close. Watches of hand-written code on Conn stay.
func (c *Client) RemoveWatches(path string) RemoveWatchesBuilder {
	return RemoveWatchesBuilder{c: c, path: path, kinds: anyWatch}
}

// Data means the one-shots of Get and Exists.
func (b RemoveWatchesBuilder) Data() RemoveWatchesBuilder {
	b.kinds = dataWatches
	return b
}

// Children means the one-shots of Children.
func (b RemoveWatchesBuilder) Children() RemoveWatchesBuilder {
	b.kinds = childrenWatches
	return b
}

// Persistent means the watches that stay and are not recursive.
func (b RemoveWatchesBuilder) Persistent() RemoveWatchesBuilder {
	b.kinds = persistentWatches
	return b
}

// Recursive means the recursive watches.
func (b RemoveWatchesBuilder) Recursive() RemoveWatchesBuilder {
	b.kinds = recursiveWatches
	return b
}

// Local does not wait for the server, nor for a connection: the users' watches end at once, and the server is told when it can be.
func (b RemoveWatchesBuilder) Local() RemoveWatchesBuilder {
	b.local = true
	return b
}

// Do ends the watches and waits until the server has none of them left that nobody else needs: up to three requests, since servers before 3.9
// do not know every kind, and none if somebody does. Without a connection there is nothing at the server to remove. It fails with
// ErrNoWatch if there was none, and with the cause of ctx; the users' watches have ended then all the same.
func (b RemoveWatchesBuilder) Do(ctx context.Context) error {
	o := operation{op: wire.OpRemoveWatches, path: b.path, abs: b.c.abs(b.path)}
	seen := b.c.see(ctx, &o)
	err := b.remove(ctx, &o)
	seen.end(err)
	return err
}

func (b RemoveWatchesBuilder) remove(ctx context.Context, o *operation) error {
	if err := b.c.check(b.path, false); err != nil {
		return o.fail(err, false)
	}
	if b.c.closed() {
		return o.fail(ErrClosed, false)
	}
	n, err := b.c.seam.LeavePath(ctx, o.abs, b.kinds.means, !b.local)
	if err == nil && n == 0 {
		err = ErrNoWatch
	}
	if err != nil {
		return o.fail(err, false)
	}
	return nil
}

// CheckWatchesBuilder asks the server for watches.
type CheckWatchesBuilder struct {
	c     *Client
	path  string
	kinds watchKinds
}

// CheckWatches asks the server whether it has a watch for this connection on path, of any kind unless one is named. It counts hand-written
// code's on Conn, too, and of several users of a path sees only the one watch that they share.
func (c *Client) CheckWatches(path string) CheckWatchesBuilder {
	return CheckWatchesBuilder{c: c, path: path, kinds: anyWatch}
}

// Data means one-shots on the data and the existence. Servers before 3.9 mean persistent ones, too.
func (b CheckWatchesBuilder) Data() CheckWatchesBuilder {
	b.kinds = dataWatches
	return b
}

// Children means one-shots on the list of children. Servers before 3.9 mean persistent ones, too.
func (b CheckWatchesBuilder) Children() CheckWatchesBuilder {
	b.kinds = childrenWatches
	return b
}

// Persistent means persistent watches that are not recursive; it takes a server of 3.9 or later.
func (b CheckWatchesBuilder) Persistent() CheckWatchesBuilder {
	b.kinds = persistentWatches
	return b
}

// Recursive means recursive watches; it takes a server of 3.9 or later.
func (b CheckWatchesBuilder) Recursive() CheckWatchesBuilder {
	b.kinds = recursiveWatches
	return b
}

// Do asks: one request, repeated after a connection loss. It fails with ErrUnsupported if the server is too old for the question.
func (b CheckWatchesBuilder) Do(ctx context.Context) (bool, error) {
	o := operation{op: wire.OpCheckWatches, path: b.path, abs: b.c.abs(b.path)}
	o.body = &wire.WatchesRequest{Path: o.abs, Type: b.kinds.wire}
	_, err := do(ctx, b.c, o, b.c.check(b.path, false), func(*operation, *session.Call) (struct{}, error) {
		return struct{}{}, nil
	})
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, wire.NoWatcher):
		return false, nil
	case errors.Is(err, wire.MarshallingError) && b.kinds.wire > wire.WatcherAny:
		err = ErrUnimplemented
	}
	if named := unsupported(err, checkWatchesNeeds); named != err { //nolint:errorlint // the same error or another
		return false, o.fail(named, false)
	}
	return false, err
}
