package prep

import (
	"bytes"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// remove prepares delete. Only the parent's list counts, and only a part of the path's rules: a path that no znode can have
// is just not there.
func (p *Prep) remove(r *request.Request, q *wire.PathVersionRequest) (request.Change, wire.Code) {
	if !plausible(q.Path) || p.reserved(q.Path) {
		return nil, wire.BadArguments
	}
	path := strings.Clone(q.Path)
	parentPath := path[:strings.LastIndexByte(path, '/')]
	parent, ok := p.view.get(parentPath)
	if !ok {
		return nil, wire.NoNode
	}
	m, ok := p.view.get(path)
	switch {
	case !ok && p.settings.Era.NodeFirst:
		return nil, wire.NoNode
	case !p.settings.Policy.Allowed(parent.ACL, wire.PermDelete, r.IDs):
		return nil, wire.NoAuth
	case !ok:
		return nil, wire.NoNode
	case !checkVersion(q.Version, m.Version):
		return nil, wire.BadVersion
	case m.Children > 0:
		return nil, wire.NotEmpty
	}
	p.drop(path)
	return &request.Delete{Path: path}, wire.OK
}

// removeDue prepares deleteContainer, the server's own. What it is for was due when the server looked, and may have changed
// since. Apache looks only at the kind of the znode here, and so removes one whose data have just been set.
func (p *Prep) removeDue(path string) (request.Change, wire.Code) {
	if !plausible(path) || p.reserved(path) {
		return nil, wire.BadArguments
	}
	m, ok := p.view.get(path)
	switch {
	case !ok:
		return nil, wire.NoNode
	case m.Children > 0:
		return nil, wire.NotEmpty
	case !m.Due(p.now, p.settings.MaxUnused):
		return nil, wire.BadVersion
	}
	p.drop(path)
	return &request.Delete{Path: path}, wire.OK
}

// drop says that a znode will not be there any more.
func (p *Prep) drop(path string) {
	parentPath, _ := tree.Split(path)
	if parent, ok := p.view.get(parentPath); ok {
		parent.Children--
		p.view.put(p.zxid, parentPath, parent)
	}
	p.view.drop(p.zxid, path)
}

func (p *Prep) setData(r *request.Request, q *wire.SetDataRequest) (request.Change, wire.Code) {
	m, code := p.existing(r, q.Path, wire.PermWrite)
	if code != wire.OK {
		return nil, code
	}
	if code := p.quota(q.Path, len(q.Data)-m.Size, 0); code != wire.OK {
		return nil, code
	}
	if !checkVersion(q.Version, m.Version) {
		return nil, wire.BadVersion
	}
	path := strings.Clone(q.Path)
	m.Size = len(q.Data)
	m.Version++
	m.Mtime = p.now
	p.view.put(p.zxid, path, m)
	return &request.SetData{Path: path, Data: bytes.Clone(q.Data), Version: m.Version}, wire.OK
}

// setACL's version is that of the list, not of the data.
func (p *Prep) setACL(r *request.Request, q *wire.SetACLRequest) (request.Change, wire.Code) {
	if !p.validPath(q.Path) {
		return nil, wire.BadArguments
	}
	acl, code := p.fix(q.ACL, r.IDs)
	if code != wire.OK {
		return nil, code
	}
	m, code := p.existing(r, q.Path, wire.PermAdmin)
	if code != wire.OK {
		return nil, code
	}
	if !checkVersion(q.Version, m.Aversion) {
		return nil, wire.BadVersion
	}
	path := strings.Clone(q.Path)
	m.Aversion++
	m.ACL = acl
	p.view.put(p.zxid, path, m)
	return &request.SetACL{Path: path, ACL: acl, Version: m.Aversion}, wire.OK
}

func (p *Prep) check(r *request.Request, q *wire.PathVersionRequest) (request.Change, wire.Code) {
	m, code := p.existing(r, q.Path, wire.PermRead)
	if code != wire.OK {
		return nil, code
	}
	if !checkVersion(q.Version, m.Version) {
		return nil, wire.BadVersion
	}
	return &request.Check{Path: strings.Clone(q.Path), Version: m.Version + 1}, wire.OK
}

// existing returns the znode if the path is valid, there is one, and the request has the permission.
func (p *Prep) existing(r *request.Request, path string, perm int32) (tree.Meta, wire.Code) {
	if !p.validPath(path) {
		return tree.Meta{}, wire.BadArguments
	}
	m, ok := p.view.get(path)
	if !ok {
		return m, wire.NoNode
	}
	if !p.settings.Policy.Allowed(m.ACL, perm, r.IDs) {
		return m, wire.NoAuth
	}
	return m, wire.OK
}

// closeSession lists what goes with the session, ephemerals whose create is still on its way included. From here on the
// session may ask for nothing.
func (p *Prep) closeSession(session int64) request.Change {
	paths := p.view.ephemerals(session)
	for _, path := range paths {
		p.drop(path)
	}
	p.sessions.SetClosing(session)
	return &request.CloseSession{Paths: paths}
}
