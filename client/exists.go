package client

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// ExistsBuilder looks whether a znode is there.
type ExistsBuilder struct {
	c    *Client
	path string
}

// Exists looks whether the znode at path is there.
func (c *Client) Exists(path string) ExistsBuilder { return ExistsBuilder{c, path} }

func (b ExistsBuilder) operation(w *Watch) (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpExists, path: b.path, abs: abs, watch: w,
		body: &wire.PathWatchRequest{Path: abs, Watch: w != nil},
	}, b.c.check(b.path, false)
}

func decodeStat(o *operation, call *session.Call) (*zk.Stat, error) {
	var p wire.StatResponse
	r := wire.NewReader(call.Body())
	p.Decode(&r)
	if err := r.Err(); err != nil {
		return nil, o.fail(err, false)
	}
	return statOf(p.Stat), nil
}

// Do looks: one request. A missing znode is no error: it gives false and a nil Stat.
func (b ExistsBuilder) Do(ctx context.Context) (bool, *zk.Stat, error) {
	o, err := b.operation(nil)
	return found(do(ctx, b.c, o, err, decodeStat))
}

// DoW looks and leaves a one-shot watch for the next change: the znode is created, its data changes, or it is deleted.
func (b ExistsBuilder) DoW(ctx context.Context) (bool, *zk.Stat, *Watch, error) {
	w := b.c.newWatch(b.path)
	o, err := b.operation(w)
	ok, stat, err := found(do(ctx, b.c, o, err, decodeStat))
	if err != nil {
		w.Stop()
		return false, nil, nil, err
	}
	return ok, stat, w, nil
}

// Async sends the request and returns at once. The future's Stat is nil if the znode is missing, and its error is zk.ErrNoNode.
func (b ExistsBuilder) Async(ctx context.Context) *Future[*zk.Stat] {
	o, err := b.operation(nil)
	return future(ctx, b.c, o, err, decodeStat)
}

func found(stat *zk.Stat, err error) (bool, *zk.Stat, error) {
	switch {
	case err == nil:
		return true, stat, nil
	case errors.Is(err, zk.ErrNoNode):
		return false, nil, nil
	}
	return false, nil, err
}
