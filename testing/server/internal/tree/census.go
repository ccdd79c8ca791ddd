package tree

// Census counts the znodes. Anyone may ask for one.
type Census struct {
	Nodes      int // the root twice
	Ephemerals int
	DataSize   int // bytes of paths and data, as Apache counts them
}

// Census looks at every znode.
func (t *Tree) Census() Census {
	t.mu.RLock()
	defer t.mu.RUnlock()
	c := Census{Nodes: len(t.nodes), DataSize: -t.unseen}
	for path, n := range t.nodes {
		c.DataSize += len(path) + len(n.data)
	}
	for _, mine := range t.ephemerals {
		c.Ephemerals += len(mine)
	}
	return c
}

// Len is the number of znodes; the root counts twice. Anyone may ask.
func (t *Tree) Len() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.nodes)
}

// Owners lists the sessions that have ephemerals, in no order. Anyone may ask.
func (t *Tree) Owners() []int64 {
	t.mu.RLock()
	defer t.mu.RUnlock()
	ids := make([]int64, 0, len(t.ephemerals))
	for id := range t.ephemerals {
		ids = append(ids, id)
	}
	return ids
}

// Count is the number of watches in both tables: one for each watcher and path.
func (w *Watches[W]) Count() int {
	n := 0
	for _, t := range []*table[W]{&w.data, &w.child} {
		for _, mine := range t.byWatcher {
			n += len(mine)
		}
	}
	return n
}

// OnData lists, in no order, who watches what in the data table.
func (w *Watches[W]) OnData() map[W][]string {
	all := make(map[W][]string, len(w.data.byWatcher))
	for who, mine := range w.data.byWatcher {
		for path := range mine {
			all[who] = append(all[who], path)
		}
	}
	return all
}
