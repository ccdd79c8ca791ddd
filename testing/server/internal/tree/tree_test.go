package tree_test

import (
	"slices"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

func stat(t *testing.T, tr *tree.Tree, path string) wire.Stat {
	t.Helper()
	s, ok := tr.Stat(path)
	if !ok {
		t.Fatalf("no znode %s", path)
	}
	return s
}

func TestFresh(t *testing.T) {
	tr := tree.New()
	for path, want := range map[string]wire.Stat{
		"/":                 {Cversion: -1, NumChildren: 1},
		"":                  {Cversion: -1, NumChildren: 1},
		"/zookeeper":        {Cversion: -2, NumChildren: 2},
		"/zookeeper/quota":  {},
		"/zookeeper/config": {Aversion: -1},
	} {
		if got := stat(t, tr, path); got != want {
			t.Errorf("%q: %+v, want %+v", path, got, want)
		}
	}
	if n := tr.Descendants("/"); n != 3 {
		t.Errorf("%d znodes below the root", n)
	}
}

// Each step is one transaction; want is the stat of /p after it.
func TestStat(t *testing.T) {
	tr := tree.New()
	steps := []struct {
		what string
		do   func(zxid, now int64)
		want wire.Stat
	}{
		{"create", func(z, now int64) { tr.Create("/p", []byte("12"), wire.OpenACL, 0, 1, z, now) },
			wire.Stat{Czxid: 1, Mzxid: 1, Pzxid: 1, Ctime: 10, Mtime: 10, DataLength: 2}},
		{"create a child", func(z, now int64) { tr.Create("/p/a", nil, nil, 0, 1, z, now) },
			wire.Stat{Czxid: 1, Mzxid: 1, Pzxid: 2, Ctime: 10, Mtime: 10, DataLength: 2, NumChildren: 1, Cversion: 1}},
		{"change the child", func(z, now int64) { tr.SetData("/p/a", []byte("x"), 1, z, now) },
			wire.Stat{Czxid: 1, Mzxid: 1, Pzxid: 2, Ctime: 10, Mtime: 10, DataLength: 2, NumChildren: 1, Cversion: 1}},
		{"create a grandchild", func(z, now int64) { tr.Create("/p/a/b", nil, nil, 0, 1, z, now) },
			wire.Stat{Czxid: 1, Mzxid: 1, Pzxid: 2, Ctime: 10, Mtime: 10, DataLength: 2, NumChildren: 1, Cversion: 1}},
		{"set data", func(z, now int64) { tr.SetData("/p", nil, 1, z, now) },
			wire.Stat{Czxid: 1, Mzxid: 5, Pzxid: 2, Ctime: 10, Mtime: 50, Version: 1, NumChildren: 1, Cversion: 1}},
		{"set the list", func(int64, int64) { tr.SetACL("/p", wire.OpenACL, 1) },
			wire.Stat{Czxid: 1, Mzxid: 5, Pzxid: 2, Ctime: 10, Mtime: 50, Version: 1, Aversion: 1, NumChildren: 1, Cversion: 1}},
		{"delete the grandchild", func(z, _ int64) { tr.Delete("/p/a/b", z) },
			wire.Stat{Czxid: 1, Mzxid: 5, Pzxid: 2, Ctime: 10, Mtime: 50, Version: 1, Aversion: 1, NumChildren: 1, Cversion: 1}},
		{"delete the child", func(z, _ int64) { tr.Delete("/p/a", z) },
			wire.Stat{Czxid: 1, Mzxid: 5, Pzxid: 8, Ctime: 10, Mtime: 50, Version: 1, Aversion: 1, Cversion: 2}},
	}
	for i, s := range steps {
		zxid := int64(i + 1)
		s.do(zxid, 10*zxid)
		if got := stat(t, tr, "/p"); got != s.want {
			t.Errorf("%s: %+v, want %+v", s.what, got, s.want)
		}
	}
}

func TestOwners(t *testing.T) {
	tr := tree.New()
	tr.Create("/e", nil, wire.OpenACL, 77, 1, 1, 1)
	tr.Create("/c", nil, wire.OpenACL, tree.ContainerOwner, 2, 2, 2)
	if got := stat(t, tr, "/e").EphemeralOwner; got != 77 {
		t.Errorf("the ephemeral's owner is %d", got)
	}
	if got := stat(t, tr, "/c").EphemeralOwner; got != 0 {
		t.Errorf("the container's owner is %d", got)
	}
	for path, want := range map[string]bool{"/e": true, "/c": false, "/": false} {
		if m, _ := tr.Lookup(path); m.Ephemeral() != want {
			t.Errorf("%s: ephemeral is %v", path, m.Ephemeral())
		}
	}
	if got := tr.Ephemerals(77); !slices.Equal(got, []string{"/e"}) {
		t.Errorf("%v", got)
	}
	tr.Delete("/e", 3)
	if got := tr.Ephemerals(77); len(got) != 0 {
		t.Errorf("%v after the delete", got)
	}
}
