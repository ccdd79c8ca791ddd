package client

import (
	"github.com/zookit-go/zookit/internal/wire"
)

// CheckBuilder is an operation of a transaction: the transaction passes only if the znode is there, at the version.
type CheckBuilder struct {
	c       *Client
	path    string
	version int32
}

// Check lets a transaction pass only if the znode at path is there. It is an Op for Txn and has no Do of its own, since servers know
// it only within a transaction.
func (c *Client) Check(path string) CheckBuilder { return CheckBuilder{c, path, -1} }

// Version lets it pass only if the znode's data version is v; -1, the default, is any.
func (b CheckBuilder) Version(v int32) CheckBuilder {
	b.version = v
	return b
}

func (b CheckBuilder) txnOp() (operation, error) {
	abs := b.c.abs(b.path)
	return operation{
		op: wire.OpCheck, path: b.path, abs: abs,
		body: &wire.PathVersionRequest{Path: abs, Version: b.version},
	}, b.c.check(b.path, false)
}
