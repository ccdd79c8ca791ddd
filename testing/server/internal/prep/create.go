package prep

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// create prepares the four creates. Alone, the operation decides what a container is; in a transaction the mode does. A time to
// live needs both, its operation and its mode.
func (p *Prep) create(r *request.Request, op wire.Op, body wire.Record, inMulti bool) (request.Change, wire.Code) {
	q, ok := body.(*wire.CreateRequest)
	ttl := int64(0) // none
	if t, is := body.(*wire.CreateTTLRequest); is {
		q, ttl, ok = &t.CreateRequest, t.TTL, true
	}
	if !ok {
		return nil, wire.MarshallingError
	}
	if e := p.settings.Era; inMulti && e.ModeInMulti {
		if q.Mode.IsTTL() && op != wire.OpCreateTTL && !e.ModeLast { // there is no time to live in the record
			return nil, wire.MarshallingError
		}
		op = operationOf(q.Mode)
	}
	if code := p.checkMode(op, q.Mode, ttl); code != wire.OK && !p.settings.Era.ModeLast {
		return nil, code
	}
	if code := p.sessions.Check(r.Session, r.From); code != wire.OK {
		return nil, code
	}
	if !plausible(q.Path) {
		return nil, wire.BadArguments
	}
	acl, code := p.fix(q.ACL, r.IDs)
	if code != wire.OK {
		return nil, code
	}
	parentPath := q.Path[:strings.LastIndexByte(q.Path, '/')]
	parent, ok := p.view.get(parentPath)
	if !ok {
		return nil, wire.NoNode
	}
	if !p.settings.Policy.Allowed(parent.ACL, wire.PermCreate, r.IDs) {
		return nil, wire.NoAuth
	}
	if p.settings.Era.ModeLast && q.Mode > wire.EphemeralSequential || !q.Mode.Valid() {
		return nil, wire.BadArguments
	}
	path := strings.Clone(q.Path)
	if q.Mode.IsSequential() {
		path = numbered(q.Path, parent.Cversion)
	}
	if !p.validPath(path) {
		return nil, wire.BadArguments
	}
	if _, exists := p.view.get(path); exists {
		return nil, wire.NodeExists
	}
	if parent.Ephemeral() {
		return nil, wire.NoChildrenForEphemerals
	}
	if code := p.quota(path, len(q.Data), 1); code != wire.OK {
		return nil, code
	}

	if op == wire.OpCreateTTL && !q.Mode.IsTTL() { // with a time below 0, which is none: Apache applies it and dies
		return nil, wire.BadArguments
	}

	c := &request.Create{
		Path: path, Data: bytes.Clone(q.Data), ACL: acl, ParentCversion: parent.Cversion + 1, Reply: createReply(op, q.Mode, inMulti),
	}
	var owner int64 // as later requests see it while this one is on its way
	switch {
	case q.Mode.IsEphemeral() && op != wire.OpCreateContainer:
		owner = r.Session
	case op == wire.OpCreateContainer, inMulti && q.Mode == wire.Container:
		owner = tree.ContainerOwner
	case q.Mode.IsTTL():
		owner = tree.TTLOwner(ttl)
	}
	c.Owner = owner
	parent.Cversion++
	parent.Children++
	p.view.put(p.zxid, path[:strings.LastIndexByte(path, '/')], parent)
	p.view.put(p.zxid, path, tree.Meta{Owner: owner, Mtime: p.now, Size: len(q.Data), ACL: acl})
	return c, wire.OK
}

// checkMode is what create looks at first.
func (p *Prep) checkMode(op wire.Op, mode wire.CreateMode, ttl int64) wire.Code {
	switch {
	case !mode.Valid():
		return wire.BadArguments
	case mode.IsTTL() && !p.settings.ExtendedTypes:
		return wire.Unimplemented
	case mode.IsTTL() && (ttl < 1 || ttl > tree.MaxTTL):
		return wire.BadArguments
	case op == wire.OpCreateTTL && !mode.IsTTL() && ttl >= 0:
		return wire.BadArguments
	}
	return wire.OK
}

// operationOf is the operation that a mode makes of a create where only the mode counts.
func operationOf(mode wire.CreateMode) wire.Op {
	switch {
	case mode == wire.Container:
		return wire.OpCreateContainer
	case mode.IsTTL():
		return wire.OpCreateTTL
	}
	return wire.OpCreate
}

// quota tells whether a quota is in the way. It knows nothing of what is on its way, so a delete earlier in a transaction makes no
// room.
func (p *Prep) quota(path string, bytes, count int) wire.Code {
	if !p.settings.EnforceQuota {
		return wire.OK
	}
	code := p.view.tree.CheckQuota(path, int64(bytes), int64(count))
	if code == wire.QuotaExceeded {
		p.exceeded.add(path)
	}
	return code
}

// numbered appends ten digits. A count that has wrapped keeps its sign among them, as in Java's %010d.
func numbered(path string, n int32) string {
	digits := strconv.FormatInt(max(int64(n), -int64(n)), 10)
	sign, zeros := "", "0000000000"
	if n < 0 {
		sign, zeros = "-", zeros[1:]
	}
	return path + sign + zeros[:max(0, len(zeros)-len(digits))] + digits
}

// createReply says under which operation the result is told: with a stat or without.
func createReply(op wire.Op, mode wire.CreateMode, inMulti bool) wire.Op {
	if op == wire.OpCreate && (!inMulti || mode != wire.Container) {
		return wire.OpCreate
	}
	return wire.OpCreate2
}
