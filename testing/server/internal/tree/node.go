package tree

import "github.com/zookit-go/zookit/internal/wire"

// node is one znode. Data and ACL are replaced, never written to, so a reply may still hold them.
type node struct {
	data     []byte
	acl      []wire.ACL
	stat     wire.Stat // Cversion counts creates alone; DataLength and NumChildren are filled in by view
	children map[string]struct{}
}

// view is the stat as clients see it. Creates plus deletes of children is what cversion promises; deletes follow from the
// creates and the children that are left.
func (n *node) view() wire.Stat {
	s := n.stat
	s.DataLength = int32(len(n.data))
	s.NumChildren = int32(len(n.children))
	s.Cversion = 2*s.Cversion - s.NumChildren
	if !sessionOwns(s.EphemeralOwner) {
		s.EphemeralOwner = 0
	}
	return s
}

func (n *node) meta() Meta {
	return Meta{
		Owner: n.stat.EphemeralOwner, Version: n.stat.Version, Cversion: n.stat.Cversion, Aversion: n.stat.Aversion,
		Children: len(n.children), Mtime: n.stat.Mtime, Size: len(n.data), ACL: n.acl,
	}
}

func (n *node) addChild(name string) {
	if n.children == nil {
		n.children = make(map[string]struct{})
	}
	n.children[name] = struct{}{}
}

// Meta is what prep has to know about a znode to judge a request.
type Meta struct {
	Owner    int64 // session of an ephemeral, ContainerOwner, a TTLOwner, or 0
	Version  int32
	Cversion int32 // creates alone: what sequence numbers are made of
	Aversion int32
	Children int
	Mtime    int64 // ms since 1970
	Size     int   // of the data
	ACL      []wire.ACL
}
