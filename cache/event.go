package cache

import (
	"iter"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/cache/internal/ptree"
)

// Kind is what has happened.
type Kind uint8

const (
	// Created says that there is a znode that was not there. New is it.
	Created Kind = iota + 1
	// Changed says that the znode's data was written. Old is it before, New after that.
	Changed
	// Deleted says that the znode is gone. Old is it. A znode that was deleted and made anew is Deleted and then Created, whatever its version.
	Deleted
	// Initialized says that everything that was there has been told. It comes once, and has neither path nor znodes.
	Initialized
)

// String is the kind's name.
func (k Kind) String() string {
	if names := [...]string{"", "Created", "Changed", "Deleted", "Initialized"}; int(k) < len(names) {
		return names[k]
	}
	return "Kind?"
}

// Event is one change.
type Event struct {
	Kind Kind
	Path string
	Old  *Znode
	New  *Znode
}

// Diff yields what has to be done to older to come to newer, by path in the order of Snapshot.All: for a znode that was made anew its deletion and
// then its creation. It costs what differs, and one look for each 64 znodes that do not. Both must be of the same cache, or of
// caches with the same root.
func Diff(older, newer *Snapshot) iter.Seq2[string, Event] {
	return func(yield func(string, Event) bool) {
		ptree.Diff(older.tree, newer.tree, func(old, now ptree.Ref) bool {
			for _, ev := range changes(older, newer, old, now) {
				if !yield(ev.Path, ev) {
					return false
				}
			}
			return true
		})
	}
}

func changes(older, newer *Snapshot, old, now ptree.Ref) []Event {
	var before, after *Znode
	if old.Ok() {
		before = older.znode(old.Key(), old)
	}
	if now.Ok() {
		after = newer.znode(now.Key(), now)
	}
	switch {
	case before == nil:
		return []Event{{Kind: Created, Path: after.path, New: after}}
	case after == nil:
		return []Event{{Kind: Deleted, Path: before.path, Old: before}}
	case before.Czxid() != after.Czxid():
		return []Event{{Kind: Deleted, Path: before.path, Old: before}, {Kind: Created, Path: after.path, New: after}}
	case before.Mzxid() != after.Mzxid():
		return []Event{{Kind: Changed, Path: before.path, Old: before, New: after}}
	}
	return nil
}

// catchUp is Diff in an order in which it can be told: deletions first, children before their parents, and then the rest by zxid, so
// that parents come before their children.
func catchUp(older, newer *Snapshot) []Event {
	var gone, rest []Event
	var anew []string
	for path, ev := range Diff(older, newer) {
		if ev.Kind == Deleted {
			gone = append(gone, ev)
			continue
		}
		if n := len(gone); ev.Kind == Created && n > 0 && gone[n-1].Path == path {
			anew = append(anew, path)
		}
		rest = append(rest, ev)
	}
	if len(anew) > 0 {
		gone, rest = below(older, newer, anew, gone, rest)
	}
	slices.SortFunc(gone, func(a, b Event) int { return ptree.Compare(b.Path, a.Path) })
	slices.SortStableFunc(rest, func(a, b Event) int {
		if d := a.zxid() - b.zxid(); d != 0 {
			return int(max(-1, min(d, 1)))
		}
		return strings.Compare(a.Path, b.Path) // of one transaction, where a parent's path is the shorter one
	})
	return append(gone, rest...)
}

// below adds what stayed while its ancestor was made anew. That is not so on a server, but one-shot watches may tell of a child before they tell of
// its parent. It goes and comes with the parent.
func below(older, newer *Snapshot, anew []string, gone, rest []Event) (without, with []Event) {
	told := make(map[string]bool, len(gone))
	for _, ev := range gone {
		told[ev.Path] = true
	}
	for _, top := range anew {
		for path, old := range older.Below(top) {
			if told[path] {
				continue
			}
			told[path] = true
			now, _ := newer.Get(path) // or it would have been told
			gone = append(gone, Event{Kind: Deleted, Path: path, Old: old})
			rest = slices.DeleteFunc(rest, func(ev Event) bool { return ev.Path == path })
			rest = append(rest, Event{Kind: Created, Path: path, New: now})
		}
	}
	return gone, rest
}

// zxid is the transaction that an event other than a deletion tells of.
func (e Event) zxid() int64 {
	if e.Kind == Created {
		return e.New.Czxid()
	}
	return e.New.Mzxid()
}
