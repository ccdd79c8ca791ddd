package disk_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
)

// each runs a test on a real folder and on one in memory.
func each(t *testing.T, test func(*testing.T, disk.Dir)) {
	t.Helper()
	t.Run("real", func(t *testing.T) {
		d, err := disk.Open(filepath.Join(t.TempDir(), "a", "b"))
		if err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
	t.Run("memory", func(t *testing.T) { test(t, disk.NewMemory()) })
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func create(t *testing.T, d disk.Dir, name, content string) disk.File {
	t.Helper()
	f, err := d.Create(name)
	ok(t, err)
	t.Cleanup(func() { f.Close() })
	write(t, f, content, 0)
	return f
}

func write(t *testing.T, f disk.File, content string, at int64) {
	t.Helper()
	if n, err := f.WriteAt([]byte(content), at); n != len(content) || err != nil {
		t.Fatalf("%d of %d bytes written: %v", n, len(content), err)
	}
}

func read(t *testing.T, d disk.Dir, name string) string {
	t.Helper()
	f, err := d.Open(name)
	ok(t, err)
	defer f.Close()
	size, err := f.Size()
	ok(t, err)
	b := make([]byte, size)
	if n, err := f.ReadAt(b, 0); n != len(b) || err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("%s: %d of %d bytes read: %v", name, n, size, err)
	}
	return string(b)
}

func list(t *testing.T, d disk.Dir, want ...string) {
	t.Helper()
	got, err := d.List()
	ok(t, err)
	if !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

func TestFiles(t *testing.T) {
	each(t, func(t *testing.T, d disk.Dir) {
		list(t, d)
		f := create(t, d, "f", "hello")
		write(t, f, "J", 0)
		write(t, f, "!", 7)
		if got := read(t, d, "f"); got != "Jello\x00\x00!" {
			t.Errorf("%q", got)
		}
		ok(t, f.Truncate(2))
		ok(t, f.Truncate(4))
		ok(t, f.Sync())
		if got := read(t, d, "f"); got != "Je\x00\x00" {
			t.Errorf("after truncating: %q", got)
		}
		b := make([]byte, 4)
		if n, err := f.ReadAt(b, 3); n != 1 || !errors.Is(err, io.EOF) {
			t.Errorf("reading over the end: %d, %v", n, err)
		}
		if n, err := f.ReadAt(b, 9); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("reading behind the end: %d, %v", n, err)
		}
		create(t, d, "e", "")
		list(t, d, "e", "f")

		g, err := d.Edit("f")
		ok(t, err)
		write(t, g, "x", 1)
		ok(t, g.Close())
		if got := read(t, d, "f"); got != "Jx\x00\x00" {
			t.Errorf("after editing: %q", got)
		}

		ok(t, d.Rename("f", "e"))
		ok(t, d.Sync())
		list(t, d, "e")
		write(t, f, "R", 0)
		if got := read(t, d, "e"); got != "Rx\x00\x00" {
			t.Errorf("after renaming: %q", got)
		}
		create(t, d, "e", "new")
		if got := read(t, d, "e"); got != "new" {
			t.Errorf("created again: %q", got)
		}
		ok(t, d.Remove("e"))
		list(t, d)
	})
}

func TestErrors(t *testing.T) {
	each(t, func(t *testing.T, d disk.Dir) {
		_, open := d.Open("no")
		_, edit := d.Edit("no")
		for what, err := range map[string]error{"open": open, "edit": edit, "remove": d.Remove("no"), "rename": d.Rename("no", "yes")} {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s without a file: %v", what, err)
			}
		}
		for _, name := range []string{"", ".", "..", "a/b", "/a"} {
			if _, err := d.Create(name); err == nil {
				t.Errorf("%q was created", name)
			}
			if err := d.Rename("no", name); err == nil {
				t.Errorf("renamed to %q", name)
			}
		}
		f := create(t, d, "f", "x")
		if _, err := f.WriteAt([]byte("y"), -1); err == nil {
			t.Error("written before the beginning")
		}
		if _, err := f.ReadAt(make([]byte, 1), -1); err == nil {
			t.Error("read before the beginning")
		}
		if err := f.Truncate(-1); err == nil {
			t.Error("truncated before the beginning")
		}
		ok(t, f.Close())
		if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("closed twice: %v", err)
		}
		if err := f.Sync(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("synced when closed: %v", err)
		}
		r, err := d.Open("f")
		ok(t, err)
		defer r.Close()
		if _, err := r.WriteAt([]byte("y"), 0); err == nil {
			t.Error("written through a file that is open for reading")
		}
		if err := r.Truncate(0); err == nil {
			t.Error("truncated through a file that is open for reading")
		}
	})
}

func TestOpenFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	ok(t, os.WriteFile(path, nil, 0o600))
	for _, p := range []string{path, filepath.Join(path, "below")} {
		if _, err := disk.Open(p); err == nil {
			t.Errorf("%s is not a folder", p)
		}
	}
	d, err := disk.Open(filepath.Dir(path))
	ok(t, err)
	ok(t, os.Mkdir(filepath.Join(filepath.Dir(path), "folder"), 0o700))
	list(t, d, "f") // folders are left out
}
