package client

import (
	"context"
	"time"

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
	parentsACL []zk.ACL
	ttl        time.Duration
	ephemeral  bool
	sequential bool
	container  bool
	limited    bool // TTL was called
	soft       bool // a container only if the server knows them
	stat       bool // the caller wants it
	idempotent bool
	orSet      bool
	version    int32 // of what orSet may overwrite
	compress   compression
	parents    parents
	protect    *protection
}

type parents uint8

const (
	noParents parents = iota
	persistentParents
	containerParents
)

// Create creates a persistent znode at path, with the client's default data (WithDefaultData) and with the list of WithACLProvider or, without
// that, open to the world, unless the modifiers say otherwise.
func (c *Client) Create(path string) CreateBuilder {
	return CreateBuilder{c: c, path: path, data: c.ops.defaultData(), acl: c.acl.acl(c.space.full(path)), version: -1}
}

var worldACL = zk.WorldACL(zk.PermAll)

// Data is the znode's data. It must not change until the call returns.
func (b CreateBuilder) Data(data []byte) CreateBuilder {
	b.data = data
	return b
}

// ACL is the znode's access control list. Parents that are made on the way have that of ParentsACL or of WithACLProvider, or are open to
// the world.
func (b CreateBuilder) ACL(acl ...zk.ACL) CreateBuilder {
	b.acl = acl
	return b
}

// ParentsACL is the access control list of the parents that are made on the way.
func (b CreateBuilder) ParentsACL(acl ...zk.ACL) CreateBuilder {
	b.parentsACL = acl
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

// Container makes a znode that the server deletes some time after its last child has gone. It needs a server of 3.5.1 or later.
func (b CreateBuilder) Container() CreateBuilder {
	b.container = true
	return b
}

// TTL makes a znode that the server deletes some time after it has had no children and was not written for ttl, which counts in whole
// milliseconds, from 1 to 2^40-1 (34 years). It needs a server of 3.5.3 or later that runs with zookeeper.extendedTypesEnabled=true.
func (b CreateBuilder) TTL(ttl time.Duration) CreateBuilder {
	b.ttl, b.limited = ttl, true
	return b
}

// Parents makes the missing ancestors, as persistent znodes without data.
func (b CreateBuilder) Parents() CreateBuilder {
	b.parents = persistentParents
	return b
}

// ParentContainers makes the missing ancestors, as containers without data, so that they go when they are no longer used. On a server
// before 3.5.1, which knows no containers, they are persistent; to find that out costs a connection, once a session.
func (b CreateBuilder) ParentContainers() CreateBuilder {
	b.parents = containerParents
	return b
}

// Compressed stores the data compressed; see WithCompressor.
func (b CreateBuilder) Compressed() CreateBuilder {
	b.compress = compressed
	return b
}

// Uncompressed stores the data as it is in spite of WithCompression.
func (b CreateBuilder) Uncompressed() CreateBuilder {
	b.compress = uncompressed
	return b
}

func (b CreateBuilder) mode() wire.CreateMode {
	switch {
	case b.limited && b.sequential:
		return wire.PersistentSequentialTTL
	case b.limited:
		return wire.PersistentTTL
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

// operation is the oldest request that does it.
func (b CreateBuilder) operation() (operation, error) {
	if b.soft && !b.c.knows(wire.OpCreateContainer) {
		b.container = false
	}
	path := b.path
	if b.protect != nil {
		path = b.protect.path(path)
	}
	// A second sequential znode would be one too many; a protected one is looked for instead of made again.
	o := operation{op: wire.OpCreate, path: b.path, abs: b.c.abs(path), once: b.sequential && b.protect == nil}
	stored, deflateErr := b.compress.deflate(b.c, b.data)
	req := wire.CreateRequest{Path: o.abs, Data: stored, ACL: wireACL(b.acl), Mode: b.mode()}
	switch {
	case b.limited:
		o.op, o.body = wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: req, TTL: b.ttl.Milliseconds()}
	case b.container:
		o.op, o.body = wire.OpCreateContainer, &req
	case b.stat && b.c.knows(wire.OpCreate2):
		o.op, o.body = wire.OpCreate2, &req
	default:
		o.body = &req
	}
	o.protect = b.protect
	if err := b.check(); err != nil {
		return o, err
	}
	return o, deflateErr
}

func wireACL(acl []zk.ACL) []wire.ACL {
	out := make([]wire.ACL, len(acl))
	for i, a := range acl {
		out[i] = wire.ACL(a)
	}
	return out
}

// CreateResult is what a create gave.
type CreateResult struct {
	Path string   // the znode's, with the digits of a sequential one
	Stat *zk.Stat // nil if the request was one that is answered without
}

// decode reads the answer. Create's and those of its newer forms begin alike.
func (b CreateBuilder) decode(o *operation, call *session.Call) (CreateResult, error) {
	var p wire.Create2Response
	r := wire.NewReader(call.Body())
	p.Path = r.String()
	full := o.op != wire.OpCreate && len(call.Body()) >= 4+len(p.Path)+wire.StatSize // a lent zk.Conn keeps the Stat for itself
	if full {
		p.Stat.Decode(&r)
	}
	if err := r.Err(); err != nil {
		return CreateResult{}, o.fail(err, false)
	}
	res := CreateResult{Path: b.c.rel(p.Path)}
	if full {
		res.Stat = statOf(p.Stat)
	}
	return res, nil
}

func (b CreateBuilder) decodePath(o *operation, call *session.Call) (string, error) {
	res, err := b.decode(o, call)
	return res.Path, err
}

// Do creates the znode and returns its path: one request, and with Parents one or two more for each missing ancestor. It fails
// with zk.ErrNodeExists, zk.ErrNoNode (a parent is missing), zk.ErrNoChildrenForEphemerals, zk.ErrInvalidACL, zk.ErrNoAuth or an
// *UnsupportedError.
//
// After a connection loss the create is repeated where that is safe:
//
//   - A Protected one is first looked for, so it is made once.
//   - An Ephemeral one that turns out to be there and to belong to this session counts as made.
//   - A Sequential one that is not Protected is not repeated: ErrConnectionLoss, and MayHaveApplied is true.
//   - An Idempotent one or one with OrSet takes what it finds, as it says.
//   - Any other one is repeated; a zk.ErrNodeExists for which MayHaveApplied is true may come from the lost attempt.
func (b CreateBuilder) Do(ctx context.Context) (string, error) {
	res, err := b.do(ctx)
	return res.Path, err
}

func (b CreateBuilder) do(ctx context.Context) (CreateResult, error) {
	o, err := b.operation()
	m := making{CreateBuilder: b, o: o, retry: retrier{c: b.c}}
	seen := b.c.see(ctx, &m.o)
	if err != nil {
		err = m.o.fail(err, false)
		seen.end(err)
		return CreateResult{}, err
	}
	if b.protect.maybe() {
		m.o.c = b.c // what an earlier run may have made can be older than what this one knows
	}
	res, err := m.run(ctx)
	seen.end(err)
	if err != nil && b.protect != nil && MayHaveApplied(err) {
		b.Withdraw()
	}
	return res, err
}

// Async sends the request and returns at once. It makes no parents, and looks at nothing that it finds.
func (b CreateBuilder) Async(ctx context.Context) *Future[string] {
	o, err := b.operation()
	if err == nil {
		b.protect.sending()
	}
	return future(ctx, b.c, o, err, b.decodePath)
}
