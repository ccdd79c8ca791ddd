package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"runtime"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func compress(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(b)
	ok(t, err)
	ok(t, z.Close())
	return out.Bytes()
}

// load is Load into a new database each time.
func load(dir disk.Dir) (*database, snapshot.Loaded, error) {
	var d *database
	l, err := snapshot.Load(dir, snapshot.MaxBuffer, func() snapshot.Visitor {
		d = new(database)
		return d.visitor()
	})
	if err == nil {
		d.Trailer = l.Trailer
	}
	return d, l, err
}

func TestNames(t *testing.T) {
	for name, want := range map[string]int64{
		"snapshot.0": 0, "snapshot.a": 10, "snapshot.10000000b": 1<<32 + 11, "snapshot.5.gz": 5, "snapshot.7fffffffffffffff": 1<<63 - 1,
		"snapshot.": -1, "snapshot": -1, "snapshot.0a": -1, "snapshot.A": -1, "snapshot.1.tmp": -1, "tmp.snapshot.1": -1, "log.1": -1,
		"snapshot.5.gz.gz": -1, "snapshot.5.snappy": -1, "snapshot.-1": -1, "snapshot.8000000000000000": -1,
	} {
		if got, valid := snapshot.Zxid(name); valid != (want >= 0) || valid && got != want {
			t.Errorf("%s: %d, %v", name, got, valid)
		}
	}
	if got := snapshot.Name(1<<32 + 11); got != "snapshot.10000000b" {
		t.Error(got)
	}
}

func TestLoad(t *testing.T) {
	dir := disk.NewMemory()
	if _, _, err := load(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	put(t, dir, "log.1", nil)
	put(t, dir, "tmp.snapshot.99", encode(t, rich()))
	put(t, dir, "snapshot.20", []byte("broken"))
	if _, _, err := load(dir); !errors.Is(err, snapshot.ErrBroken) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing but broken ones: %v", err)
	}
	ok(t, snapshot.Save(t.Context(), dir, 0, fresh().source()))
	old, newer := fresh(), rich()
	ok(t, snapshot.Save(t.Context(), dir, 9, old.source()))
	put(t, dir, "snapshot.10.gz", compress(t, encode(t, newer))) // behind 9, though not by its name
	damaged := encode(t, newer)
	damaged[len(damaged)/2]++
	put(t, dir, "snapshot.11", damaged)
	put(t, dir, "snapshot.12", encode(t, newer)[:200])
	put(t, dir, "snapshot.13", nil)
	put(t, dir, "snapshot.14.gz", encode(t, newer))
	put(t, dir, "snapshot.15.gz", compress(t, encode(t, newer))[:100])
	got, l, err := load(dir)
	if err != nil || l.Name != "snapshot.10.gz" || l.Zxid != 0x10 || len(l.Broken) != 6 || !reflect.DeepEqual(got, newer) {
		t.Errorf("%s, %+v, %v", l.Name, l.Broken, err)
	}
	for _, err := range l.Broken {
		if !errors.Is(err, snapshot.ErrBroken) {
			t.Errorf("%v", err)
		}
	}
	ok(t, dir.Remove("snapshot.10.gz"))
	if got, l, err = load(dir); err != nil || l.Zxid != 9 || !reflect.DeepEqual(got, old) {
		t.Errorf("%s, %+v, %v", l.Name, l.Broken, err)
	}
	// What a visitor does not take counts as broken, too.
	ok(t, snapshot.Save(t.Context(), dir, 0x99, fresh().source()))
	picky := true
	l, err = snapshot.Load(dir, snapshot.MaxBuffer, func() snapshot.Visitor {
		v := new(database).visitor()
		if picky {
			v.Node = func(*snapshot.Node) error { return errors.New("no parent") }
		}
		picky = false
		return v
	})
	if err != nil || l.Zxid != 9 {
		t.Errorf("%s, %v", l.Name, err)
	}
}

func TestValidAndObsolete(t *testing.T) {
	dir := disk.NewMemory()
	whole := encode(t, fresh())
	put(t, dir, "log.1", whole)
	put(t, dir, "snapshot.1", whole)
	put(t, dir, "snapshot.2", whole)
	put(t, dir, "snapshot.3", whole[:100])
	put(t, dir, "snapshot.5", whole)
	put(t, dir, "snapshot.10.gz", compress(t, whole))
	put(t, dir, "snapshot.11", nil)
	put(t, dir, "snapshot.12", []byte("\x00\x00\x00\x01/"))
	put(t, dir, "snapshot.13.gz", whole)
	for name, want := range map[string]bool{
		"log.1": false, "snapshot.1": true, "snapshot.3": false, "snapshot.10.gz": true, "snapshot.11": false, "snapshot.12": false, "snapshot.13.gz": false,
	} {
		if got, err := snapshot.Valid(dir, name); got != want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := snapshot.Valid(dir, "snapshot.77"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	for keep, want := range []string{
		"[snapshot.5 snapshot.3 snapshot.2 snapshot.1] 16 true", // at least one stays
		"[snapshot.5 snapshot.3 snapshot.2 snapshot.1] 16 true",
		"[snapshot.3 snapshot.2 snapshot.1] 5 true",
		"[snapshot.1] 2 true",
		"[] 1 true",
		"[] 0 false",
	} {
		obsolete, oldest, valid, err := snapshot.Obsolete(dir, keep)
		if got := fmt.Sprint(obsolete, oldest, valid); got != want || err != nil {
			t.Errorf("keeping %d: %s, %v, want %s", keep, got, err, want)
		}
	}
}

// After any crash there is the snapshot of before or, if Save had returned, the new one; never a broken one.
func TestSaveCrash(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		dir := disk.NewMemory()
		ok(t, snapshot.Save(t.Context(), dir, 1, fresh().source()))
		crash := disk.Crash{Seed: seed, Keep: rnd.Float64(), Ordered: rnd.IntN(2) == 0}
		d := rich()
		src := d.source()
		nodes, at := src.Nodes, rnd.IntN(len(d.nodes))
		var during *disk.Memory
		src.Nodes = func(yield func(*snapshot.Node) bool) {
			i := 0
			for n := range nodes {
				if i++; i > at && during == nil {
					during = dir.Crash(crash)
				}
				if !yield(n) {
					return
				}
			}
		}
		ok(t, snapshot.Save(t.Context(), dir, 2, src))
		if _, l, err := load(during); err != nil || l.Zxid != 1 || l.Broken != nil {
			t.Errorf("%v, during: %d, %v, %v", crash, l.Zxid, l.Broken, err)
		}
		if _, l, err := load(dir.Crash(crash)); err != nil || l.Zxid != 2 || l.Broken != nil {
			t.Errorf("%v, behind: %d, %v, %v", crash, l.Zxid, l.Broken, err)
		}
	}
}

func TestSaveFails(t *testing.T) {
	dir := disk.NewMemory()
	bad := fresh()
	bad.nodes = nil
	if err := snapshot.Save(t.Context(), dir, 1, bad.source()); !errors.Is(err, snapshot.ErrSource) {
		t.Errorf("%v", err)
	}
	if names, _ := dir.List(); len(names) != 0 {
		t.Errorf("%q are left", names)
	}
}
