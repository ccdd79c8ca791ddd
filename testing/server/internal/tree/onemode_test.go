package tree_test

import (
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

func TestOneModeKeepsTheLast(t *testing.T) {
	w := tree.NewOneMode[string]()
	w.AddPersistent("/a", "demoted")
	w.AddData("/a", "demoted")
	w.AddData("/a", "promoted")
	w.AddPersistent("/a", "promoted")
	w.AddPersistent("/a", "turned")
	w.AddRecursive("/a", "turned")
	w.AddRecursive("/a", "half")
	w.AddData("/a", "half")
	for _, step := range []struct {
		what string
		got  []string
		want string
	}{
		{"children of /a", w.FireChild("/a"), "demoted promoted"},
		{"data below", w.FireData("/a/b"), "turned"},
		{"the end of what is below", w.FireGone("/a/b"), "half turned"},
		{"data of /a", w.FireData("/a"), "demoted half promoted turned"},
		{"data of /a again", w.FireData("/a"), "promoted turned"},
		{"children of /a again", w.FireChild("/a"), "demoted promoted"},
	} {
		if got := sorted(step.got); got != step.want {
			t.Errorf("%s: told %q, want %q", step.what, got, step.want)
		}
	}
	w.AddData("/a", "turned")
	if got := sorted(w.FireData("/a/b")); got != "" {
		t.Errorf("a recursive watch that is none any more was told: %q", got)
	}
}

func TestOneModeSelectsTables(t *testing.T) {
	children, _ := tree.Select(wire.WatcherChildren)
	data, _ := tree.Select(wire.WatcherData)
	either, _ := tree.Select(wire.WatcherAny)
	w := tree.NewOneMode[string]()
	w.AddRecursive("/a", "me")
	if !w.Has("/a", "somebody", data) || !w.Has("/a", "somebody", children) || w.Has("/a/b", "me", either) {
		t.Error("anybody's watch on the path should do, and no other")
	}
	if w.Remove("/a", "somebody", either) {
		t.Error("somebody removed another's watch")
	}
	if !w.Remove("/a", "me", data) || w.Remove("/a", "me", data) {
		t.Error("the watch on data cannot be removed once")
	}
	if got := sorted(w.FireData("/a/b")); got != "" {
		t.Errorf("told %q of data", got)
	}
	if got := sorted(w.FireGone("/a/b")); got != "me" {
		t.Errorf("told %q of the end", got)
	}
	if !w.Remove("/a", "me", either) || w.Has("/a", "me", either) {
		t.Error("the rest cannot be removed")
	}
}
