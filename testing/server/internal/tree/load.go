package tree

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// Image is a znode as it is kept on a disk. Of its stat, Cversion counts creates alone, EphemeralOwner tells the kind as well, and
// DataLength and NumChildren are not used.
type Image struct {
	Data []byte
	ACL  []wire.ACL
	Stat wire.Stat
}

// ErrOrphan is a znode whose parent is not there.
var ErrOrphan = errors.New("tree: a znode without a parent")

// Loader builds a tree from images.
type Loader struct{ tree *Tree }

// NewLoader begins with the root alone.
func NewLoader() *Loader {
	t := empty()
	root := &node{data: []byte{}, acl: wire.OpenACL}
	t.nodes[""], t.nodes[Root] = root, root
	return &Loader{t}
}

// Add adds a znode, which must come behind its parent. The root is "". What im holds becomes the tree's.
func (l *Loader) Add(path string, im Image) error {
	n := &node{data: im.Data, acl: im.ACL, stat: im.Stat}
	t := l.tree
	if path == "" {
		n.children = t.nodes[""].children
		t.nodes[""], t.nodes[Root] = n, n
		return nil
	}
	parent, name := Split(path)
	p := t.nodes[parent]
	if p == nil || !strings.HasPrefix(path, "/") || name == "" {
		return fmt.Errorf("%w: %q", ErrOrphan, path)
	}
	p.addChild(name)
	t.nodes[path] = n
	t.own(path, n.stat.EphemeralOwner)
	return nil
}

// Tree ends the building. What every server has and the images had not is made, and the stats of quotas are counted again: they
// change without a transaction, so what is kept of them is of no certain moment.
func (l *Loader) Tree(last int64) *Tree {
	t := l.tree
	t.addSystem()
	for path := range t.nodes {
		parent, name := Split(path)
		if of, ok := quotaFor(parent); ok && of != "" && name == limitNode {
			t.limited[of] = struct{}{}
			if stats := t.nodes[QuotaRoot+of+"/"+statNode]; stats != nil {
				t.count(of, stats)
			}
		}
	}
	t.SetLastZxid(last)
	return t
}
