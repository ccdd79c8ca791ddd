package apply

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// transaction applies a change, and only then lets its zxid be seen.
func (a *Apply) transaction(c *request.Committed) {
	switch change := c.Change.(type) {
	case *request.CreateSession:
		a.createSession(c, change)
		return
	case *request.CloseSession:
		a.closeSession(c, change)
		return
	case *request.Multi:
		results := make([]wire.MultiResult, len(change.Ops))
		for i, op := range change.Ops {
			results[i] = a.change(c, op)
		}
		a.tree.SetLastZxid(c.Zxid)
		a.answer(c, request.Reply{Body: &wire.MultiResponse{Results: results}})
	case *request.Check: // alone, as servers did until 3.8; they tried to answer with a stat, and had none
		a.tree.SetLastZxid(c.Zxid)
		a.answer(c, request.Reply{Mute: true})
	default:
		result := a.change(c, change)
		a.tree.SetLastZxid(c.Zxid)
		a.answer(c, request.Reply{Err: result.Err, Body: a.body(&result)})
	}
}

// change applies one change and returns its result as a transaction would tell it.
func (a *Apply) change(c *request.Committed, change request.Change) wire.MultiResult {
	switch ch := change.(type) {
	case *request.Create:
		stat := a.tree.Create(ch.Path, ch.Data, ch.ACL, ch.Owner, ch.ParentCversion, c.Zxid, c.Time)
		a.writes.add(ch.Path, len(ch.Data))
		parent, _ := tree.Split(ch.Path)
		a.notify(a.watches.FireData(ch.Path), wire.EventNodeCreated, ch.Path, c.Zxid, ch.ACL)
		a.childrenChanged(parent, c.Zxid)
		return wire.MultiResult{Op: ch.Reply, Path: ch.Path, Stat: stat}
	case *request.Delete:
		a.remove(ch.Path, c.Zxid)
		return wire.MultiResult{Op: wire.OpDelete}
	case *request.SetData:
		stat, _ := a.tree.SetData(ch.Path, ch.Data, ch.Version, c.Zxid, c.Time)
		a.writes.add(ch.Path, len(ch.Data))
		acl, _ := a.tree.ACL(ch.Path)
		a.notify(a.watches.FireData(ch.Path), wire.EventNodeDataChanged, ch.Path, c.Zxid, acl)
		return wire.MultiResult{Op: wire.OpSetData, Stat: stat}
	case *request.SetACL:
		stat, _ := a.tree.SetACL(ch.Path, ch.ACL, ch.Version)
		return wire.MultiResult{Op: wire.OpSetACL, Stat: stat}
	case *request.Check:
		return wire.MultiResult{Op: wire.OpCheck}
	case *request.Failed:
		return wire.MultiResult{Op: wire.OpError, Err: ch.Err}
	}
	return wire.MultiResult{Op: wire.OpError, Err: wire.SystemError}
}

// body turns the result of a single operation into its reply's body.
func (a *Apply) body(result *wire.MultiResult) wire.Record {
	if result.Err != wire.OK {
		return nil
	}
	switch result.Op { //nolint:exhaustive // the results with a body
	case wire.OpCreate:
		a.path.Path = result.Path
		return &a.path
	case wire.OpCreate2:
		return &wire.Create2Response{Path: result.Path, Stat: result.Stat}
	case wire.OpSetData, wire.OpSetACL:
		a.stat.Stat = result.Stat
		return &a.stat
	}
	return nil
}

// remove deletes a znode and tells it: of two watches on the znode itself a connection hears once.
func (a *Apply) remove(path string, zxid int64) {
	acl, ok := a.tree.ACL(path)
	if !ok {
		return
	}
	a.tree.Delete(path, zxid)
	a.writes.add(path, 0)
	told := a.watches.FireData(path)
	a.notify(told, wire.EventNodeDeleted, path, zxid, acl)
	a.notify(without(a.watches.FireGone(path), told), wire.EventNodeDeleted, path, zxid, acl)
	parent, _ := tree.Split(path)
	a.childrenChanged(parent, zxid)
}

func (a *Apply) childrenChanged(parent string, zxid int64) {
	if who := a.watches.FireChild(parent); len(who) > 0 {
		acl, _ := a.tree.ACL(parent)
		a.notify(who, wire.EventNodeChildrenChanged, parent, zxid, acl)
	}
}

// without returns those of who that are not in told.
func without(who, told []request.Origin) []request.Origin {
	if len(who) == 0 || len(told) == 0 {
		return who
	}
	in := make(map[request.Origin]struct{}, len(told))
	for _, w := range told {
		in[w] = struct{}{}
	}
	left := who[:0]
	for _, w := range who {
		if _, dup := in[w]; !dup {
			left = append(left, w)
		}
	}
	return left
}
