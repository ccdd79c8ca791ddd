package tree_test

import (
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// garden is a tree in which each change is a transaction.
type garden struct {
	*tree.Tree
	zxid int64
}

func (g *garden) create(path, data string) wire.Stat {
	g.zxid++
	return g.Create(path, []byte(data), wire.OpenACL, 0, int32(g.zxid), g.zxid, g.zxid)
}

func (g *garden) quota(path, limits string) {
	g.create(tree.QuotaRoot+path, "")
	g.create(tree.QuotaRoot+path+"/zookeeper_limits", limits)
	g.create(tree.QuotaRoot+path+"/zookeeper_stats", "")
}

func (g *garden) stats(path string) string {
	return string(g.Data(tree.QuotaRoot + path + "/zookeeper_stats"))
}

func TestStatsCountWhatIsThere(t *testing.T) {
	g := &garden{Tree: tree.New()}
	g.create("/a", "123")
	g.create("/a/b", "12")
	g.create("/ab", "1")
	g.quota("/a", "count=100")
	before := stat(t, g.Tree, "/zookeeper/quota/a/zookeeper_stats")
	for _, step := range []struct {
		why  string
		do   func()
		want string
	}{
		{"what was there", func() {}, "count=2,bytes=5"},
		{"create", func() { g.create("/a/c", "1234") }, "count=3,bytes=9"},
		{"deeper", func() { g.create("/a/b/d", "") }, "count=4,bytes=9"},
		{"beside", func() { g.create("/ab/c", "1234") }, "count=4,bytes=9"},
		{"set", func() { g.SetData("/a/c", []byte("1"), 1, 90, 90) }, "count=4,bytes=6"},
		{"set the top", func() { g.SetData("/a", nil, 1, 91, 91) }, "count=4,bytes=3"},
		{"delete", func() { g.Delete("/a/c", 92) }, "count=3,bytes=2"},
		{"no quota", func() { g.Delete("/zookeeper/quota/a/zookeeper_limits", 93); g.create("/a/e", "1") }, "count=3,bytes=2"},
		{"a quota again", func() { g.create("/zookeeper/quota/a/zookeeper_limits", ""); g.create("/a/f", "1") }, "count=4,bytes=3"},
		{"stats nobody can read", func() { g.SetData("/zookeeper/quota/a/zookeeper_stats", []byte("?"), 0, 4, 4); g.Delete("/a/f", 94) }, "count=-2,bytes=-2"},
	} {
		step.do()
		if got := g.stats("/a"); got != step.want {
			t.Errorf("%s: %s, want %s", step.why, got, step.want)
		}
	}
	after := stat(t, g.Tree, "/zookeeper/quota/a/zookeeper_stats")
	after.DataLength = before.DataLength
	before.Mzxid, before.Mtime = 4, 4 // by the one who wrote nonsense
	if after != before {
		t.Errorf("%+v, was %+v", after, before)
	}
}

func TestTheDeepestQuotaCounts(t *testing.T) {
	g := &garden{Tree: tree.New()}
	g.quota("/o", "")
	g.quota("/o/i", "")
	g.create("/o", "1")
	g.create("/o/i", "12")
	g.create("/o/i/x", "123")
	g.create("/o/ix", "1234")
	if outer, inner := g.stats("/o"), g.stats("/o/i"); outer != "count=2,bytes=5" || inner != "count=2,bytes=5" {
		t.Errorf("%s and %s", outer, inner)
	}
}

func TestCheckQuota(t *testing.T) {
	for _, c := range []struct {
		limits       string
		bytes, count int64
		want         wire.Code
	}{
		{"", 100, 100, wire.OK},
		{"count=1,bytes=1", 100, 1, wire.OK},
		{"countHardLimit=2", 100, 1, wire.OK},
		{"countHardLimit=1", 100, 1, wire.QuotaExceeded},
		{"countHardLimit=1", 100, 0, wire.OK},
		{"countHardLimit=-1", 0, 1, wire.OK},
		{"byteHardLimit=5", 2, 1, wire.OK},
		{"byteHardLimit=5", 3, 1, wire.QuotaExceeded},
		{"byteHardLimit=1", -1, 0, wire.QuotaExceeded},
		{"byteHardLimit=1", 0, 1, wire.OK},
		{"?", 0, 0, wire.MarshallingError},
	} {
		g := &garden{Tree: tree.New()}
		g.create("/a", "123")
		g.quota("/a", c.limits)
		for _, path := range []string{"/a", "/a/b", "/a/b/c"} {
			if got := g.CheckQuota(path, c.bytes, c.count); got != c.want {
				t.Errorf("%q: %s by %d, %d: %v, want %v", c.limits, path, c.bytes, c.count, got, c.want)
			}
		}
		for _, path := range []string{"/", "/ab", "/b"} {
			if got := g.CheckQuota(path, c.bytes, c.count); got != wire.OK {
				t.Errorf("%q: %s: %v", c.limits, path, got)
			}
		}
	}
}

// Apache ends where a client sets one.
func TestTheRootHasNoQuota(t *testing.T) {
	g := &garden{Tree: tree.New()}
	g.create("/zookeeper/quota/zookeeper_limits", "count=1")
	g.create("/zookeeper/quota/zookeeper_stats", "")
	g.create("/a", "123")
	if got, want := g.stats(""), "count=6,bytes=7"; got != want { // what was there when the stats were made
		t.Errorf("%s, want %s", got, want)
	}
	if code := g.CheckQuota("/b", 1, 1); code != wire.OK {
		t.Errorf("refused: %v", code)
	}
}
