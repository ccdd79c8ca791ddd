package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// Read is a read that can be one of several: a GetBuilder or a ChildrenBuilder.
type Read interface {
	readOp() (operation, error)
}

func (b GetBuilder) readOp() (operation, error) { return b.operation(nil) }

// readOp asks for the names alone: servers give no Stat with them here.
func (b ChildrenBuilder) readOp() (operation, error) {
	o, err := b.operation(nil)
	o.op = wire.OpGetChildren
	return o, err
}

// MultiReadBuilder does several reads at once.
type MultiReadBuilder struct {
	c     *Client
	reads []Read
}

// MultiRead does all of reads in one request. The server answers them together, between two transactions, so they all see one state. It
// needs a server of 3.6 or later. With an older one, send them with Async: that is one round trip, too, but no one state.
func (c *Client) MultiRead(reads ...Read) MultiReadBuilder { return MultiReadBuilder{c, reads} }

// ReadResult is what one of several reads gave.
type ReadResult struct {
	Data  []byte   // of a get
	Stat  *zk.Stat // of a get
	Names []string // of a listing, in no order
	Err   error    // an *OpError; each read fails for itself
}

func (b MultiReadBuilder) operation() (operation, error) {
	req := &wire.MultiRequest{Ops: make([]wire.MultiOp, len(b.reads))}
	o := operation{op: wire.OpMultiRead, path: fmt.Sprintf("of %d", len(b.reads)), body: req}
	for i, read := range b.reads {
		part, err := read.readOp()
		if err != nil {
			return o, &OpError{Op: part.op.String(), Path: part.path, Err: err, place: i + 1}
		}
		req.Ops[i] = wire.MultiOp{Op: part.op, Body: part.body}
	}
	return o, nil
}

// Do reads: one request. It fails only as a whole, with an *UnsupportedError for one; a read that fails has its own error among the results.
func (b MultiReadBuilder) Do(ctx context.Context) ([]ReadResult, error) {
	o, err := b.operation()
	return do(ctx, b.c, o, err, b.decode)
}

// Async sends the request and returns at once.
func (b MultiReadBuilder) Async(ctx context.Context) *Future[[]ReadResult] {
	o, err := b.operation()
	return future(ctx, b.c, o, err, b.decode)
}

func (b MultiReadBuilder) decode(o *operation, call *session.Call) ([]ReadResult, error) {
	var p wire.MultiResponse
	err := wire.Unmarshal(call.Body(), &p)
	if err == nil && len(p.Results) != len(b.reads) {
		err = wire.ErrMalformed
	}
	if err != nil {
		return nil, o.fail(err, false)
	}
	results := make([]ReadResult, len(p.Results))
	for i, res := range p.Results {
		part, _ := b.reads[i].readOp() // it went well before
		results[i], err = part.readResult(res)
		if err != nil {
			refusal := part.refuse(err)
			refusal.place = i + 1
			results[i].Err = refusal
		}
	}
	return results, nil
}

func (o *operation) readResult(p wire.MultiResult) (ReadResult, error) {
	switch {
	case p.Op == wire.OpError && p.Err != wire.OK:
		return ReadResult{}, p.Err
	case p.Op == wire.OpGetChildren && o.op == p.Op:
		return ReadResult{Names: p.Children}, nil
	case p.Op == wire.OpGetData && o.op == p.Op:
		data, err := inflate(o.codec, p.Data)
		return ReadResult{Data: data, Stat: statOf(p.Stat)}, err
	}
	return ReadResult{}, errWrongKind
}

var errWrongKind = errors.New("answer of another kind")
