package client

import (
	"context"

	"github.com/zookit-go/zookit/internal/wire"
)

// SyncBuilder catches up with the ensemble.
type SyncBuilder struct {
	c    *Client
	path string
}

// Sync makes the server that the client is connected to catch up with the leader, so that reads that are sent later see every write that was
// done before, whoever did it. Servers do that for all znodes, whatever path is.
func (c *Client) Sync(path string) SyncBuilder { return SyncBuilder{c, path} }

func (b SyncBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{op: wire.OpSync, path: b.path, abs: abs, body: &wire.PathRequest{Path: abs}}, b.c.check(b.path, false)
}

// Do returns when the server has caught up: one request, which the leader is asked about. It is repeated after a connection loss.
func (b SyncBuilder) Do(ctx context.Context) error {
	o, err := b.operation()
	_, err = do(ctx, b.c, o, err, decodeNothing)
	return err
}

// Async sends the request and returns at once. Reads that are sent behind it need not wait for it.
func (b SyncBuilder) Async(ctx context.Context) *Future[struct{}] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeNothing)
}
