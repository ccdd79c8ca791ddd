package lease

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// holderName is the znode that says who has the lease.
const holderName = "lease_holder"

// record is that znode as it was read.
type record struct {
	Info
	data []byte
	stat *zk.Stat // nil if it is not there
}

func (r record) czxid() int64 {
	if r.stat == nil {
		return 0
	}
	return r.stat.Czxid
}

func (l *Lease) read(ctx context.Context) (record, error) {
	for {
		data, stat, err := l.c.Get(l.join(holderName)).Do(ctx)
		if err != nil && ctx.Err() == nil && client.Retryable(err) {
			if err = l.c.WaitConnected(ctx); err == nil {
				continue
			}
		}
		switch {
		case errors.Is(err, zk.ErrNoNode):
			return record{}, nil
		case err != nil:
			return record{}, err
		}
		info, err := decode(data)
		return record{info, data, stat}, err
	}
}

// take writes the lease down, if it is free.
func (l *Lease) take(ctx context.Context) (*Grant, error) {
	var wrote []byte // by the last attempt, whose outcome is unknown
	var over int64   // the czxid of what it was to replace
	for {
		place, err := l.enter(ctx)
		if err != nil {
			return nil, err
		}
		at, err := l.read(ctx)
		now := l.clock()
		if err == nil && wrote != nil && at.stat != nil && at.stat.Czxid != over && bytes.Equal(at.data, wrote) {
			_ = place.Leave() // only the answer was lost
			return l.grant(at.Info, at.stat.Czxid), nil
		}
		if err == nil {
			err = l.free(at.Info, now)
		}
		if err == nil {
			next := Info{l.holder, now.Add(l.duration).UTC().Truncate(time.Second)}
			wrote, over = encode(next), at.czxid()
			var zxid int64
			if zxid, err = l.write(ctx, place, at, wrote); err == nil {
				return l.grant(next, zxid), nil
			}
		}
		_ = place.Leave() // what could not be deleted now is deleted in the background
		if !again(ctx, err) {
			return nil, err
		}
	}
}

// again tells whether another attempt can help: the connection or the session was lost, or somebody deleted the lock's znode or wrote
// without the lock.
func again(ctx context.Context, err error) bool {
	return ctx.Err() == nil && (client.Retryable(err) || errors.Is(err, zk.ErrNoNode) || errors.Is(err, zk.ErrNodeExists) || errors.Is(err, zk.ErrBadVersion))
}

// enter takes the lock.
func (l *Lease) enter(ctx context.Context) (*contend.Place, error) {
	for {
		place, err := l.queue().Enter(ctx)
		if err == nil {
			if err = place.Await(ctx); err == nil {
				return place, nil
			}
			_ = place.Leave() // what could not be deleted now is deleted in the background
		}
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case errors.Is(err, contend.ErrGone):
		case client.Retryable(err):
			if err := l.c.WaitConnected(ctx); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
}

// write replaces the record and gives the lock up, in one transaction: it passes only while the lock is held. nil as data deletes the record. The
// znode is made anew each time, as kazoo does, so that its czxid tells one grant from another.
func (l *Lease) write(ctx context.Context, place *contend.Place, at record, data []byte) (zxid int64, _ error) {
	ops := []client.Op{l.c.Delete(place.Path())}
	if at.stat != nil {
		ops = append(ops, l.c.Delete(l.join(holderName)).Version(at.stat.Version))
	}
	if data != nil {
		ops = append(ops, l.c.Create(l.join(holderName)).Data(data))
	}
	txn := l.c.Txn(ops...).Async(ctx)
	if _, err := txn.Wait(ctx); err != nil {
		return 0, err
	}
	place.End(contend.ErrGone) // by our own hand
	return txn.Zxid(), place.Leave()
}
