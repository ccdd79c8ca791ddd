package client

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// ChildrenBuilder lists a znode's children.
type ChildrenBuilder struct {
	c    *Client
	path string
}

// Children lists the children of the znode at path.
func (c *Client) Children(path string) ChildrenBuilder { return ChildrenBuilder{c, path} }

// ChildrenResult is what a listing gave.
type ChildrenResult struct {
	Names []string // without the parent's path, in no order
	Stat  *zk.Stat // the parent's
}

func (b ChildrenBuilder) operation(w *Watch) (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpGetChildren2, path: b.path, abs: abs, watch: w,
		body: &wire.PathWatchRequest{Path: abs, Watch: w != nil},
	}, b.c.check(b.path, false)
}

func decodeChildren(o *operation, call *session.Call) (ChildrenResult, error) {
	var p wire.GetChildren2Response
	r := wire.NewReader(call.Body())
	p.Decode(&r)
	if err := r.Err(); err != nil {
		return ChildrenResult{}, o.fail(err, false)
	}
	return ChildrenResult{p.Children, statOf(p.Stat)}, nil
}

// Do lists: one request. Names come without the parent's path, in no order. It fails with zk.ErrNoNode or zk.ErrNoAuth.
func (b ChildrenBuilder) Do(ctx context.Context) ([]string, *zk.Stat, error) {
	o, err := b.operation(nil)
	res, err := do(ctx, b.c, o, err, decodeChildren)
	return res.Names, res.Stat, err
}

// DoW lists and leaves a one-shot watch for the next child that comes or goes, or the end of the parent.
func (b ChildrenBuilder) DoW(ctx context.Context) ([]string, *zk.Stat, *Watch, error) {
	w := b.c.newWatch(b.path)
	o, err := b.operation(w)
	res, err := do(ctx, b.c, o, err, decodeChildren)
	if err != nil {
		w.Stop()
		return nil, nil, nil, err
	}
	return res.Names, res.Stat, w, nil
}

// Async sends the request and returns at once.
func (b ChildrenBuilder) Async(ctx context.Context) *Future[ChildrenResult] {
	o, err := b.operation(nil)
	return future(ctx, b.c, o, err, decodeChildren)
}
