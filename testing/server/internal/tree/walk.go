package tree

import "iter"

// Walk hands out all znodes that were there at a zxid and are there still, depth first, beginning with the root, which is "". The
// tree may change meanwhile: it is not held as a whole, and a znode is as it is when its turn comes. Who then replays all changes
// behind the zxid has the tree as it is now. Anyone may ask.
func (t *Tree) Walk(zxid int64) iter.Seq2[string, Image] {
	return func(yield func(string, Image) bool) { t.walk("", zxid, yield) }
}

func (t *Tree) walk(path string, zxid int64, yield func(string, Image) bool) bool {
	im, children, ok := t.image(path)
	if !ok || im.Stat.Czxid > zxid {
		return true // with all that is below it
	}
	if !yield(path, im) {
		return false
	}
	for _, name := range children {
		if !t.walk(path+"/"+name, zxid, yield) {
			return false
		}
	}
	return true
}

func (t *Tree) image(path string) (im Image, children []string, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	n := t.nodes[path]
	if n == nil {
		return im, nil, false
	}
	if len(n.children) > 0 {
		children = make([]string, 0, len(n.children))
		for name := range n.children {
			children = append(children, name)
		}
	}
	return Image{Data: n.data, ACL: n.acl, Stat: n.stat}, children, true
}
