package client

import (
	"context"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// Op is an operation that can be part of a transaction: a CreateBuilder, CreateStatBuilder, SetBuilder, DeleteBuilder or
// CheckBuilder.
type Op interface {
	txnOp() (operation, error)
}

func (b SetBuilder) txnOp() (operation, error) { return b.operation() }

// TxnBuilder does several writes at once, or none of them.
type TxnBuilder struct {
	c   *Client
	ops []Op
}

// Txn does all of ops in one transaction, in order, each seeing what those before it did; if one fails, none is done.
func (c *Client) Txn(ops ...Op) TxnBuilder { return TxnBuilder{c, ops} }

// TxnResult is what one operation of a transaction gave.
type TxnResult struct {
	Path string   // of a create: the znode's path
	Stat *zk.Stat // of a set, and of a create ReturningStat (server 3.8.2 or later): the znode's new Stat
	// Err is why, for the operation at which the transaction failed; nil for those before it, an error for those after.
	Err error
}

func (b TxnBuilder) operation() (operation, error) {
	req := &wire.MultiRequest{Ops: make([]wire.MultiOp, len(b.ops))}
	o := operation{op: wire.OpMulti, path: fmt.Sprintf("of %d", len(b.ops)), body: req, once: true}
	for i, op := range b.ops {
		part, err := op.txnOp()
		if err != nil {
			return o, &OpError{Op: part.op.String(), Path: part.path, Err: err, place: i + 1}
		}
		req.Ops[i] = wire.MultiOp{Op: part.op, Body: part.body}
	}
	return o, nil
}

// Do runs the transaction: one request. If it fails the error is that of the operation that failed, an *OpError that
// names it and has its TxnIndex, and each result has its own error. An attempt whose answer was lost is not repeated: MayHaveApplied is then true.
func (b TxnBuilder) Do(ctx context.Context) ([]TxnResult, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, b.decode)
}

// Async sends the request and returns at once.
func (b TxnBuilder) Async(ctx context.Context) *Future[[]TxnResult] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, b.decode)
}

func (b TxnBuilder) decode(o *operation, call *session.Call) ([]TxnResult, error) {
	var p wire.MultiResponse
	if err := wire.Unmarshal(call.Body(), &p); err != nil {
		return nil, o.fail(err, false)
	}
	if len(p.Results) != len(b.ops) {
		return nil, o.fail(wire.ErrMalformed, false)
	}
	var failure error
	results := make([]TxnResult, len(p.Results))
	for i, res := range p.Results {
		switch {
		case res.Op == wire.OpError && res.Err != wire.OK:
			results[i].Err = translate(res.Err)
			if failure == nil && res.Err != wire.RuntimeInconsistency {
				part, _ := b.ops[i].txnOp() // it went well before
				refusal := part.refuse(res.Err)
				refusal.place = i + 1
				failure = refusal
			}
		case res.Op == wire.OpCreate || res.Op == wire.OpCreate2:
			results[i].Path = b.c.rel(res.Path)
			if res.Op == wire.OpCreate2 {
				results[i].Stat = statOf(res.Stat)
			}
		case res.Op == wire.OpSetData:
			results[i].Stat = statOf(res.Stat)
		}
	}
	return results, failure
}
