package apply

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// unknownZxid stands in the reply to an operation that the server does not know.
const unknownZxid = -1

func refuse(code wire.Code) request.Reply { return request.Reply{Err: code} }

// read answers what needs no transaction. Requests about watches are in watch.go.
func (a *Apply) read(c *request.Committed) request.Reply {
	if c.Err == wire.Unimplemented {
		return request.Reply{Err: c.Err, Zxid: unknownZxid, Close: true}
	}
	if c.Err != wire.OK {
		return refuse(c.Err)
	}
	switch q := c.Body.(type) {
	case *wire.PathWatchRequest:
		return a.readPath(c, q)
	case *wire.PathRequest:
		switch c.Op { //nolint:exhaustive // the operations with this record
		case wire.OpSync: // everything before it has been applied, which is all it asks for
			return request.Reply{Body: &wire.PathResponse{Path: q.Path}}
		case wire.OpGetACL:
			return a.getACL(c, q.Path)
		case wire.OpGetAllChildrenNumber:
			if code := a.readable(c, q.Path); code != wire.OK {
				return refuse(code)
			}
			n := a.tree.Descendants(q.Path)
			if q.Path == "" { // by this name the root counts as below itself
				n++
			}
			return request.Reply{Body: &wire.GetAllChildrenNumberResponse{Number: int32(n)}}
		}
	case *wire.MultiRequest:
		return a.multiRead(c, q)
	case *wire.GetEphemeralsRequest:
		return request.Reply{Body: &wire.GetChildrenResponse{Children: a.ephemerals(c.Session, q.Prefix)}}
	case *wire.CreateSessionRequest:
		return a.beginLocal(c, q)
	case *wire.Empty:
		switch c.Op { //nolint:exhaustive // the operations with this record
		case wire.OpWhoAmI:
			return request.Reply{Body: a.whoAmI(c.IDs)}
		case wire.OpCloseSession:
			return a.endLocal(c)
		}
		return request.Reply{} // ping
	}
	return a.watchRequest(c)
}

func (a *Apply) readPath(c *request.Committed, q *wire.PathWatchRequest) request.Reply {
	if c.Op == wire.OpExists {
		return a.exists(c, q)
	}
	if code := a.readable(c, q.Path); code != wire.OK {
		return refuse(code) // and sets no watch
	}
	switch c.Op { //nolint:exhaustive // the operations with this record
	case wire.OpGetData:
		if q.Watch {
			a.watches.AddData(q.Path, c.From)
		}
		a.got.Data, a.got.Stat = a.tree.Get(q.Path)
		a.reads.add(q.Path, statSize+len(a.got.Data))
		return request.Reply{Body: &a.got}
	case wire.OpGetChildren:
		if q.Watch {
			a.watches.AddChild(q.Path, c.From)
		}
		return request.Reply{Body: &wire.GetChildrenResponse{Children: a.children(q.Path)}}
	}
	if q.Watch {
		a.watches.AddChild(q.Path, c.From)
	}
	stat, _ := a.tree.Stat(q.Path)
	return request.Reply{Body: &wire.GetChildren2Response{Children: a.children(q.Path), Stat: stat}}
}

func (a *Apply) children(path string) []string {
	names := a.tree.Children(path)
	a.reads.add(path, statSize+childrenSize(names))
	return names
}

// exists is the one read that sets a watch on a znode that is not there.
func (a *Apply) exists(c *request.Committed, q *wire.PathWatchRequest) request.Reply {
	if strings.IndexByte(q.Path, 0) >= 0 {
		return refuse(wire.BadArguments)
	}
	code := a.readable(c, q.Path)
	if code == wire.NoAuth && a.era.OpenExists {
		code = wire.OK
	}
	if code == wire.NoAuth {
		return refuse(code)
	}
	if q.Watch {
		a.watches.AddData(q.Path, c.From)
	}
	if code != wire.OK {
		return refuse(code)
	}
	a.stat.Stat, _ = a.tree.Stat(q.Path)
	a.reads.add(q.Path, statSize)
	return request.Reply{Body: &a.stat}
}

// readable is what stands between a request and a znode.
func (a *Apply) readable(c *request.Committed, path string) wire.Code {
	acl, ok := a.tree.ACL(path)
	if !ok {
		return wire.NoNode
	}
	if !a.policy.Allowed(acl, wire.PermRead, c.IDs) {
		return wire.NoAuth
	}
	return wire.OK
}

func (a *Apply) getACL(c *request.Committed, path string) request.Reply {
	acl, ok := a.tree.ACL(path)
	if !ok {
		return refuse(wire.NoNode)
	}
	if !a.policy.Allowed(acl, wire.PermRead|wire.PermAdmin, c.IDs) {
		return refuse(wire.NoAuth)
	}
	if !a.policy.Allowed(acl, wire.PermAdmin, c.IDs) {
		acl = auth.Mask(acl)
	}
	stat, _ := a.tree.Stat(path)
	return request.Reply{Body: &wire.GetACLResponse{ACL: acl, Stat: stat}}
}

// maxMultiRead is how many bytes the results of one multiRead may have. Without a bound, a request of a mebibyte that names one
// large znode forty thousand times would be answered with more than there is memory. Apache ends on it.
const maxMultiRead = 64 << 20

// multiRead answers each operation on its own; none sets a watch.
func (a *Apply) multiRead(c *request.Committed, q *wire.MultiRequest) request.Reply {
	results := make([]wire.MultiResult, len(q.Ops))
	size := 0
	for i, op := range q.Ops {
		if size > maxMultiRead {
			return refuse(wire.SystemError)
		}
		read, ok := op.Body.(*wire.PathWatchRequest)
		if !ok {
			return refuse(wire.MarshallingError)
		}
		if code := a.readable(c, read.Path); code != wire.OK {
			results[i] = wire.MultiResult{Op: wire.OpError, Err: code}
			continue
		}
		results[i].Op = op.Op
		if op.Op == wire.OpGetChildren {
			results[i].Children = a.children(read.Path)
			for _, name := range results[i].Children {
				size += 4 + len(name)
			}
			continue
		}
		results[i].Data, results[i].Stat = a.tree.Get(read.Path)
		size += len(results[i].Data)
		a.reads.add(read.Path, statSize+len(results[i].Data))
	}
	return request.Reply{Body: &wire.MultiResponse{Results: results}}
}

// ephemerals filters by plain prefix, not by component.
func (a *Apply) ephemerals(session int64, prefix string) []string {
	paths := a.tree.Ephemerals(session)
	if p := strings.TrimSpace(prefix); p == "" || p == "/" {
		return paths
	}
	kept := paths[:0]
	for _, path := range paths {
		if strings.HasPrefix(path, prefix) {
			kept = append(kept, path)
		}
	}
	return kept
}

func (a *Apply) whoAmI(ids []auth.ID) *wire.WhoAmIResponse {
	p := &wire.WhoAmIResponse{Clients: make([]wire.ClientInfo, len(ids))}
	for i, id := range ids {
		p.Clients[i] = wire.ClientInfo{Scheme: id.Scheme, User: a.policy.User(id)}
	}
	return p
}
