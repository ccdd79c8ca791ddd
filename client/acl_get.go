package client

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// GetACLBuilder reads a znode's access control list.
type GetACLBuilder struct {
	c    *Client
	path string
}

// GetACL reads the access control list of the znode at path.
func (c *Client) GetACL(path string) GetACLBuilder { return GetACLBuilder{c, path} }

// ACLResult is what a read of an access control list gave.
type ACLResult struct {
	ACL  []zk.ACL
	Stat *zk.Stat // its Aversion is the list's version
}

func (b GetACLBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{op: wire.OpGetACL, path: b.path, abs: abs, body: &wire.PathRequest{Path: abs}}, b.c.check(b.path, false)
}

func decodeACL(o *operation, call *session.Call) (ACLResult, error) {
	var p wire.GetACLResponse
	if err := wire.Unmarshal(call.Body(), &p); err != nil {
		return ACLResult{}, o.fail(err, false)
	}
	res := ACLResult{ACL: make([]zk.ACL, len(p.ACL)), Stat: statOf(p.Stat)}
	for i, a := range p.ACL {
		res.ACL[i] = zk.ACL(a)
	}
	return res, nil
}

// Do reads: one request. It fails with zk.ErrNoNode or, from 3.8 on, zk.ErrNoAuth. To who may not administer the znode, servers show the ids of the
// scheme digest without their hashes.
func (b GetACLBuilder) Do(ctx context.Context) ([]zk.ACL, *zk.Stat, error) {
	o, err := b.operation()
	res, err := do(ctx, b.c, o, err, decodeACL)
	return res.ACL, res.Stat, err
}

// Async sends the request and returns at once.
func (b GetACLBuilder) Async(ctx context.Context) *Future[ACLResult] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeACL)
}
