package client

import (
	"bytes"
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// making is one create under way.
type making struct {
	CreateBuilder
	o       operation
	retry   retrier
	session *Session // in which the first attempt was sent
	spaced  bool     // the namespace was looked after
}

// errAgain asks for another attempt at once.
var errAgain = errors.New("again")

// run makes the attempts.
func (m *making) run(ctx context.Context) (CreateResult, error) {
	for {
		if m.protect.maybe() {
			path, stat, err := m.find(ctx)
			if err != nil {
				return CreateResult{}, m.o.fail(bare(err), true) // it may be there, and nobody could look
			}
			if path != "" {
				return CreateResult{path, stat}, nil
			}
		}
		switch {
		case !m.retry.unknown:
			m.session = m.c.Session()
		case m.ephemeral && m.session.Err() != nil:
			return CreateResult{}, m.o.fail(m.session.Err(), false) // what the lost attempt may have made went with its session
		}
		m.protect.sending()
		call := m.c.send(ctx, &m.o)
		err := await(ctx, call)
		if err == nil {
			res, err := m.decode(&m.o, call)
			if err == nil && m.stat && res.Stat == nil {
				if res.Stat, err = m.statAt(ctx, res.Path, call.Zxid()); err != nil {
					return res, m.o.fail(bare(err), true) // it is there, but the caller gets less than it asked for
				}
			}
			return res, err
		}
		if !over(ctx, err) && call.Answered() || !call.Sent() { // an answer may come while the caller goes
			m.protect.refused()
		}
		res, repaired := m.repair(ctx, err)
		switch {
		case repaired == nil:
			return res, nil
		case errors.Is(repaired, errAgain):
			continue
		case !errors.Is(repaired, err):
			return CreateResult{}, repaired
		}
		if err := m.retry.again(ctx, &m.o, call, err); err != nil {
			return CreateResult{}, err
		}
	}
}

// repair does what can be done about a refusal. It returns a result, errAgain, the error that ends the call, or err itself.
func (m *making) repair(ctx context.Context, err error) (CreateResult, error) {
	switch {
	case errors.Is(err, wire.NoNode):
		return CreateResult{}, m.repairParents(ctx, err)
	case errors.Is(err, wire.Unimplemented):
		return CreateResult{}, m.repairOld(ctx, err)
	case errors.Is(err, wire.NodeExists):
		return m.repairExisting(ctx, err)
	}
	return CreateResult{}, err
}

// repairParents makes the missing ancestors, from the nearest upward until one can be made, and down again.
func (m *making) repairParents(ctx context.Context, err error) error {
	switch {
	case m.c.space.missed(m.path) && !m.spaced:
		m.spaced = true
		err = m.c.space.make(ctx)
	case m.parents != noParents && m.path != "/":
		b := m.c.Create(Parent(m.path)).Data([]byte{}).Uncompressed()
		b.parents, b.parentsACL = m.parents, m.parentsACL
		if m.parentsACL != nil {
			b.acl = m.parentsACL
		}
		b.container = m.parents == containerParents
		b.soft = b.container
		if _, err = b.Do(ctx); errors.Is(err, zk.ErrNodeExists) {
			err = nil
		}
	default:
		return err
	}
	if err != nil {
		return err
	}
	return errAgain
}

// repairOld does it another way, with a server that does not know the request.
func (m *making) repairOld(ctx context.Context, err error) error {
	another := m.o.op == wire.OpCreate2 || m.o.op == wire.OpCreateContainer && m.soft
	if !another {
		return err
	}
	unknown := m.o.op
	if err := m.c.learn(ctx, unknown); err != nil {
		return m.o.fail(bare(err), m.retry.unknown)
	}
	if m.c.knows(unknown) {
		return errAgain // there is another session by now, and perhaps another server
	}
	o, err := m.operation()
	o.c, o.before, o.seen = m.o.c, m.o.before, m.o.seen
	m.o = o
	if err != nil {
		return m.o.fail(err, m.retry.unknown)
	}
	return errAgain
}

// repairExisting takes what is there, if that is what the caller wants.
func (m *making) repairExisting(ctx context.Context, refusal error) (CreateResult, error) {
	if m.ephemeral && m.retry.unknown {
		ok, stat, err := m.c.Exists(m.path).Do(ctx)
		if err != nil {
			return CreateResult{}, m.o.fail(bare(err), true)
		}
		switch {
		case ok && stat.Czxid <= m.o.before:
			m.retry.unknown = false // it was there all the time
		case ok && stat.EphemeralOwner == m.session.ID():
			return CreateResult{m.path, stat}, nil
		}
	}
	var stat *zk.Stat
	var err error
	switch {
	case m.orSet:
		set := m.c.Set(m.path).Data(m.data).Version(m.version)
		set.compress = m.compress
		stat, err = set.Do(ctx)
	case m.idempotent:
		stored, _ := m.compress.deflate(m.c, m.data) // it went well before
		var there []byte
		there, stat, err = m.c.Get(m.path).Uncompressed().Do(ctx)
		if err == nil && (stat.Version != 0 || !bytes.Equal(there, stored)) {
			return CreateResult{}, refusal
		}
	default:
		return CreateResult{}, refusal
	}
	switch {
	case errors.Is(err, zk.ErrNoNode) && !MayHaveApplied(err):
		return CreateResult{}, errAgain // it went meanwhile
	case err != nil:
		return CreateResult{}, m.failExisting(err)
	}
	return CreateResult{m.path, stat}, nil
}

// failExisting wraps the error of what was done with the znode that was there.
func (m *making) failExisting(err error) error {
	failure := m.o.refuse(bare(err))
	var op *OpError
	switch {
	case errors.As(err, &op) && op.unknown:
		failure.unknown, failure.lost, failure.within = true, op.lost, op.within
		failure.lost.before = m.o.before // the create may have been done, too
	case m.retry.unknown:
		failure.unknown, failure.lost, failure.within = true, &m.o, m.c.only(m.session)
	}
	return failure
}
