package disk_test

import (
	"strings"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// kept tries many seeds and returns all that a crash can leave.
func kept(t *testing.T, m *disk.Memory, c disk.Crash, look func(*disk.Memory) string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for c.Seed = range 200 {
		got := look(m.Crash(c))
		if again := look(m.Crash(c)); again != got {
			t.Fatalf("%v: %q and then %q", c, got, again)
		}
		found[got] = true
	}
	return found
}

func want(t *testing.T, got map[string]bool, want ...string) {
	t.Helper()
	for _, w := range want {
		if !got[w] {
			t.Errorf("%.20q is never left", w)
		}
		delete(got, w)
	}
	for g := range got {
		t.Errorf("%.20q is left", g)
	}
}

func TestCrashKeepsWhatWasSynced(t *testing.T) {
	m := disk.NewMemory()
	f := create(t, m, "f", "safe")
	ok(t, f.Sync())
	list(t, m.Crash(disk.Crash{})) // its entry was not synced
	ok(t, m.Sync())
	write(t, f, "lost", 0)
	ok(t, f.Truncate(100))
	create(t, m, "g", "lost")
	ok(t, m.Rename("f", "h"))

	left := m.Crash(disk.Crash{})
	list(t, left, "f")
	if got := read(t, left, "f"); got != "safe" {
		t.Errorf("%q is left", got)
	}
	all := m.Crash(disk.Crash{Keep: 1})
	list(t, all, "g", "h")
	if got := read(t, all, "h"); got != "lost"+strings.Repeat("\x00", 96) {
		t.Errorf("%q is left", got)
	}
	list(t, m, "g", "h") // the folder itself goes on
	write(t, f, "on", 0)
	if got := read(t, all, "h"); got[:4] != "lost" {
		t.Errorf("what is left changed to %q", got)
	}
}

func TestCrashOfWrites(t *testing.T) {
	m := disk.NewMemory()
	f := create(t, m, "f", "")
	ok(t, m.Sync())
	a, b := strings.Repeat("a", 512), strings.Repeat("b", 512)
	write(t, f, a+b, 0)
	look := func(m *disk.Memory) string { return read(t, m, "f") }
	want(t, kept(t, m, disk.Crash{Keep: 0.5, Ordered: true}, look), "", a, a+b)
	want(t, kept(t, m, disk.Crash{Keep: 0.5}, look), "", a, a+b, strings.Repeat("\x00", 512)+b)
	ok(t, f.Sync())
	want(t, kept(t, m, disk.Crash{Keep: 0.5}, look), a+b)
	ok(t, f.Truncate(1))
	want(t, kept(t, m, disk.Crash{Keep: 0.5}, look), a+b, "a")
}

func TestCrashOfEntries(t *testing.T) {
	m := disk.NewMemory()
	ok(t, create(t, m, "a", "a").Sync())
	ok(t, m.Sync())
	ok(t, m.Rename("a", "b"))
	ok(t, create(t, m, "c", "c").Sync())
	look := func(m *disk.Memory) string {
		names, err := m.List()
		ok(t, err)
		return strings.Join(names, "")
	}
	want(t, kept(t, m, disk.Crash{Keep: 0.5, Ordered: true}, look), "a", "b", "bc")
	want(t, kept(t, m, disk.Crash{Keep: 0.5}, look), "a", "b", "bc", "ac")
	ok(t, m.Sync())
	ok(t, m.Remove("b"))
	want(t, kept(t, m, disk.Crash{Keep: 0.5}, look), "bc", "c")
	if s := (disk.Crash{Seed: 3, Keep: 0.5}).String(); s != "disk.Crash{Seed: 3, Keep: 0.5, Ordered: false}" {
		t.Error(s)
	}
}
