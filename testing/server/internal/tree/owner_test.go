package tree_test

import (
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/session"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

func TestTTLOwner(t *testing.T) {
	if got, want := uint64(tree.TTLOwner(0x123)), uint64(0xff00000000000123); got != want {
		t.Errorf("%x, want %x", got, want)
	}
	for _, ttl := range []int64{1, 5, tree.MaxTTL} {
		if got, ok := tree.TTL(tree.TTLOwner(ttl)); !ok || got != ttl {
			t.Errorf("%d: %d, %v", ttl, got, ok)
		}
	}
	ours := session.NewTable(time.Second, 0xff, time.Now()).Create(time.Second, 0, nil)
	for _, owner := range []int64{0, 1, -1, -1 << 56, tree.ContainerOwner, tree.TTLOwner(tree.MaxTTL) + 1, ours} {
		if got, ok := tree.TTL(owner); ok {
			t.Errorf("%x is a time to live of %d", owner, got)
		}
	}
}

func TestDue(t *testing.T) {
	const now, unused = 10_000, 2_000
	for _, c := range []struct {
		why  string
		m    tree.Meta
		want bool
	}{
		{"a plain znode", tree.Meta{Cversion: 1}, false},
		{"an ephemeral", tree.Meta{Owner: 7, Cversion: 1}, false},
		{"a used container", tree.Meta{Owner: tree.ContainerOwner, Cversion: 1, Mtime: now}, true},
		{"a container in use", tree.Meta{Owner: tree.ContainerOwner, Cversion: 2, Children: 1}, false},
		{"a container unused for too long", tree.Meta{Owner: tree.ContainerOwner, Mtime: now - unused - 1}, true},
		{"a container unused for not too long", tree.Meta{Owner: tree.ContainerOwner, Mtime: now - unused}, false},
		{"a time that is up", tree.Meta{Owner: tree.TTLOwner(5), Mtime: now - 6}, true},
		{"a time not yet up", tree.Meta{Owner: tree.TTLOwner(5), Mtime: now - 5}, false},
		{"a time that is up, with a child", tree.Meta{Owner: tree.TTLOwner(5), Children: 1}, false},
		{"a clock that was put back", tree.Meta{Owner: tree.TTLOwner(5), Mtime: now + 1000}, false},
	} {
		if got := c.m.Due(now, unused); got != c.want {
			t.Errorf("%s: %v", c.why, got)
		}
	}
	never := tree.Meta{Owner: tree.ContainerOwner}
	if never.Due(now, 0) {
		t.Error("an unused container is due without a limit")
	}
}

func TestDueListsWhatIsThere(t *testing.T) {
	tr := tree.New()
	tr.Create("/plain", nil, wire.OpenACL, 0, 2, 1, 0)
	tr.Create("/e", nil, wire.OpenACL, 7, 3, 2, 0)
	tr.Create("/b", nil, wire.OpenACL, tree.TTLOwner(5), 4, 3, 0)
	tr.Create("/a", nil, wire.OpenACL, tree.ContainerOwner, 5, 4, 0)
	tr.Create("/a/c", nil, wire.OpenACL, tree.TTLOwner(50), 1, 5, 0)
	for _, step := range []struct {
		do   func()
		now  int64
		want []string
	}{
		{func() {}, 5, nil},
		{func() {}, 6, []string{"/b"}},
		{func() {}, 51, []string{"/a/c", "/b"}},
		{func() { tr.Delete("/a/c", 6) }, 51, []string{"/a", "/b"}},
		{func() { tr.SetData("/b", nil, 1, 7, 50) }, 51, []string{"/a"}},
		{func() { tr.Delete("/a", 8); tr.Delete("/b", 9) }, 1000, nil},
	} {
		step.do()
		if got := tr.Due(step.now, 0); !slices.Equal(got, step.want) {
			t.Errorf("at %d: %v, want %v", step.now, got, step.want)
		}
	}
}
