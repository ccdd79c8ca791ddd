package ptree

const (
	branchMax = 64
	// mergeMax is how many entries two neighbours may have together to become one.
	mergeMax = 32
)

// node is a *leaf or a *branch. All leaves are equally deep.
type node interface {
	first() string
	len() int // of its own entries
}

type branch struct {
	kids   []node
	firsts []string // the first key of each
}

func (b *branch) first() string { return b.firsts[0] }
func (b *branch) len() int      { return len(b.kids) }

// kid is the child that a key belongs to.
func (b *branch) kid(key string) int {
	lo, hi := 0, len(b.kids)
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		if Compare(key, b.firsts[mid]) < 0 {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo
}

// Tree is a map from keys to znodes. It never changes; the zero Tree is empty.
type Tree struct {
	root node
	n    int
}

// Op puts an entry into the tree, over what is there, or takes its key out.
type Op struct {
	Entry
	Gone bool
}

// Len is how many znodes the tree has.
func (t Tree) Len() int { return t.n }

// Get returns the znode at key.
func (t Tree) Get(key string) (Ref, bool) {
	n := t.root
	for {
		switch at := n.(type) {
		case nil:
			return Ref{}, false
		case *branch:
			n = at.kids[at.kid(key)]
		case *leaf:
			i, ok := at.find(key)
			return Ref{at, i}, ok
		}
	}
}

// Apply returns the tree with ops done, which are sorted by their keys, each of which stands there once. Data that is long is kept as it is.
func (t Tree) Apply(ops []Op) Tree {
	if len(ops) == 0 {
		return t
	}
	var a applier
	var nodes []node
	if t.root == nil {
		nodes = a.merge(nil, ops)
	} else {
		nodes = a.node(t.root, ops)
	}
	for len(nodes) > 1 {
		nodes = branches(nodes)
	}
	next := Tree{n: t.n + a.grown}
	if len(nodes) == 1 {
		next.root = nodes[0]
	}
	for {
		b, ok := next.root.(*branch)
		if !ok || len(b.kids) > 1 {
			return next
		}
		next.root = b.kids[0]
	}
}

type applier struct{ grown int }

// node returns what stands in n's place: nothing, or one node or more of its depth.
func (a *applier) node(n node, ops []Op) []node {
	if l, ok := n.(*leaf); ok {
		return a.merge(l, ops)
	}
	b := n.(*branch)
	kids := make([]node, 0, len(b.kids)+1)
	for i, kid := range b.kids {
		mine := len(ops)
		if i+1 < len(b.kids) {
			mine = countBefore(ops, b.firsts[i+1])
		}
		if mine == 0 {
			kids = append(kids, kid)
			continue
		}
		kids = append(kids, a.node(kid, ops[:mine])...)
		ops = ops[mine:]
	}
	return branches(coalesce(kids))
}

// countBefore is how many of the ops come before key.
func countBefore(ops []Op, key string) int {
	lo, hi := 0, len(ops)
	for lo < hi {
		mid := (lo + hi) / 2
		if Compare(ops[mid].Key, key) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

func (a *applier) merge(l *leaf, ops []Op) []node {
	var old []Entry
	if l != nil {
		old = l.entries()
	}
	merged := make([]Entry, 0, len(old)+len(ops))
	for _, op := range ops {
		i := 0
		for i < len(old) && Compare(old[i].Key, op.Key) < 0 {
			i++
		}
		merged = append(merged, old[:i]...)
		old = old[i:]
		if len(old) > 0 && old[0].Key == op.Key {
			old = old[1:]
			a.grown--
		}
		if !op.Gone {
			merged = append(merged, op.Entry)
			a.grown++
		}
	}
	return leaves(append(merged, old...))
}

// leaves packs entries into as few leaves as hold them. They are filled from the left, as when a long list of children is loaded in order.
func leaves(entries []Entry) (list []node) {
	for len(entries) > 0 {
		n := min(len(entries), leafMax)
		list = append(list, pack(entries[:n]))
		entries = entries[n:]
	}
	return list
}

// branches puts nodes under as few branches as hold them.
func branches(nodes []node) (list []node) {
	for len(nodes) > 0 {
		n := min(len(nodes), branchMax)
		b := &branch{kids: append([]node(nil), nodes[:n]...), firsts: make([]string, n)}
		for i, kid := range b.kids {
			b.firsts[i] = kid.first()
		}
		list = append(list, b)
		nodes = nodes[n:]
	}
	return list
}

// coalesce makes one of neighbours that have become small.
func coalesce(kids []node) []node {
	list := kids[:0]
	for _, kid := range kids {
		if n := len(list); n > 0 && list[n-1].len()+kid.len() <= mergeMax {
			list[n-1] = join(list[n-1], kid)
			continue
		}
		list = append(list, kid)
	}
	return list
}

func join(a, b node) node {
	if l, ok := a.(*leaf); ok {
		return pack(append(l.entries(), b.(*leaf).entries()...))
	}
	kids := append(append([]node(nil), a.(*branch).kids...), b.(*branch).kids...)
	return branches(kids)[0]
}
