package txlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

func TestNames(t *testing.T) {
	for name, want := range map[string]int64{
		"log.0": 0, "log.a": 10, "log.10000000b": 1<<32 + 11, "log.7fffffffffffffff": 1<<63 - 1,
		"log.": -1, "log": -1, "log.0a": -1, "log.A": -1, "log.-1": -1, "log.1.tmp": -1, "tmp.log.1": -1, "log.8000000000000000": -1,
		"log.+1": -1, "snapshot.1": -1, "xlog.1": -1,
	} {
		got, valid := txlog.First(name)
		if valid != (want >= 0) || valid && (got != want || txlog.Name(got) != name) {
			t.Errorf("%s: %d, %v", name, got, valid)
		}
	}
}

// folder has logs of these zxids; the first of each is its name.
func folder(t *testing.T, files ...[]int64) *disk.Memory {
	t.Helper()
	dir := disk.NewMemory()
	put(t, dir, "tmp.log.1", nil)
	put(t, dir, "snapshot.2", nil)
	put(t, dir, "log.old", nil)
	for _, zxids := range files {
		put(t, dir, txlog.Name(zxids[0]), sets(zxids...))
	}
	return dir
}

func TestReplay(t *testing.T) {
	dir := folder(t, []int64{1, 2, 3}, []int64{4, 5, 20, 5, 6}, []int64{0x10, 0x11, 0x22})
	tests := []struct {
		snapshot int64
		want     []int64
		last     int64
	}{
		{0, []int64{1, 2, 3, 4, 5, 20, 5, 6, 0x10, 0x11, 0x22}, 0x22},
		{2, []int64{3, 4, 5, 20, 5, 6, 0x10, 0x11, 0x22}, 0x22},
		{3, []int64{4, 5, 20, 5, 6, 0x10, 0x11, 0x22}, 0x22},
		{4, []int64{5, 20, 5, 6, 0x10, 0x11, 0x22}, 0x22},
		{5, []int64{20, 5, 6, 0x10, 0x11, 0x22}, 0x22}, // behind a gap, and what was logged again
		{0xf, []int64{20, 5, 6, 0x10, 0x11, 0x22}, 0x22},
		{0x10, []int64{0x11, 0x22}, 0x22},
		{0x11, []int64{0x22}, 0x22},
		{0x22, nil, 0x22},
		{0x99, nil, 0x99},
	}
	for _, tt := range tests {
		got, last, err := replayed(t, dir, tt.snapshot)
		if err != nil || last != tt.last || !slices.Equal(got, tt.want) {
			t.Errorf("from %#x: %v, last %#x, %v; want %v, %#x", tt.snapshot, got, last, err, tt.want, tt.last)
		}
	}
	if got, last, err := replayed(t, disk.NewMemory(), 7); got != nil || last != 7 || err != nil {
		t.Errorf("an empty folder: %v, %d, %v", got, last, err)
	}
	stop := errors.New("enough")
	last, err := txlog.Replay(dir, 0, txlog.MaxPayload, func(*txlog.Record) error { return stop })
	if last != 1 || !errors.Is(err, stop) {
		t.Errorf("stopped at %d, %v", last, err)
	}
}

func TestTruncateAfter(t *testing.T) {
	files := [][]int64{{1, 2, 3}, {4, 5, 20, 5, 6}, {0x10, 0x11, 0x22}, {0x30}}
	tests := []struct {
		zxid  int64
		want  []int64 // what is left, or nil if there is no such transaction
		files int
	}{
		{1, []int64{1}, 1},
		{3, []int64{1, 2, 3}, 1},
		{4, []int64{1, 2, 3, 4}, 2},
		{5, []int64{1, 2, 3, 4, 5}, 2}, // the first of two
		{6, []int64{1, 2, 3, 4, 5, 20, 5, 6}, 2},
		{0x10, []int64{1, 2, 3, 4, 5, 20, 5, 6, 0x10}, 3},
		{0x22, []int64{1, 2, 3, 4, 5, 20, 5, 6, 0x10, 0x11, 0x22}, 3},
		{0x30, []int64{1, 2, 3, 4, 5, 20, 5, 6, 0x10, 0x11, 0x22, 0x30}, 4},
		{0, nil, 4}, {7, nil, 4}, {0x12, nil, 4}, {0x31, nil, 4}, {1 << 32, nil, 4},
	}
	for _, tt := range tests {
		dir := folder(t, files...)
		before, _, err := replayed(t, dir, 0)
		ok(t, err)
		err = txlog.TruncateAfter(dir, tt.zxid, txlog.MaxPayload)
		if tt.want == nil {
			if !errors.Is(err, txlog.ErrNoZxid) {
				t.Errorf("%#x: %v", tt.zxid, err)
			}
			tt.want = before
		} else {
			ok(t, err)
		}
		left := dir.Crash(disk.Crash{})
		got, _, err := replayed(t, left, 0)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%#x: %v is left, %v; want %v", tt.zxid, got, err, tt.want)
		}
		if names, _ := left.List(); len(names) != 3+tt.files {
			t.Errorf("%#x: %q are left", tt.zxid, names)
		}
	}
	// No room is left behind the cut, and a newest log that is empty is no hindrance.
	dir := folder(t, files[0])
	put(t, dir, "log.4", nil)
	ok(t, txlog.TruncateAfter(dir, 2, txlog.MaxPayload))
	if got := content(t, dir, "log.1"); !bytes.Equal(got, sets(1, 2)) {
		t.Errorf("%d bytes are left", len(got))
	}
	put(t, dir, "log.4", nil)
	if err := txlog.TruncateAfter(dir, 3, txlog.MaxPayload); !errors.Is(err, txlog.ErrNoZxid) {
		t.Errorf("%v", err)
	}
	damaged := sets(1, 2)
	damaged[len(damaged)-2]++
	put(t, dir, "log.1", damaged)
	if err := txlog.TruncateAfter(dir, 2, txlog.MaxPayload); !errors.Is(err, txlog.ErrChecksum) {
		t.Errorf("%v", err)
	}
}

// watched sees what a crash would leave before every operation that changes something.
type watched struct {
	*disk.Memory
	look func()
}

func (w *watched) Remove(name string) error { w.look(); return w.Memory.Remove(name) }
func (w *watched) Sync() error              { w.look(); return w.Memory.Sync() }
func (w *watched) Edit(name string) (disk.File, error) {
	f, err := w.Memory.Edit(name)
	return &watchedFile{f, w}, err
}

type watchedFile struct {
	disk.File
	w *watched
}

func (f *watchedFile) Truncate(n int64) error { f.w.look(); return f.File.Truncate(n) }
func (f *watchedFile) Sync() error            { f.w.look(); return f.File.Sync() }

func TestTruncateAfterCrash(t *testing.T) {
	whole := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	looks := 0
	w := &watched{Memory: folder(t, whole[:3], whole[3:6], whole[6:8], whole[8:])}
	w.look = func() {
		looks++
		for seed := range uint64(20) {
			left := w.Crash(disk.Crash{Seed: seed, Keep: 0.5})
			got, _, err := replayed(t, left, 0)
			if err != nil || len(got) < 2 || !slices.Equal(got, whole[:len(got)]) {
				t.Errorf("look %d, seed %d: %v, %v", looks, seed, got, err)
			}
		}
	}
	ok(t, txlog.TruncateAfter(w, 2, txlog.MaxPayload))
	if got, _, err := replayed(t, w, 0); err != nil || !slices.Equal(got, whole[:2]) || looks < 8 {
		t.Errorf("%v, %v, %d looks", got, err, looks)
	}
}

func TestObsolete(t *testing.T) {
	names := []string{"log.10", "log.2", "log.9", "snapshot.1", "log.1", "tmp.log.1", "currentEpoch"}
	for zxid, want := range map[int64]string{
		0: "[]", 1: "[]", 2: "[log.1]", 5: "[log.1]", 8: "[log.1]", 9: "[log.1 log.2]", 0xf: "[log.1 log.2]",
		0x10: "[log.1 log.2 log.9]", 0x99: "[log.1 log.2 log.9]",
	} {
		if got := fmt.Sprint(txlog.Obsolete(names, zxid)); got != want {
			t.Errorf("%#x: %s, want %s", zxid, got, want)
		}
	}
	if got := txlog.Obsolete(nil, 5); got != nil {
		t.Errorf("of nothing: %v", got)
	}
}

// What goes is never needed again.
func TestObsoleteReplays(t *testing.T) {
	for snapshot := range int64(12) {
		dir := folder(t, []int64{1, 2, 3}, []int64{4, 5}, []int64{8, 9})
		want, _, err := replayed(t, dir, snapshot)
		ok(t, err)
		names, err := dir.List()
		ok(t, err)
		for _, name := range txlog.Obsolete(names, snapshot) {
			ok(t, dir.Remove(name))
		}
		if got, _, err := replayed(t, dir, snapshot); err != nil || !slices.Equal(got, want) {
			t.Errorf("from %d: %v, %v; want %v", snapshot, got, err, want)
		}
	}
}

func TestRemoveShort(t *testing.T) {
	for _, tt := range []struct {
		newest  []byte
		removed string
	}{
		{nil, "[log.9 tmp.log.1]"}, {header()[:5], "[log.9 tmp.log.1]"}, {header(), "[tmp.log.1]"}, {sets(9), "[tmp.log.1]"},
	} {
		dir := folder(t, []int64{1, 2})
		put(t, dir, "log.9", tt.newest)
		got, err := txlog.RemoveShort(dir)
		if err != nil || fmt.Sprint(got) != tt.removed {
			t.Errorf("%d bytes: removed %v, %v", len(tt.newest), got, err)
		}
		left := dir.Crash(disk.Crash{})
		if names, _ := left.List(); len(names)+len(got) != 5 {
			t.Errorf("%q are left", names)
		}
		if got, err := txlog.RemoveShort(left); got != nil || err != nil {
			t.Errorf("again: %v, %v", got, err)
		}
	}
	if got, err := txlog.RemoveShort(disk.NewMemory()); got != nil || err != nil {
		t.Errorf("an empty folder: %v, %v", got, err)
	}
}
