package client

import (
	"context"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// CountBuilder counts descendants.
type CountBuilder struct {
	c    *Client
	path string
}

// CountAllChildren counts everything below the znode at path. It needs a server of 3.6 or later. The server goes through all of its znodes
// to count those of any but "/".
func (c *Client) CountAllChildren(path string) CountBuilder { return CountBuilder{c, path} }

func (b CountBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpGetAllChildrenNumber, path: b.path, abs: abs, body: &wire.PathRequest{Path: abs},
	}, b.c.check(b.path, false)
}

func decodeCount(o *operation, call *session.Call) (int, error) {
	var p wire.GetAllChildrenNumberResponse
	if err := wire.Unmarshal(call.Body(), &p); err != nil {
		return 0, o.fail(err, false)
	}
	return int(p.Number), nil
}

// Do counts: one request. It fails with zk.ErrNoNode, zk.ErrNoAuth or an *UnsupportedError.
func (b CountBuilder) Do(ctx context.Context) (int, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, decodeCount)
}

// Async sends the request and returns at once.
func (b CountBuilder) Async(ctx context.Context) *Future[int] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeCount)
}
