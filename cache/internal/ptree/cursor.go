package ptree

// Cursor goes through a tree in order.
type Cursor struct {
	way  []step
	leaf *leaf // nil behind the end
	i    int
}

type step struct {
	b *branch
	i int
}

// Seek returns a cursor at key, or at the first one behind it.
func (t Tree) Seek(key string) *Cursor {
	c := &Cursor{}
	n := t.root
	for n != nil {
		switch at := n.(type) {
		case *branch:
			i := at.kid(key)
			c.way = append(c.way, step{at, i})
			n = at.kids[i]
		case *leaf:
			c.leaf = at
			c.i, _ = at.find(key)
			c.settle()
			return c
		}
	}
	return c
}

// Valid tells whether the cursor is at a znode; else it has come behind the last one.
func (c *Cursor) Valid() bool { return c.leaf != nil }

// Ref is the znode at which the cursor is.
func (c *Cursor) Ref() Ref { return Ref{c.leaf, c.i} }

// Next goes on to the next one.
func (c *Cursor) Next() {
	c.i++
	c.settle()
}

func (c *Cursor) settle() {
	if c.leaf != nil && c.i >= c.leaf.len() {
		c.nextLeaf()
	}
}

func (c *Cursor) nextLeaf() {
	c.leaf, c.i = nil, 0
	for len(c.way) > 0 {
		last := &c.way[len(c.way)-1]
		if last.i++; last.i < len(last.b.kids) {
			n := last.b.kids[last.i]
			for {
				if l, ok := n.(*leaf); ok {
					c.leaf = l
					return
				}
				b := n.(*branch)
				c.way = append(c.way, step{b, 0})
				n = b.kids[0]
			}
		}
		c.way = c.way[:len(c.way)-1]
	}
}

// Diff calls f for each key at which the trees differ, in order; a Ref without a leaf, which Ok tells, is a znode that is missing. What
// the trees share costs one look a leaf. f stops it with false.
func Diff(older, newer Tree, f func(old, now Ref) bool) {
	a, b := older.Seek(""), newer.Seek("")
	for a.Valid() || b.Valid() {
		if a.leaf == b.leaf && a.i == b.i {
			a.nextLeaf()
			b.nextLeaf()
			continue
		}
		var order int
		switch {
		case !a.Valid():
			order = 1
		case !b.Valid():
			order = -1
		default:
			order = Compare(a.Ref().Key(), b.Ref().Key())
		}
		var old, now Ref
		if order <= 0 {
			old = a.Ref()
			a.Next()
		}
		if order >= 0 {
			now = b.Ref()
			b.Next()
		}
		if !f(old, now) {
			return
		}
	}
}

// Ok tells whether there is a znode.
func (r Ref) Ok() bool { return r.l != nil }
