package cache

import (
	"maps"
	"slices"

	"github.com/zookit-go/zookit/cache/internal/ptree"
)

// orphans are znodes that are known before their parents are, by these: below one that may not be read, or where one-shot watches tell of a
// list of children, or of a child after a reconnect, before they tell that the parent was made anew. They are told right behind the parent,
// or never.
type orphans map[string]map[string]ptree.Op

func (o orphans) put(op ptree.Op) {
	parent := ptree.Parent(op.Key)
	if o[parent] == nil {
		o[parent] = map[string]ptree.Op{}
	}
	o[parent][op.Key] = op
}

func (o orphans) drop(key string) {
	parent := ptree.Parent(key)
	if delete(o[parent], key); len(o[parent]) == 0 {
		delete(o, parent)
	}
}

// of takes out those whose parent is there now.
func (o orphans) of(parent string) []ptree.Op {
	list := slices.SortedFunc(maps.Values(o[parent]), func(a, b ptree.Op) int { return ptree.Compare(a.Key, b.Key) })
	delete(o, parent)
	return list
}

// prune takes the orphans out of a tree that was put together in no order.
func (e *engine) prune() {
	var way []string // the ancestors of what comes next
	var made []int64 // their creations
	var gone []ptree.Op
	for c := e.tree.Seek(""); c.Valid(); c.Next() {
		ref := c.Ref()
		key := ref.Key()
		for len(way) > 0 && !ptree.Under(key, way[len(way)-1]) {
			way, made = way[:len(way)-1], made[:len(made)-1]
		}
		created, _ := ref.Zxids()
		if len(way) > 0 && created < made[len(made)-1] { // it went with the parent of before, and its own event is on its way
			gone = append(gone, ptree.Op{Entry: ptree.Entry{Key: key}, Gone: true})
			continue
		}
		if key != "" && (len(way) == 0 || way[len(way)-1] != ptree.Parent(key)) {
			e.put(ptree.Op{Entry: ref.Entry()})
			gone = append(gone, ptree.Op{Entry: ptree.Entry{Key: key}, Gone: true})
			continue
		}
		way, made = append(way, key), append(made, created)
	}
	e.apply(gone)
}
