package client

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// DeleteBuilder deletes a znode.
type DeleteBuilder struct {
	c          *Client
	path       string
	version    int32
	guaranteed bool
	quietly    bool
	children   bool
}

// Delete deletes the znode at path.
func (c *Client) Delete(path string) DeleteBuilder {
	return DeleteBuilder{c: c, path: path, version: -1}
}

// Version lets the delete pass only if the znode's data version is v; -1, the default, is any.
func (b DeleteBuilder) Version(v int32) DeleteBuilder {
	b.version = v
	return b
}

// Guaranteed makes Do try once, and hand the delete to the background if the connection is lost or the context ends before the
// answer. There it is repeated until the server has answered or the client is closed. Do still returns the error of its own try.
func (b DeleteBuilder) Guaranteed() DeleteBuilder {
	b.guaranteed = true
	return b
}

// Quietly makes a znode that is not there no error: zk.ErrNoNode counts as done.
func (b DeleteBuilder) Quietly() DeleteBuilder {
	b.quietly = true
	return b
}

// WithChildren deletes everything below the znode, too. It is not one step: others can see the tree half gone, and an error leaves it so.
// Znodes that others delete meanwhile are no error, and those that others create meanwhile are deleted, too. Version is the znode's own.
//
// Cost: 1 request for a znode without children; else 1 to hear that it has some, 1 for each znode of the tree to list them, all of one
// level in flight together, 1 transaction for each 256 znodes below, several in flight, and 1 for the znode. A transaction that fails,
// because others are at work in the same tree, is repeated as single requests. If the tree is filled as fast as it is emptied, Do goes
// on until the context ends.
func (b DeleteBuilder) WithChildren() DeleteBuilder {
	b.children = true
	return b
}

func (b DeleteBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpDelete, path: b.path, abs: abs,
		body: &wire.PathVersionRequest{Path: abs, Version: b.version},
	}, b.c.check(b.path, false)
}

func decodeNothing(*operation, *session.Call) (struct{}, error) { return struct{}{}, nil }

// Do deletes: one request, without WithChildren. It fails with zk.ErrNoNode, zk.ErrNotEmpty, zk.ErrBadVersion or zk.ErrNoAuth. A
// zk.ErrNoNode for which MayHaveApplied is true may come from an attempt whose answer was lost.
func (b DeleteBuilder) Do(ctx context.Context) error {
	err := b.try(ctx)
	if err != nil && b.guaranteed && (Retryable(err) || ctx.Err() != nil) && !errors.Is(err, ErrClosed) {
		b.guaranteed = false
		b.c.janitor.add(func(ctx context.Context) error { return b.Do(ctx) })
	}
	if b.quietly && errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return err
}

func (b DeleteBuilder) try(ctx context.Context) error {
	switch {
	case b.children:
		return b.deleteTree(ctx)
	case b.guaranteed:
		_, err := b.Async(ctx).Wait(ctx)
		return err
	}
	o, err := b.operation()
	_, err = do(ctx, b.c, o, err, decodeNothing)
	return err
}

// Async sends the request and returns at once. Guaranteed and Quietly have no effect on it; WithChildren is an error.
func (b DeleteBuilder) Async(ctx context.Context) *Future[struct{}] {
	o, err := b.txnOp()
	return future(ctx, b.c, o, err, decodeNothing)
}

var errOneRequest = errors.New("deleting a tree takes more than one request")

// txnOp is the delete as one request.
func (b DeleteBuilder) txnOp() (operation, error) {
	o, err := b.operation()
	if err == nil && b.children {
		err = errOneRequest
	}
	return o, err
}
