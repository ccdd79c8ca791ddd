package tree_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

func sorted(who []string) string {
	slices.Sort(who)
	return strings.Join(who, " ")
}

func TestFire(t *testing.T) {
	w := tree.NewWatches[string]()
	w.AddData("/a", "data")
	w.AddChild("/a", "child")
	w.AddPersistent("/a", "persistent")
	w.AddRecursive("/a", "recursive")
	w.AddRecursive("/", "top")
	w.AddRecursive("/a/b", "top") // the same watcher again: it is still told once
	w.AddData("/a", "top")
	for _, step := range []struct {
		what string
		got  []string
		want string
	}{
		{"data of /a", w.FireData("/a"), "data persistent recursive top"},
		{"data of /a again", w.FireData("/a"), "persistent recursive top"},
		{"children of /a", w.FireChild("/a"), "child persistent"},
		{"children of /a again", w.FireChild("/a"), "persistent"},
		{"data below", w.FireData("/a/b/c"), "recursive top"},
		{"data of a neighbour", w.FireData("/ab"), "top"},
		{"data of the root", w.FireData("/"), "top"},
		{"children of the root", w.FireChild("/"), ""},
	} {
		if got := sorted(step.got); got != step.want {
			t.Errorf("%s: told %q, want %q", step.what, got, step.want)
		}
	}
}

func TestModesDoNotDependOnEachOther(t *testing.T) {
	const types = 5
	sel := func(n wire.WatcherType) tree.Selector {
		s, ok := tree.Select(n)
		if !ok {
			t.Fatalf("no type %d", n)
		}
		return s
	}
	all := func() *tree.Watches[string] {
		w := tree.NewWatches[string]()
		w.AddData("/a", "me")
		w.AddChild("/a", "me")
		w.AddPersistent("/a", "me")
		w.AddRecursive("/a", "me")
		w.AddData("/a", "you")
		return w
	}
	for remove := wire.WatcherType(1); remove <= types; remove++ {
		w := all()
		if !w.Remove("/a", "me", sel(remove)) {
			t.Errorf("type %d was not there", remove)
		}
		if remove != wire.WatcherAny && w.Remove("/a", "me", sel(remove)) {
			t.Errorf("type %d was there twice", remove)
		}
		for _, other := range []wire.WatcherType{wire.WatcherChildren, wire.WatcherData, wire.WatcherPersistent, wire.WatcherPersistentRecursive} {
			want := remove != other && remove != wire.WatcherAny
			if got := w.Has("/a", "me", sel(other)); got != want {
				t.Errorf("type %d removed: type %d is there: %v", remove, other, got)
			}
		}
		if !w.Has("/a", "you", sel(wire.WatcherData)) {
			t.Errorf("type %d removed: another's watch is gone", remove)
		}
	}
	for _, n := range []wire.WatcherType{0, 6, -1} {
		if _, ok := tree.Select(n); ok {
			t.Errorf("type %d means something", n)
		}
	}
}

func TestRemoveAll(t *testing.T) {
	w := tree.NewWatches[string]()
	for _, who := range []string{"me", "you"} {
		w.AddData("/a", who)
		w.AddPersistent("/b", who)
		w.AddRecursive("/", who)
	}
	w.RemoveAll("me")
	for _, path := range []string{"/a", "/b", "/c"} {
		if got := sorted(w.FireData(path)); got != "you" {
			t.Errorf("%s: told %q", path, got)
		}
	}
}
