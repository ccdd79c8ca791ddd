package client

import (
	"context"

	"github.com/go-zookeeper/zk"
)

// CreateStatBuilder is a create that also returns the new znode's Stat.
type CreateStatBuilder struct{ b CreateBuilder }

// ReturningStat makes the create return the znode's Stat, too. It is the last modifier. The request is then create2, which servers know since
// 3.5. An older one costs a connection, once a session, and then a second request for each create: the Stat is read, and what came
// between the two is taken off it.
func (b CreateBuilder) ReturningStat() CreateStatBuilder {
	b.stat = true
	return CreateStatBuilder{b}
}

// Do creates the znode, as CreateBuilder.Do does, and returns its path and its Stat as it was made. Of a znode that was found instead, after a
// lost answer or with OrSet or Idempotent, it is the Stat at that time. If an old server's znode was already gone when it was looked
// for, Ctime and Mtime are 0.
func (b CreateStatBuilder) Do(ctx context.Context) (string, *zk.Stat, error) {
	res, err := b.b.do(ctx)
	return res.Path, res.Stat, err
}

// Async sends the request and returns at once, as CreateBuilder.Async does. A server that does not know the request answers with an
// *UnsupportedError, at the first time in a session; later the Stat is nil.
func (b CreateStatBuilder) Async(ctx context.Context) *Future[CreateResult] {
	o, err := b.b.operation()
	if err == nil {
		b.b.protect.sending()
	}
	return future(ctx, b.b.c, o, err, b.b.decode)
}

// txnOp is the create2 of a transaction. Servers before 3.8.2 answer it without a Stat.
func (b CreateStatBuilder) txnOp() (operation, error) { return b.b.txnOp() }

// statAt is the Stat of a znode as the transaction that made it left it. Everything in it is known but for the clock.
func (b CreateBuilder) statAt(ctx context.Context, path string, zxid int64) (*zk.Stat, error) {
	ok, now, err := b.c.Exists(path).Do(ctx)
	if err != nil {
		return nil, err
	}
	if zxid == 0 && ok {
		zxid = now.Czxid // a lent zk.Conn does not tell
	}
	stored, _ := b.compress.deflate(b.c, b.data) // it went well before
	stat := &zk.Stat{Czxid: zxid, Mzxid: zxid, Pzxid: zxid, DataLength: int32(len(stored))}
	if ok && now.Czxid == zxid {
		stat.Ctime, stat.Mtime, stat.EphemeralOwner = now.Ctime, now.Ctime, now.EphemeralOwner
	} else if b.ephemeral {
		stat.EphemeralOwner = b.c.Session().ID()
	}
	return stat, nil
}
