package prep

import (
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// Tree is what prep reads: the tree as apply has left it so far.
type Tree interface {
	LastZxid() int64
	Lookup(path string) (tree.Meta, bool)
	Ephemerals(session int64) []string
	CheckQuota(path string, bytes, count int64) wire.Code
}

// view is the tree as it will be once everything prepared so far has been applied: the tree, and above it the changes that
// are still on their way.
type view struct {
	tree    Tree
	pending map[string]*record
	queue   []*record // by zxid; those before head have been applied
	head    int
	undo    []undo // of the transaction in preparation
}

// record is what a path will hold; exists is false if it will hold nothing.
type record struct {
	zxid   int64
	path   string
	exists bool
	tree.Meta
}

type undo struct {
	path string
	was  *record
}

func newView(t Tree) view { return view{tree: t, pending: make(map[string]*record)} }

// begin starts a transaction and drops what has been applied in the meantime.
func (v *view) begin() {
	v.undo = v.undo[:0]
	last := v.tree.LastZxid()
	for v.head < len(v.queue) && v.queue[v.head].zxid <= last {
		rec := v.queue[v.head]
		if v.pending[rec.path] == rec {
			delete(v.pending, rec.path)
		}
		v.queue[v.head] = nil
		v.head++
	}
	if v.head > len(v.queue)/2 {
		v.queue, v.head = slices.Delete(v.queue, 0, v.head), 0
	}
}

// get returns what path will hold. It must not be changed, except through put.
func (v *view) get(path string) (m tree.Meta, ok bool) {
	if path == "" {
		path = tree.Root
	}
	if rec := v.pending[path]; rec != nil {
		return rec.Meta, rec.exists
	}
	return v.tree.Lookup(path)
}

// put says what path will hold after zxid.
func (v *view) put(zxid int64, path string, m tree.Meta) { v.set(&record{zxid, path, true, m}) }

// drop says that path will hold nothing after zxid.
func (v *view) drop(zxid int64, path string) { v.set(&record{zxid, path, false, tree.Meta{}}) }

func (v *view) set(rec *record) {
	if rec.path == "" {
		rec.path = tree.Root
	}
	v.undo = append(v.undo, undo{rec.path, v.pending[rec.path]})
	v.pending[rec.path] = rec
	v.queue = append(v.queue, rec)
}

// rollback takes back everything since begin.
func (v *view) rollback() {
	for _, u := range slices.Backward(v.undo) {
		if u.was == nil {
			delete(v.pending, u.path)
		} else {
			v.pending[u.path] = u.was
		}
	}
	kept := len(v.queue) - len(v.undo)
	clear(v.queue[kept:])
	v.queue = v.queue[:kept]
	v.undo = v.undo[:0]
}

// ephemerals lists what the session will own.
func (v *view) ephemerals(session int64) []string {
	own := make(map[string]struct{})
	for _, path := range v.tree.Ephemerals(session) {
		own[path] = struct{}{}
	}
	for path, rec := range v.pending {
		if rec.exists && rec.Owner == session {
			own[path] = struct{}{}
		} else {
			delete(own, path)
		}
	}
	paths := make([]string, 0, len(own))
	for path := range own {
		paths = append(paths, path)
	}
	slices.Sort(paths) // any order will do; one that repeats makes tests repeat
	return paths
}
