package client

import (
	"bytes"
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// SetBuilder writes a znode's data.
type SetBuilder struct {
	c          *Client
	path       string
	data       []byte
	version    int32
	idempotent bool
	compress   compression
}

// Set writes the data of the znode at path; the client's default data (WithDefaultData) unless Data is called.
func (c *Client) Set(path string) SetBuilder {
	return SetBuilder{c: c, path: path, data: c.ops.defaultData(), version: -1}
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

// Idempotent makes Do look when a write with a Version is refused with zk.ErrBadVersion after an attempt whose answer was lost: if the znode has the
// next version and the same data, the write counts as done. That costs one request then, and the right to read. Another client that
// wrote the same data at the same version cannot be told apart; put something of your own into data that decides who won. Curator also
// looks when nothing was lost.
func (b SetBuilder) Idempotent() SetBuilder {
	b.idempotent = true
	return b
}

// Compressed stores the data compressed; see WithCompressor.
func (b SetBuilder) Compressed() SetBuilder {
	b.compress = compressed
	return b
}

// Uncompressed stores the data as it is in spite of WithCompression.
func (b SetBuilder) Uncompressed() SetBuilder {
	b.compress = uncompressed
	return b
}

func (b SetBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	stored, err := b.compress.deflate(b.c, b.data)
	if err == nil {
		err = b.c.check(b.path, false)
	}
	return operation{
		op: wire.OpSetData, path: b.path, abs: abs,
		body: &wire.SetDataRequest{Path: abs, Data: stored, Version: b.version},
	}, err
}

// Do writes and returns the znode's new Stat: one request. It fails with zk.ErrNoNode, zk.ErrBadVersion or zk.ErrNoAuth.
//
// After a connection loss the write is repeated. With a Version it takes effect once at most, and a zk.ErrBadVersion for which
// MayHaveApplied is true may come from the lost attempt; see Idempotent and Resolve. Without one it may take effect twice, with the same
// data.
func (b SetBuilder) Do(ctx context.Context) (*zk.Stat, error) {
	o, err := b.operation()
	stat, err := do(ctx, b.c, o, err, decodeStat)
	if err != nil && b.idempotent && MayHaveApplied(err) && errors.Is(err, zk.ErrBadVersion) {
		return b.compare(ctx, err)
	}
	return stat, err
}

// compare finds out whether what is there is what was to be written. refusal is the write's error.
func (b SetBuilder) compare(ctx context.Context, refusal error) (*zk.Stat, error) {
	there, stat, err := b.c.Get(b.path).Uncompressed().Do(ctx)
	if err != nil {
		return nil, refusal // which says that nobody knows
	}
	stored, err := b.compress.deflate(b.c, b.data)
	if err != nil || stat.Version != b.version+1 || !bytes.Equal(there, stored) {
		return nil, refusal
	}
	return stat, nil
}

// Async sends the request and returns at once.
func (b SetBuilder) Async(ctx context.Context) *Future[*zk.Stat] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeStat)
}
