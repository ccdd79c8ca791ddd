package cache_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// state is what a snapshot has, if it is in order: parents before their children, each path once, siblings by their names, and the same for
// those who ask in another way.
func state(s *cache.Snapshot) (map[string]string, error) {
	all := map[string]string{}
	last := map[string]string{} // the last child of each
	for path, z := range s.All() {
		if got, ok := s.Get(path); !ok || z.Path() != path || mark(got) != mark(z) {
			return nil, fmt.Errorf("%s is not what is found there", path)
		}
		if _, twice := all[path]; twice {
			return nil, fmt.Errorf("%s stands there twice", path)
		}
		all[path] = mark(z)
		if path == s.Path() {
			continue
		}
		parent, name := client.Parent(path), client.Base(path)
		if _, ok := all[parent]; !ok {
			return nil, fmt.Errorf("%s stands before its parent", path)
		}
		if top, _ := s.Get(parent); top.Czxid() > z.Czxid() {
			return nil, fmt.Errorf("%s is of %d, and its parent of %d", path, z.Czxid(), top.Czxid())
		}
		if before := last[parent]; before >= name {
			return nil, fmt.Errorf("%s stands behind %s", path, before)
		}
		last[parent] = name
	}
	if len(all) != s.Len() {
		return nil, fmt.Errorf("%d znodes, and Len is %d", len(all), s.Len())
	}
	children := 0
	for path := range all {
		for name, z := range s.Children(path) {
			if all[client.Join(path, name)] != mark(z) {
				return nil, fmt.Errorf("child %s of %s is not what stands there", name, path)
			}
			children++
		}
	}
	if children != max(len(all)-1, 0) {
		return nil, fmt.Errorf("%d children of %d znodes", children, len(all))
	}
	return all, nil
}

// mark is what makes a state of a znode another one.
func mark(z *cache.Znode) string { return fmt.Sprintf("%d %d %s", z.Czxid(), z.Mzxid(), z.Data()) }

// leads tells what is wrong with the difference of two snapshots: each event holds of what the ones before it have made, and the last makes the
// newer snapshot.
func leads(older, newer *cache.Snapshot) error {
	from, err := state(older)
	if err != nil {
		return err
	}
	to, err := state(newer)
	if err != nil {
		return err
	}
	for path, ev := range cache.Diff(older, newer) {
		if err := step(from, path, ev); err != nil {
			return err
		}
	}
	if !maps.Equal(from, to) {
		return fmt.Errorf("the difference of %d and %d does not lead from one to the other", older.Zxid(), newer.Zxid())
	}
	return nil
}

func step(from map[string]string, path string, ev cache.Event) error {
	at, there := from[path]
	if ev.Path != path || there != (ev.Old != nil) || there && at != mark(ev.Old) || there && ev.Kind == cache.Created {
		return fmt.Errorf("%s: %s does not hold of what is there", path, ev.Kind)
	}
	switch {
	case ev.Kind == cache.Deleted && ev.New == nil:
		delete(from, path)
	case ev.Kind == cache.Created || ev.Kind == cache.Changed:
		from[path] = mark(ev.New)
	default:
		return fmt.Errorf("%s: %s in a difference", path, ev.Kind)
	}
	return nil
}

// Two snapshots of a cache have a difference, also far ones, in either direction, and of one and the same it is empty. Names are
// such that bytes below the slash stand beside it.
func TestDiffOfAny(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		do := writer{t, w.Connect(t, "writer")}
		tree := newTree(t, w.Connect(t, "reader"), "/p")
		snapshots := []*cache.Snapshot{tree.Snapshot()}
		names := []string{"a", "a.b", "a-b", "ab", "aa"}
		do.create("/p", "")
		for i := range 24 {
			path := "/p/" + names[i%5]
			var ops []client.Op
			switch {
			case i%8 == 7:
				do.delete(path)
			case i%3 == 0:
				do.delete(path)
				do.create(path, fmt.Sprint(i))
				for j := range 40 {
					ops = append(ops, do.c.Create(fmt.Sprintf("%s/%s%d-%d", path, names[j%5], i, j)).Data([]byte(strings.Repeat("x", 20*j))))
				}
				_, err := do.c.Txn(ops...).Do(ctx)
				must(t, err)
			case i%3 == 1:
				do.delete(path)
				do.create(path, fmt.Sprint(i))
			default:
				do.set("/p", fmt.Sprint(i))
			}
			stat, err := do.c.Set("/p").Data([]byte(fmt.Sprint("end of ", i))).Do(ctx)
			must(t, err)
			must(t, tree.WaitFor(ctx, stat.Mzxid))
			snapshots = append(snapshots, tree.Snapshot())
		}
		for i, a := range snapshots {
			for j := i % 5; j < len(snapshots); j += 5 {
				must(t, leads(a, snapshots[j]))
			}
			for path, ev := range cache.Diff(a, a) {
				t.Errorf("%s: %s", path, ev.Kind)
			}
		}
		if n := snapshots[len(snapshots)-1].Len(); n < 40 {
			t.Errorf("only %d znodes", n)
		}
	})
}
