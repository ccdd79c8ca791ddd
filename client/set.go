package client

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// SetBuilder writes a znode's data.
type SetBuilder struct {
	c       *Client
	path    string
	data    []byte
	version int32
}

// Set writes the data of the znode at path; empty data unless Data is called.
func (c *Client) Set(path string) SetBuilder {
	return SetBuilder{c: c, path: path, data: []byte{}, version: -1}
}

// Data is what is written. It must not change until the call returns.
func (b SetBuilder) Data(data []byte) SetBuilder {
	b.data = data
	return b
}

// Version lets the write pass only if the znode's data version is v; -1, the default, is any.
func (b SetBuilder) Version(v int32) SetBuilder {
	b.version = v
	return b
}

func (b SetBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpSetData, path: b.path, abs: abs,
		body: &wire.SetDataRequest{Path: abs, Data: b.data, Version: b.version},
	}, checkPath(b.path, false)
}

// Do writes: one request. It fails with zk.ErrNoNode, zk.ErrBadVersion or zk.ErrNoAuth.
//
// After a connection loss the write is repeated. With a Version it takes effect once at most, and a zk.ErrBadVersion for which
// MayHaveApplied is true may come from the lost attempt. Without one it may take effect twice, with the same data.
func (b SetBuilder) Do(ctx context.Context) (*zk.Stat, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, decodeStat)
}

// Async sends the request and returns at once.
func (b SetBuilder) Async(ctx context.Context) *Future[*zk.Stat] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeStat)
}
