package client

import (
	"context"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// SetACLBuilder writes a znode's access control list.
type SetACLBuilder struct {
	c       *Client
	path    string
	acl     []zk.ACL
	version int32
}

// SetACL writes the access control list of the znode at path: that of ACL, which must be called.
func (c *Client) SetACL(path string) SetACLBuilder {
	return SetACLBuilder{c: c, path: path, version: -1}
}

// ACL is what is written.
func (b SetACLBuilder) ACL(acl ...zk.ACL) SetACLBuilder {
	b.acl = acl
	return b
}

// Version lets the write pass only if the list's version, the Stat's Aversion, is v; -1, the default, is any.
func (b SetACLBuilder) Version(v int32) SetACLBuilder {
	b.version = v
	return b
}

func (b SetACLBuilder) operation() (operation, error) {
	abs := b.c.abs(b.path)
	err := b.c.check(b.path, false)
	if err == nil && len(b.acl) == 0 {
		err = zk.ErrInvalidACL
	}
	return operation{
		op: wire.OpSetACL, path: b.path, abs: abs,
		body: &wire.SetACLRequest{Path: abs, ACL: wireACL(b.acl), Version: b.version},
	}, err
}

// Do writes and returns the znode's new Stat: one request. It fails with zk.ErrNoNode, zk.ErrBadVersion, zk.ErrInvalidACL or
// zk.ErrNoAuth. After a connection loss it is repeated, as a set of data is.
func (b SetACLBuilder) Do(ctx context.Context) (*zk.Stat, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, decodeStat)
}

// Async sends the request and returns at once.
func (b SetACLBuilder) Async(ctx context.Context) *Future[*zk.Stat] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, decodeStat)
}
