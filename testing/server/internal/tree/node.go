package tree

import (
	"math"

	"github.com/zookit-go/zookit/internal/wire"
)

// ContainerOwner is the owner that a container has inside the server; clients see 0.
const ContainerOwner int64 = math.MinInt64

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
	if s.EphemeralOwner == ContainerOwner {
		s.EphemeralOwner = 0
	}
	return s
}

func (n *node) addChild(name string) {
	if n.children == nil {
		n.children = make(map[string]struct{})
	}
	n.children[name] = struct{}{}
}

// Meta is what prep has to know about a znode to judge a request.
type Meta struct {
	Owner    int64 // session of an ephemeral, ContainerOwner, or 0
	Version  int32
	Cversion int32 // creates alone: what sequence numbers are made of
	Aversion int32
	Children int
	ACL      []wire.ACL
}

// Ephemeral tells whether a session owns the znode.
func (m *Meta) Ephemeral() bool { return m.Owner != 0 && m.Owner != ContainerOwner }
