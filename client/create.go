package client

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
	"github.com/zookit-go/zookit/internal/wire"
)

// CreateBuilder creates a znode. Builders are values: a half-built one can be shared. Combinations that make no sense come back
// as an error from Do.
type CreateBuilder struct {
	c          *Client
	path       string
	data       []byte
	acl        []zk.ACL
	ephemeral  bool
	sequential bool
	container  bool
	parents    parents
	protect    *protection
}

type parents uint8

const (
	noParents parents = iota
	persistentParents
	containerParents
)

// Create creates a persistent znode at path, with empty data and with the list of WithACLProvider or, without that, open to the world, unless
// the modifiers say otherwise.
func (c *Client) Create(path string) CreateBuilder {
	return CreateBuilder{c: c, path: path, data: []byte{}, acl: c.acl.acl(path)}
}

var worldACL = zk.WorldACL(zk.PermAll)

// Data is the znode's data. It must not change until the call returns.
func (b CreateBuilder) Data(data []byte) CreateBuilder {
	b.data = data
	return b
}

// ACL is the znode's access control list. Parents that are made on the way have that of WithACLProvider, or are open to the world.
func (b CreateBuilder) ACL(acl ...zk.ACL) CreateBuilder {
	b.acl = acl
	return b
}

// Ephemeral makes the znode end with the session. A call that outlives its session fails with an error that matches
// zk.ErrSessionExpired instead of going on in the next.
func (b CreateBuilder) Ephemeral() CreateBuilder {
	b.ephemeral = true
	return b
}

// Sequential lets the server append ten digits to the path: a number that grows with every child of the parent.
func (b CreateBuilder) Sequential() CreateBuilder {
	b.sequential = true
	return b
}

// Container makes a znode that the server deletes some time after its last child has gone. It needs a server of 3.5 or later.
func (b CreateBuilder) Container() CreateBuilder {
	b.container = true
	return b
}

// Parents makes the missing ancestors, as persistent znodes without data.
func (b CreateBuilder) Parents() CreateBuilder {
	b.parents = persistentParents
	return b
}

// ParentContainers makes the missing ancestors, as containers without data, so that they go when they are no longer used. It needs
// a server of 3.5 or later.
func (b CreateBuilder) ParentContainers() CreateBuilder {
	b.parents = containerParents
	return b
}

var (
	errContainer = errors.New("a container is neither ephemeral nor sequential")
	errProtected = errors.New("a container cannot be protected")
)

func (b CreateBuilder) check() error {
	var errs []error
	if b.container && (b.ephemeral || b.sequential) {
		errs = append(errs, errContainer)
	}
	if b.container && b.protect != nil {
		errs = append(errs, errProtected)
	}
	if len(b.acl) == 0 {
		errs = append(errs, zk.ErrInvalidACL)
	}
	if err := checkPath(b.path, b.sequential); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

func (b CreateBuilder) mode() wire.CreateMode {
	switch {
	case b.container:
		return wire.Container
	case b.ephemeral && b.sequential:
		return wire.EphemeralSequential
	case b.ephemeral:
		return wire.Ephemeral
	case b.sequential:
		return wire.PersistentSequential
	}
	return wire.Persistent
}

func (b CreateBuilder) operation() (operation, error) {
	path := b.path
	if b.protect != nil {
		path = b.protect.path(path)
	}
	acl := make([]wire.ACL, len(b.acl))
	for i, a := range b.acl {
		acl[i] = wire.ACL(a)
	}
	req := &wire.CreateRequest{Path: b.c.abs(path), Data: b.data, ACL: acl, Mode: b.mode()}
	op := wire.OpCreate
	if b.container {
		op = wire.OpCreateContainer
	}
	// A second sequential znode would be one too many; a protected one is looked for instead of made again.
	return operation{op: op, path: b.path, abs: req.Path, body: req, once: b.sequential && b.protect == nil}, b.check()
}

// txnOp is the create as part of a transaction. Servers decide there by the flags, so a container is an ordinary create, too.
func (b CreateBuilder) txnOp() (operation, error) {
	o, err := b.operation()
	if err == nil && b.parents != noParents {
		err = errTxnParents
	}
	return o, err
}

var errTxnParents = errors.New("a transaction makes no parents of its own")

// decodeCreate reads the path. Create's reply and those of its newer forms begin alike.
func (b CreateBuilder) decode(o *operation, call *session.Call) (string, error) {
	var p wire.PathResponse
	r := wire.NewReader(call.Body())
	p.Decode(&r)
	if err := r.Err(); err != nil {
		return "", o.fail(err, false)
	}
	return b.c.rel(p.Path), nil
}

// Do creates the znode and returns its path: one request, and with Parents one or two more for each missing ancestor. It fails
// with zk.ErrNodeExists, zk.ErrNoNode (a parent is missing), zk.ErrNoChildrenForEphemerals, zk.ErrInvalidACL or zk.ErrNoAuth.
//
// After a connection loss the create is repeated where that is safe:
//
//   - A Protected one is first looked for, so it is made once.
//   - An Ephemeral one that turns out to be there and to belong to this session counts as made.
//   - A Sequential one that is not Protected is not repeated: ErrConnectionLoss, and MayHaveApplied is true.
//   - Any other one is repeated; a zk.ErrNodeExists for which MayHaveApplied is true may come from the lost attempt.
func (b CreateBuilder) Do(ctx context.Context) (string, error) {
	o, err := b.operation()
	seen := b.c.see(ctx, &o)
	if err != nil {
		err = o.fail(err, false)
		seen.end(err)
		return "", err
	}
	path, err := b.make(ctx, &o)
	seen.end(err)
	if err != nil && b.protect != nil && MayHaveApplied(err) {
		b.Withdraw()
	}
	return path, err
}

// make runs the attempts of one create.
func (b CreateBuilder) make(ctx context.Context, o *operation) (string, error) {
	var session *Session // in which the first attempt was sent
	retry := retrier{c: b.c}
	for {
		if b.protect.maybe() {
			path, err := b.find(ctx)
			if err != nil {
				return "", o.fail(bare(err), true) // it may be there, and nobody could look
			}
			if path != "" {
				return path, nil
			}
		}
		switch {
		case !retry.unknown:
			session = b.c.Session()
		case b.ephemeral && session.Err() != nil:
			return "", o.fail(session.Err(), false) // what the lost attempt may have made went with its session
		}
		b.protect.sending()
		call := b.c.send(ctx, o)
		err := await(ctx, call)
		if err == nil {
			return b.decode(o, call)
		}
		if call.Answered() || !call.Sent() {
			b.protect.refused()
		}
		switch {
		case b.parents != noParents && errors.Is(err, wire.NoNode):
			if err := b.makeParents(ctx); err != nil {
				return "", err
			}
			continue
		case b.ephemeral && retry.unknown && errors.Is(err, wire.NodeExists):
			ok, err := b.own(ctx, session)
			if err != nil {
				return "", o.fail(bare(err), true)
			}
			if ok {
				return b.path, nil
			}
		}
		if err := retry.again(ctx, o, call, err); err != nil {
			return "", err
		}
	}
}

// own tells whether the znode that is there is this session's.
func (b CreateBuilder) own(ctx context.Context, session *Session) (bool, error) {
	ok, stat, err := b.c.Exists(b.path).Do(ctx)
	return ok && stat.EphemeralOwner == session.ID(), err
}

// makeParents makes the missing ancestors, from the nearest upward until one can be made, and down again.
func (b CreateBuilder) makeParents(ctx context.Context) error {
	parent := parentOf(b.path)
	make := b.c.Create(parent)
	make.parents = b.parents
	make.container = b.parents == containerParents
	if parent == "/" {
		make.parents = noParents
	}
	_, err := make.Do(ctx)
	if errors.Is(err, zk.ErrNodeExists) {
		return nil
	}
	return err
}

// Async sends the request and returns at once. It makes no parents.
func (b CreateBuilder) Async(ctx context.Context) *Future[string] {
	o, err := b.operation()
	if err == nil {
		b.protect.sending()
	}
	return future(ctx, b.c, o, err, b.decode)
}
