package tree

import "github.com/zookit-go/zookit/internal/wire"

// Recreate is a Create of a znode that is there already, since the snapshot that the log is replayed over was taken later. The znode
// stays as it is, but for its list: the one in the snapshot may be older than the table that it was looked up in. counted tells
// whether the parent counts it nevertheless.
func (t *Tree) Recreate(path string, acl []wire.ACL, parentCversion int32, zxid int64, counted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.nodes[path].acl = acl
	parent, _ := Split(path)
	if p := t.nodes[parent]; counted && p != nil && parentCversion > p.stat.Cversion {
		p.stat.Cversion, p.stat.Pzxid = parentCversion, zxid
	}
}

// Redelete is a Delete of a znode that is gone already. Its parent's pzxid follows all the same.
func (t *Tree) Redelete(path string, zxid int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	parent, _ := Split(path)
	if p := t.nodes[parent]; p != nil {
		p.stat.Pzxid = max(p.stat.Pzxid, zxid)
	}
}
