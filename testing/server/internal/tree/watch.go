package tree

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

// Mode says how long a watch lasts and how far it sees. A watcher's modes on one path do not depend on each other.
type Mode uint8

// The modes.
const (
	OneShot    Mode = 1 << iota // told once
	Persistent                  // told until it is removed
	Recursive                   // persistent, and sees what is below its path
)

// Watches is who wants to be told of what. The data table fires for a znode's own life, the child table for changes of its
// list of children. A watch set by addWatch is in both tables, but a recursive one only in the data table: it sees the
// children's own events instead.
type Watches[W comparable] struct {
	data, child table[W]
	oneMode     bool
}

// NewWatches returns an empty table.
func NewWatches[W comparable]() *Watches[W] {
	return &Watches[W]{data: newTable[W](), child: newTable[W]()}
}

// NewOneMode returns a table of the kind that servers had before 3.9: in each of the two tables a watcher has one mode on a path,
// the last that was set, and a recursive watch is in both.
func NewOneMode[W comparable]() *Watches[W] {
	w := NewWatches[W]()
	w.oneMode, w.data.oneMode, w.child.oneMode = true, true, true
	return w
}

// AddData sets a one-shot watch on a znode's data and existence.
func (w *Watches[W]) AddData(path string, who W) { w.data.add(path, who, OneShot) }

// AddChild sets a one-shot watch on a znode's list of children.
func (w *Watches[W]) AddChild(path string, who W) { w.child.add(path, who, OneShot) }

// AddPersistent sets a watch that stays.
func (w *Watches[W]) AddPersistent(path string, who W) {
	w.data.add(path, who, Persistent)
	w.child.add(path, who, Persistent)
}

// AddRecursive sets a watch that stays, on a whole subtree.
func (w *Watches[W]) AddRecursive(path string, who W) {
	w.data.add(path, who, Recursive)
	if w.oneMode {
		w.child.add(path, who, Recursive)
	}
}

// Selector is the modes that a watcher type of checkWatches and removeWatches means, in each table.
type Selector struct{ data, child Mode }

// Select translates a watcher type; ok is false for a number without a meaning.
func Select(t wire.WatcherType) (s Selector, ok bool) {
	const all = OneShot | Persistent | Recursive
	switch t {
	case wire.WatcherChildren:
		return Selector{child: OneShot}, true
	case wire.WatcherData:
		return Selector{data: OneShot}, true
	case wire.WatcherAny:
		return Selector{data: all, child: all}, true
	case wire.WatcherPersistent:
		return Selector{data: Persistent, child: Persistent}, true
	case wire.WatcherPersistentRecursive:
		return Selector{data: Recursive}, true
	}
	return Selector{}, false
}

// tables is the selector of all modes in the tables that s means.
func (s Selector) tables() Selector {
	const all = OneShot | Persistent | Recursive
	if s.data != 0 {
		s.data = all
	}
	if s.child != 0 {
		s.child = all
	}
	return s
}

// Has tells whether the watcher has a selected watch on path. With one mode, a selector means a table, and anybody's watch will do.
func (w *Watches[W]) Has(path string, who W, s Selector) bool {
	if w.oneMode {
		return s.data != 0 && len(w.data.byPath[path]) > 0 || s.child != 0 && len(w.child.byPath[path]) > 0
	}
	return w.data.byPath[path][who]&s.data != 0 || w.child.byPath[path][who]&s.child != 0
}

// Remove takes the selected watches away; it tells whether there was one. With one mode, a selector means a table.
func (w *Watches[W]) Remove(path string, who W, s Selector) bool {
	if w.oneMode {
		s = s.tables()
	}
	had := w.data.byPath[path][who]&s.data != 0 || w.child.byPath[path][who]&s.child != 0
	w.data.remove(path, who, s.data)
	w.child.remove(path, who, s.child)
	return had
}

// RemoveAll forgets a watcher.
func (w *Watches[W]) RemoveAll(who W) {
	w.data.removeAll(who)
	w.child.removeAll(who)
}

// FireData returns who is to be told of an event on path itself, each watcher once, and uses up the one-shot watches.
func (w *Watches[W]) FireData(path string) []W { return w.data.fire(path, true) }

// FireChild does the same for the list of children of path. Recursive watches do not hear of it.
func (w *Watches[W]) FireChild(path string) []W { return w.child.fire(path, false) }

// FireGone does the same for the end of path, for who watches its list of children.
func (w *Watches[W]) FireGone(path string) []W { return w.child.fire(path, true) }

// table is one table of watches, readable both ways.
type table[W comparable] struct {
	byPath    map[string]map[W]Mode
	byWatcher map[W]map[string]struct{}
	recursive int // entries with Recursive: without one, a path's ancestors need no look
	oneMode   bool
}

func newTable[W comparable]() table[W] {
	return table[W]{byPath: make(map[string]map[W]Mode), byWatcher: make(map[W]map[string]struct{})}
}

// add keeps path only if it is new, and then a copy: it is a view of a frame.
func (t *table[W]) add(path string, who W, m Mode) {
	on := t.byPath[path]
	if on == nil {
		on = make(map[W]Mode)
		path = strings.Clone(path)
		t.byPath[path] = on
	}
	had := on[who]
	if had == 0 {
		mine := t.byWatcher[who]
		if mine == nil {
			mine = make(map[string]struct{})
			t.byWatcher[who] = mine
		}
		mine[strings.Clone(path)] = struct{}{}
	}
	now := had | m
	if t.oneMode {
		now = m
	}
	on[who] = now
	t.recursive += int(now&Recursive)/int(Recursive) - int(had&Recursive)/int(Recursive)
}

func (t *table[W]) remove(path string, who W, m Mode) {
	on := t.byPath[path]
	had := on[who]
	if had&m == 0 {
		return
	}
	if had&m&Recursive != 0 {
		t.recursive--
	}
	if left := had &^ m; left != 0 {
		on[who] = left
		return
	}
	delete(on, who)
	if len(on) == 0 {
		delete(t.byPath, path)
	}
	mine := t.byWatcher[who]
	delete(mine, path)
	if len(mine) == 0 {
		delete(t.byWatcher, who)
	}
}

func (t *table[W]) removeAll(who W) {
	for path := range t.byWatcher[who] {
		t.remove(path, who, OneShot|Persistent|Recursive)
	}
}

func (t *table[W]) fire(path string, recursive bool) []W {
	var told []W
	for who, m := range t.byPath[path] {
		if m == Recursive && !recursive {
			continue
		}
		told = append(told, who)
		t.remove(path, who, OneShot)
	}
	if t.recursive == 0 || !recursive {
		return told
	}
	seen := make(map[W]struct{}, len(told))
	for _, who := range told {
		seen[who] = struct{}{}
	}
	for above := path; above != Root && above != ""; {
		above, _ = Split(above)
		for who, m := range t.byPath[above] {
			if _, dup := seen[who]; !dup && m&Recursive != 0 {
				seen[who] = struct{}{}
				told = append(told, who)
			}
		}
	}
	return told
}
