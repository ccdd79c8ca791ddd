package cache

import (
	"iter"

	"github.com/zookit-go/zookit/client"
)

// Tree caches the znode at its path and everything below it.
type Tree struct{ *Cache }

// NewTree returns a cache of the tree at path. Nothing is sent before Start. An error names a bad path or option.
func NewTree(c *client.Client, path string, opts ...Option) (*Tree, error) {
	cache, err := newCache(c, "tree", path, -1, opts)
	if err != nil {
		return nil, err
	}
	return &Tree{cache}, nil
}

// Children caches the znode at its path and its children. The server tells of everything below those as well, which is passed over.
type Children struct{ *Cache }

// NewChildren returns a cache of the children of path. Nothing is sent before Start. An error names a bad path or option.
func NewChildren(c *client.Client, path string, opts ...Option) (*Children, error) {
	cache, err := newCache(c, "children", path, 1, opts)
	if err != nil {
		return nil, err
	}
	return &Children{cache}, nil
}

// All yields the children by their names, in order, as the present snapshot has them.
func (c *Children) All() iter.Seq2[string, *Znode] { return c.Snapshot().Children(c.path) }

// Child returns the child of that name.
func (c *Children) Child(name string) (*Znode, bool) { return c.Get(client.Join(c.path, name)) }

// Node caches one znode, be it there or not.
type Node struct{ *Cache }

// NewNode returns a cache of the znode at path. Nothing is sent before Start. An error names a bad path or option.
func NewNode(c *client.Client, path string, opts ...Option) (*Node, error) {
	cache, err := newCache(c, "node", path, 0, opts)
	if err != nil {
		return nil, err
	}
	return &Node{cache}, nil
}

// Znode returns the znode, if it is there.
func (n *Node) Znode() (*Znode, bool) { return n.Get(n.path) }
