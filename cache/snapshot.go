package cache

import (
	"iter"
	"strings"

	"github.com/zookit-go/zookit/cache/internal/ptree"
	"github.com/zookit-go/zookit/client"
)

// Snapshot is the cache's content at one moment. It never changes, and costs nothing to take: snapshots share what is the same in them.
type Snapshot struct {
	tree  ptree.Tree
	zxid  int64
	root  string
	codec client.Compressor
	first bool // nothing has been read yet
}

// Zxid is the transaction up to which every change is in the snapshot. Later ones may be in it, too, but only while more changes are
// being read. It never goes back from one snapshot to the next. It is 0 before the cache is initialized.
func (s *Snapshot) Zxid() int64 { return s.zxid }

// Path is the cache's root.
func (s *Snapshot) Path() string { return s.root }

// Len is how many znodes there are.
func (s *Snapshot) Len() int { return s.tree.Len() }

// Get returns the znode at path.
func (s *Snapshot) Get(path string) (*Znode, bool) {
	key, ok := s.key(path)
	if !ok {
		return nil, false
	}
	ref, ok := s.tree.Get(key)
	if !ok {
		return nil, false
	}
	return &Znode{path, ref, s.codec}, true
}

// All yields every znode by its path: parents before their children, siblings in the order of their names.
func (s *Snapshot) All() iter.Seq2[string, *Znode] { return s.Below(s.root) }

// Below yields the znode at path, if there is one, and all that is below it, in the order of All.
func (s *Snapshot) Below(path string) iter.Seq2[string, *Znode] {
	return func(yield func(string, *Znode) bool) {
		top, ok := s.key(path)
		if !ok {
			return
		}
		for c := s.tree.Seek(top); c.Valid(); c.Next() {
			ref := c.Ref()
			key := ref.Key()
			if !ptree.Under(key, top) {
				return
			}
			z := s.znode(key, ref)
			if !yield(z.path, z) {
				return
			}
		}
	}
}

// Children yields the children of the znode at path by their names, in order. What is below them costs nothing but a search.
func (s *Snapshot) Children(path string) iter.Seq2[string, *Znode] {
	return func(yield func(string, *Znode) bool) {
		top, ok := s.key(path)
		if !ok {
			return
		}
		c := s.tree.Seek(top + "/")
		for c.Valid() {
			ref := c.Ref()
			key := ref.Key()
			if !ptree.Under(key, top) {
				return
			}
			name := key[len(top)+1:]
			if i := strings.IndexByte(name, '/'); i >= 0 { // below a child that may not be read
				c = s.tree.Seek(key[:len(top)+1+i] + behind)
				continue
			}
			if !yield(name, s.znode(key, ref)) {
				return
			}
			if c.Next(); c.Valid() && ptree.Under(c.Ref().Key(), key) {
				c = s.tree.Seek(key + behind)
			}
		}
	}
}

// behind, put behind a key, stands behind all that is below the key and before everything that follows: no name begins with it.
const behind = "/\U0010ffff\U0010ffff"

func (s *Snapshot) znode(key string, ref ptree.Ref) *Znode {
	return &Znode{absolute(s.root, key), ref, s.codec}
}

func (s *Snapshot) key(path string) (string, bool) { return relative(s.root, path) }

// relative is a path as the tree's key.
func relative(root, path string) (string, bool) {
	if root == "/" {
		if path == "/" {
			return "", true
		}
		return path, strings.HasPrefix(path, "/")
	}
	return strings.TrimPrefix(path, root), ptree.Under(path, root)
}

// absolute is a key as a path.
func absolute(root, key string) string {
	switch {
	case key == "":
		return root
	case root == "/":
		return key
	}
	return root + key
}
