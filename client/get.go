package client

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// GetBuilder reads a znode's data.
type GetBuilder struct {
	c        *Client
	path     string
	compress compression
}

// Get reads the data of the znode at path.
func (c *Client) Get(path string) GetBuilder { return GetBuilder{c: c, path: path} }

// Decompressed gives the data as it was before it was compressed; see WithCompressor. Do fails on data that was not.
func (b GetBuilder) Decompressed() GetBuilder {
	b.compress = compressed
	return b
}

// Uncompressed gives the data as it is stored in spite of WithCompression.
func (b GetBuilder) Uncompressed() GetBuilder {
	b.compress = uncompressed
	return b
}

// GetResult is what a read gave.
type GetResult struct {
	Data []byte // nil if the znode's data is null
	Stat *zk.Stat
}

func (b GetBuilder) operation(w *Watch) (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpGetData, path: b.path, abs: abs, watch: w, codec: b.compress.inflater(b.c),
		body: &wire.PathWatchRequest{Path: abs, Watch: w != nil},
	}, b.c.check(b.path, false)
}

func decodeGet(o *operation, call *session.Call) (GetResult, error) {
	var p wire.GetDataResponse
	r := wire.NewReader(call.Body())
	p.Decode(&r)
	if err := r.Err(); err != nil {
		return GetResult{}, o.fail(err, false)
	}
	data, err := inflate(o.codec, p.Data)
	if err != nil {
		return GetResult{}, o.fail(err, false)
	}
	return GetResult{data, statOf(p.Stat)}, nil
}

// Do reads: one request. It fails with zk.ErrNoNode or zk.ErrNoAuth, or if the data cannot be decompressed.
func (b GetBuilder) Do(ctx context.Context) ([]byte, *zk.Stat, error) {
	o, err := b.operation(nil)
	res, err := do(ctx, b.c, o, err, decodeGet)
	return res.Data, res.Stat, err
}

// DoW reads and leaves a one-shot watch for the next change of the data, or the znode's end. There is no watch if it fails.
func (b GetBuilder) DoW(ctx context.Context) ([]byte, *zk.Stat, *Watch, error) {
	w := b.c.newWatch(b.path)
	o, err := b.operation(w)
	res, err := do(ctx, b.c, o, err, decodeGet)
	if err != nil {
		w.Stop() // a reply that comes after the context's end must not arm it
		return nil, nil, nil, err
	}
	return res.Data, res.Stat, w, nil
}

// Async sends the request and returns at once.
func (b GetBuilder) Async(ctx context.Context) *Future[GetResult] {
	o, err := b.operation(nil)
	return future(ctx, b.c, o, err, decodeGet)
}

func statOf(s wire.Stat) *zk.Stat {
	stat := zk.Stat(s)
	return &stat
}
