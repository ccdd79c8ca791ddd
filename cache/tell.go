package cache

import (
	"slices"

	"github.com/zookit-go/zookit/cache/internal/ptree"
)

// teller applies changes to the tree and makes the events of them. Changes of several znodes are applied together, since that costs the tree
// less.
type teller struct {
	e      *engine
	ops    map[string]int // places in list
	list   []ptree.Op
	events []Event
	open   []int // events whose New is still to come
}

// publishable applies what can be told and returns the events.
func (e *engine) publishable() []Event {
	outs := e.ready()
	if len(outs) == 0 {
		return nil
	}
	t := &teller{e: e, ops: make(map[string]int, len(outs))}
	for _, x := range outs {
		t.change(x.Op)
	}
	t.apply()
	return t.events
}

func (t *teller) change(op ptree.Op) {
	if _, ok := t.ops[op.Key]; ok || op.Gone && len(t.list) > 0 {
		t.apply()
	}
	old, there := t.e.tree.Get(op.Key)
	path := absolute(t.e.c.path, op.Key)
	t.e.drop(op.Key)
	if op.Gone {
		if there {
			t.remove(op.Key)
		}
		return
	}
	ev := Event{Kind: Created, Path: path}
	if there {
		created, written := old.Zxids()
		switch {
		case created > op.Stat.Czxid || created == op.Stat.Czxid && written > op.Stat.Mzxid:
			return // never back
		case created != op.Stat.Czxid:
			t.apply()
			t.remove(op.Key)
		case written == op.Stat.Mzxid:
			ev.Kind = 0 // only what lies around the data is newer
		default:
			ev.Kind, ev.Old = Changed, t.znode(op.Key, old)
		}
	}
	if ev.Kind == Created && op.Key != "" && t.made(ptree.Parent(op.Key)) > op.Stat.Czxid {
		return // it went with the parent of before
	}
	if ev.Kind == Created && op.Key != "" && !t.has(ptree.Parent(op.Key)) {
		t.e.put(keep(op))
		return
	}
	t.put(op)
	if ev.Kind == 0 {
		return
	}
	t.open = append(t.open, len(t.events))
	t.events = append(t.events, ev)
	if ev.Kind == Created && len(t.e.orphans) > 0 {
		for _, child := range t.e.of(op.Key) {
			t.change(child)
		}
	}
}

// made is the transaction that created a znode, 0 if it is not there.
func (t *teller) made(key string) (zxid int64) {
	if i, ok := t.ops[key]; ok && !t.list[i].Gone {
		return t.list[i].Stat.Czxid
	}
	if ref, ok := t.e.tree.Get(key); ok {
		zxid, _ = ref.Zxids()
	}
	return zxid
}

// has tells whether a znode is there, be it not applied yet.
func (t *teller) has(key string) bool {
	if i, ok := t.ops[key]; ok {
		return !t.list[i].Gone
	}
	_, ok := t.e.tree.Get(key)
	return ok
}

func (t *teller) put(op ptree.Op) {
	t.ops[op.Key] = len(t.list)
	t.list = append(t.list, keep(op))
}

// keep takes long data out of the answer that it came with; the tree copies what is short.
func keep(op ptree.Op) ptree.Op {
	if len(op.Data) > ptree.InlineMax {
		op.Data = slices.Clone(op.Data)
	}
	return op
}

// remove tells that a znode is gone, and before it all that was below, of which the server has said nothing if it was not asked. One-shot
// watches come in no order after a reconnect, and what they bring is told at the place of their events: what was below may be there again, below
// a parent that is told later. It has a watch of its own, which tells if it is gone as well.
func (t *teller) remove(key string) {
	at := len(t.events)
	for c := t.e.tree.Seek(key); c.Valid(); c.Next() {
		ref := c.Ref()
		below := ref.Key()
		if !ptree.Under(below, key) {
			break
		}
		z := t.znode(below, ref)
		t.events = append(t.events, Event{Kind: Deleted, Path: z.path, Old: z})
		t.put(ptree.Op{Entry: ptree.Entry{Key: below}, Gone: true})
		if t.e.shots != nil && below != key {
			t.e.put(ptree.Op{Entry: ref.Entry()})
		}
	}
	slices.Reverse(t.events[at:])
	t.apply()
}

func (t *teller) znode(key string, ref ptree.Ref) *Znode {
	return &Znode{absolute(t.e.c.path, key), ref, t.e.c.cfg.codec}
}

// apply brings the tree to where the events are.
func (t *teller) apply() {
	t.e.apply(t.list)
	for _, i := range t.open {
		ev := &t.events[i]
		key, _ := relative(t.e.c.path, ev.Path)
		ref, _ := t.e.tree.Get(key)
		ev.New = t.znode(key, ref)
	}
	t.list, t.open = nil, nil
	clear(t.ops)
}

// apply puts changes into the tree, of each znode the last.
func (e *engine) apply(ops []ptree.Op) {
	slices.SortStableFunc(ops, func(a, b ptree.Op) int { return ptree.Compare(a.Key, b.Key) })
	last := ops[:0]
	for _, op := range ops {
		if n := len(last); n > 0 && last[n-1].Key == op.Key {
			last[n-1] = op
			continue
		}
		last = append(last, op)
	}
	e.tree = e.tree.Apply(last)
}
