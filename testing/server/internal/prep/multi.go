package prep

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// multi prepares all operations or none. Each sees what those before it will have done. A transaction that fails is still a
// transaction, with the first failure at its place; only one that cannot be read, or meets a quota that cannot be, fails as a
// whole.
func (p *Prep) multi(r *request.Request) (request.Change, wire.Code) {
	ops := r.Body.(*wire.MultiRequest).Ops
	for _, op := range ops {
		if !p.allowedInMulti(op) {
			return nil, wire.MarshallingError
		}
	}
	m := &request.Multi{Ops: make([]request.Change, len(ops))}
	for i, op := range ops {
		op = untimed(op)
		change, code := p.one(r, op.Op, op.Body, true)
		switch code {
		case wire.OK:
			m.Ops[i] = change
		case wire.MarshallingError: // a quota that cannot be read
			return nil, wire.MarshallingError
		default:
			p.view.rollback()
			return failed(len(ops), i, code), wire.OK
		}
	}
	return m, wire.OK
}

// allowedInMulti also looks at the mode of a create: inside a transaction Apache refuses an unknown one while decoding, and one
// that needs a time to live where none can be given, but for those of createTTL.
func (p *Prep) allowedInMulti(op wire.MultiOp) bool {
	switch op.Op { //nolint:exhaustive // the operations of a transaction
	case wire.OpDelete, wire.OpSetData, wire.OpCheck:
		return true
	case wire.OpGetData, wire.OpGetChildren: // multiRead's
		return false
	}
	e := p.settings.Era
	if !e.Knows(op.Op) {
		return false
	}
	switch q := op.Body.(type) {
	case *wire.CreateRequest:
		return e.ModeInMulti || q.Mode.Valid() && !q.Mode.IsTTL()
	case *wire.CreateTTLRequest:
		return true
	}
	return false
}

// untimed makes a create with a time to live a plain one if its mode has none: inside a transaction Apache forgets the time, then.
func untimed(op wire.MultiOp) wire.MultiOp {
	if q, ok := op.Body.(*wire.CreateTTLRequest); ok && !q.Mode.IsTTL() {
		return wire.MultiOp{Op: operationOf(q.Mode), Body: &q.CreateRequest}
	}
	return op
}

func failed(n, at int, code wire.Code) *request.Multi {
	m := &request.Multi{Ops: make([]request.Change, n)}
	for i := range m.Ops {
		f := &request.Failed{}
		switch {
		case i == at:
			f.Err = code
		case i > at:
			f.Err = wire.RuntimeInconsistency
		}
		m.Ops[i] = f
	}
	return m
}
