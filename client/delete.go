package client

import (
	"context"
	"errors"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// DeleteBuilder deletes a znode.
type DeleteBuilder struct {
	c          *Client
	path       string
	version    int32
	guaranteed bool
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

func (b DeleteBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpDelete, path: b.path, abs: abs,
		body: &wire.PathVersionRequest{Path: abs, Version: b.version},
	}, checkPath(b.path, false)
}

func decodeNothing(*operation, *session.Call) (struct{}, error) { return struct{}{}, nil }

// Do deletes: one request. It fails with zk.ErrNoNode, zk.ErrNotEmpty, zk.ErrBadVersion or zk.ErrNoAuth. A zk.ErrNoNode for which
// MayHaveApplied is true may come from an attempt whose answer was lost.
func (b DeleteBuilder) Do(ctx context.Context) error {
	if b.guaranteed {
		return b.doGuaranteed(ctx)
	}
	o, err := b.operation()
	_, err = do(ctx, b.c, o, err, decodeNothing)
	return err
}

func (b DeleteBuilder) doGuaranteed(ctx context.Context) error {
	_, err := b.Async(ctx).Wait(ctx)
	if err != nil && (Retryable(err) || ctx.Err() != nil) && !errors.Is(err, ErrClosed) {
		b.guaranteed = false
		b.c.janitor.add(func(ctx context.Context) error { return b.Do(ctx) })
	}
	return err
}

// Async sends the request and returns at once. Guaranteed has no effect on it.
func (b DeleteBuilder) Async(ctx context.Context) *Future[struct{}] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeNothing)
}
