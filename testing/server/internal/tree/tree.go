// Package tree is the znodes and the watches on them. One goroutine at a time, apply's, writes the tree and may read it without the lock;
// everyone else reads through the methods that say so. Watches belong to apply alone.
package tree

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/zookit-go/zookit/internal/wire"
)

// The znodes that every server has from the beginning.
const (
	Root       = "/"
	System     = "/zookeeper"
	QuotaRoot  = "/zookeeper/quota"
	ConfigNode = "/zookeeper/config"
)

// Tree is all znodes by path. The root is there under "" as well: reads take the empty path for it.
type Tree struct {
	mu         sync.RWMutex // guards nodes, what they hold, and the rest but last
	nodes      map[string]*node
	ephemerals map[int64]map[string]struct{} // paths by session
	mortal     map[string]struct{}           // containers and znodes with a time to live
	limited    map[string]struct{}           // paths that have a quota
	unseen     int                           // bytes by which quotas' stats grew by themselves, which Apache does not see

	last atomic.Int64
}

// New returns the tree of a server that nobody has used.
func New() *Tree {
	t := empty()
	root := &node{data: []byte{}, acl: wire.OpenACL}
	t.nodes[""], t.nodes[Root] = root, root
	t.addSystem()
	return t
}

func empty() *Tree {
	return &Tree{
		nodes: make(map[string]*node), ephemerals: make(map[int64]map[string]struct{}), mortal: make(map[string]struct{}),
		limited: make(map[string]struct{}),
	}
}

// addSystem adds what every server has, where it is missing.
func (t *Tree) addSystem() {
	for _, path := range []string{System, QuotaRoot, ConfigNode} {
		if t.nodes[path] != nil {
			continue
		}
		n := &node{data: []byte{}, acl: wire.OpenACL}
		if path == ConfigNode {
			n.acl = []wire.ACL{{Perms: wire.PermRead, Scheme: "world", ID: "anyone"}}
			n.stat.Aversion = -1
		}
		parent, name := Split(path)
		t.nodes[parent].addChild(name)
		t.nodes[path] = n
	}
}

// LastZxid is the last transaction that has been applied, failed ones included. Anyone may ask.
func (t *Tree) LastZxid() int64 { return t.last.Load() }

// SetLastZxid says that everything up to zxid has been applied.
func (t *Tree) SetLastZxid(zxid int64) { t.last.Store(zxid) }

// Split returns a path's parent, "/" for the children of the root, and its last component.
func Split(path string) (parent, name string) {
	at := strings.LastIndexByte(path, '/')
	if at <= 0 {
		return Root, path[at+1:]
	}
	return path[:at], path[at+1:]
}

// Create adds a znode and returns its stat. The arguments become the tree's. The parent's count of creates only ever grows:
// once it has reached the largest number it stays there, and the parent's pzxid with it.
func (t *Tree) Create(path string, data []byte, acl []wire.ACL, owner int64, parentCversion int32, zxid, now int64) wire.Stat {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := &node{data: data, acl: acl, stat: wire.Stat{
		Czxid: zxid, Mzxid: zxid, Pzxid: zxid, Ctime: now, Mtime: now, EphemeralOwner: owner,
	}}
	parent, name := Split(path)
	if p := t.nodes[parent]; p != nil {
		p.addChild(name)
		if parentCversion > p.stat.Cversion {
			p.stat.Cversion, p.stat.Pzxid = parentCversion, zxid
		}
	}
	t.nodes[path] = n
	t.own(path, owner)
	stat := n.view() // before a quota's stats get a text of their own
	t.created(path, n)
	return stat
}

// own keeps the books of who owns a znode.
func (t *Tree) own(path string, owner int64) {
	switch {
	case owner == 0:
	case sessionOwns(owner):
		if t.ephemerals[owner] == nil {
			t.ephemerals[owner] = make(map[string]struct{})
		}
		t.ephemerals[owner][path] = struct{}{}
	default:
		t.mortal[path] = struct{}{}
	}
}

// Delete removes a znode; it tells whether there was one.
func (t *Tree) Delete(path string, zxid int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.nodes[path]
	if n == nil {
		return false
	}
	delete(t.nodes, path)
	delete(t.mortal, path)
	parent, name := Split(path)
	if p := t.nodes[parent]; p != nil {
		delete(p.children, name)
		p.stat.Pzxid = max(p.stat.Pzxid, zxid)
	}
	if mine := t.ephemerals[n.stat.EphemeralOwner]; mine != nil {
		delete(mine, path)
		if len(mine) == 0 {
			delete(t.ephemerals, n.stat.EphemeralOwner)
		}
	}
	t.deleted(path, n)
	return true
}

// SetData replaces a znode's data, which becomes the tree's.
func (t *Tree) SetData(path string, data []byte, version int32, zxid, now int64) (wire.Stat, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.nodes[path]
	if n == nil {
		return wire.Stat{}, false
	}
	grown := len(data) - len(n.data)
	n.data = data
	n.stat.Version, n.stat.Mzxid, n.stat.Mtime = version, zxid, now
	stat := n.view()
	t.charge(path, int64(grown), 0)
	return stat, true
}

// SetACL replaces a znode's list, which becomes the tree's.
func (t *Tree) SetACL(path string, acl []wire.ACL, version int32) (wire.Stat, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.nodes[path]
	if n == nil {
		return wire.Stat{}, false
	}
	n.acl = acl
	n.stat.Aversion = version
	return n.view(), true
}
