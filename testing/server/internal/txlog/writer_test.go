package txlog_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

func TestWriter(t *testing.T) {
	for _, prealloc := range []int64{-1, 1 << 16} {
		dir := disk.NewMemory()
		w := txlog.NewWriter(dir, txlog.Options{Prealloc: prealloc})
		ok(t, w.Sync())
		ok(t, w.Roll())
		ok(t, w.Append())
		if names, _ := dir.List(); len(names) != 0 || w.Size() != 0 {
			t.Errorf("a writer of nothing has made %v, size %d", names, w.Size())
		}
		ok(t, w.Append(set(1), set(2)))
		ok(t, w.Append(set(3)))
		want := sets(1, 2, 3)
		if w.Size() != int64(len(want)) {
			t.Errorf("size %d, want %d", w.Size(), len(want))
		}
		ok(t, w.Roll())
		if w.Size() != 0 {
			t.Errorf("size %d after rolling", w.Size())
		}
		four := set(4)
		ok(t, w.AppendPayload(four.AppendTo(nil)))
		ok(t, w.Close())
		if err := w.Append(set(5)); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("appended when closed: %v", err)
		}
		if prealloc > 0 {
			want = append(want, make([]byte, 16+int(prealloc)-len(want))...)
		}
		left := dir.Crash(disk.Crash{})
		if got := content(t, left, "log.1"); !bytes.Equal(got, want) {
			t.Errorf("prealloc %d: %d bytes, want %d", prealloc, len(got), len(want))
		}
		if zxids, last, err := replayed(t, left, 1); err != nil || last != 4 || !slices.Equal(zxids, []int64{2, 3, 4}) {
			t.Errorf("replayed %v, last %d, %v", zxids, last, err)
		}
	}
}

// The lengths of a file as it fills, with 64 KB at a time; the first two and the one behind 85698 bytes are those of files that Apache
// wrote.
func TestPreallocation(t *testing.T) {
	const k64 = 1 << 16
	dir := disk.NewMemory()
	w := txlog.NewWriter(dir, txlog.Options{Prealloc: k64})
	size := func() int64 { return int64(len(content(t, dir, "log.1"))) }
	filler := func(n int64) txlog.Txn { // a record of n bytes
		s := set(1)
		s.Body = &txlog.SetData{Path: "/a", Data: make([]byte, n-13-32-6-4-4)}
		return s
	}
	steps := []struct{ record, at, size int64 }{
		{100, 116, 16 + k64},
		{k64 - 4096 - 101, 16 + k64 - 4096 - 1, 16 + k64},
		{100, 16 + k64 - 4096 + 99, 16 + k64},
		{100, 16 + k64 - 4096 + 199, 16 + 2*k64}, // looked before the last one
		{85698 - (16 + k64 - 4096 + 199), 85698, 131088},
		{100_000, 185_698, 185_698}, // longer than the room
		{100, 185_798, 3 * k64},     // the next multiple
	}
	for i, s := range steps {
		ok(t, w.Append(filler(s.record)))
		if w.Size() != s.at || size() != s.size {
			t.Errorf("step %d: %d of %d bytes, want %d of %d", i, w.Size(), size(), s.at, s.size)
		}
	}
	// A batch is as long as its records one by one.
	one, batch := disk.NewMemory(), disk.NewMemory()
	ones, batches := txlog.NewWriter(one, txlog.Options{Prealloc: 5000}), txlog.NewWriter(batch, txlog.Options{Prealloc: 5000})
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var txns []txlog.Txn
		for range 1 + rnd.IntN(10) {
			txns = append(txns, filler(100+rnd.Int64N(3000)))
			ok(t, ones.Append(txns[len(txns)-1]))
		}
		ok(t, batches.Append(txns...))
	}
	if !bytes.Equal(content(t, one, "log.1"), content(t, batch, "log.1")) {
		t.Error("a batch makes another file than its records one by one")
	}
}

func TestRefused(t *testing.T) {
	dir := disk.NewMemory()
	w := txlog.NewWriter(dir, txlog.Options{Prealloc: -1})
	long, check, bare, negative := set(3), set(3), set(3), set(-1)
	long.Body = &txlog.SetData{Path: "/a", Data: make([]byte, txlog.MaxPayload)}
	check.Type, bare.Body = wire.OpCheck, nil
	for _, bad := range []struct {
		txn txlog.Txn
		err error
	}{{long, txlog.ErrTooLong}, {check, txlog.ErrBody}, {bare, txlog.ErrBody}, {negative, txlog.ErrBody}} {
		if err := w.Append(set(2), bad.txn); !errors.Is(err, bad.err) {
			t.Errorf("%v, want %v", err, bad.err)
		}
		if bad.txn.Body != nil {
			if err := w.AppendPayload(bad.txn.AppendTo(nil)); !errors.Is(err, bad.err) {
				t.Errorf("payload: %v, want %v", err, bad.err)
			}
		}
	}
	if err := w.AppendPayload([]byte("short")); !errors.Is(err, txlog.ErrBody) {
		t.Errorf("%v", err)
	}
	ok(t, w.Append(set(1)))
	if got := content(t, dir, "log.1"); !bytes.Equal(got, sets(1)) {
		t.Errorf("the file is %d bytes", len(got))
	}
}

// A new process may begin at the zxid of a file without transactions, and must not at one with.
func TestExisting(t *testing.T) {
	for _, empty := range [][]byte{nil, header(), header()[:3], sets(1)[:30], append(header(), make([]byte, 100)...)} {
		dir := disk.NewMemory()
		put(t, dir, "log.1", empty)
		w := txlog.NewWriter(dir, txlog.Options{Prealloc: -1})
		ok(t, w.Append(set(1)))
		ok(t, w.Sync())
		if got := content(t, dir.Crash(disk.Crash{}), "log.1"); !bytes.Equal(got, sets(1)) {
			t.Errorf("%d bytes are left over %d", len(got), len(empty))
		}
	}
	dir := disk.NewMemory()
	put(t, dir, "log.1", sets(1))
	w := txlog.NewWriter(dir, txlog.Options{})
	if err := w.Append(set(1)); !errors.Is(err, txlog.ErrExists) {
		t.Errorf("%v", err)
	}
	damaged := sets(1)
	damaged[len(damaged)-2]++
	put(t, dir, "log.1", damaged)
	if err := txlog.NewWriter(dir, txlog.Options{}).Append(set(1)); !errors.Is(err, txlog.ErrChecksum) {
		t.Errorf("over a damaged file: %v", err)
	}
}

// faulty fails its nth operation, and counts them.
type faulty struct {
	disk.Dir
	left int
}

var errFaulty = errors.New("no space left")

func (f *faulty) spend() error {
	if f.left--; f.left < 0 {
		return errFaulty
	}
	return nil
}

func (f *faulty) Create(name string) (disk.File, error) {
	if err := f.spend(); err != nil {
		return nil, err
	}
	file, err := f.Dir.Create(name)
	return &faultyFile{file, f}, err
}

func (f *faulty) Rename(from, to string) error {
	return errors.Join(f.spend(), f.Dir.Rename(from, to))
}
func (f *faulty) Sync() error { return errors.Join(f.spend(), f.Dir.Sync()) }

type faultyFile struct {
	disk.File
	dir *faulty
}

func (f *faultyFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.dir.spend(); err != nil {
		return 0, err
	}
	return f.File.WriteAt(p, at)
}
func (f *faultyFile) Truncate(n int64) error { return errors.Join(f.dir.spend(), f.File.Truncate(n)) }
func (f *faultyFile) Sync() error            { return errors.Join(f.dir.spend(), f.File.Sync()) }
func (f *faultyFile) Close() error           { return errors.Join(f.dir.spend(), f.File.Close()) }

// Whatever fails, the writer says so, and goes on saying it.
func TestWriterErrors(t *testing.T) {
	for n := 0; ; n++ {
		dir := &faulty{Dir: disk.NewMemory(), left: n}
		w := txlog.NewWriter(dir, txlog.Options{Prealloc: 1 << 12})
		err := w.Append(set(1))
		if err == nil {
			err = w.Sync()
		}
		if err == nil {
			err = w.Roll()
		}
		if err == nil {
			if dir.left < 0 || n < 5 {
				t.Errorf("no error of %d operations, %d left", n, dir.left)
			}
			return
		}
		dir.left = 100
		for what, again := range map[string]error{"append": w.Append(set(2)), "sync": w.Sync(), "roll": w.Roll(), "close": w.Close()} {
			if !errors.Is(err, errFaulty) || !errors.Is(again, errFaulty) {
				t.Errorf("operation %d: %v; %s: %v", n, err, what, again)
			}
		}
	}
}

// What was synced is there after any crash, and nothing that was not written. On a disk that writes in order the log can always be read;
// on one that does not, it may be found to be damaged behind what was synced.
func TestWriterCrash(t *testing.T) {
	for seed := range uint64(300) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		dir := disk.NewMemory()
		var safe, next, first int64 = 0, 1, 1
		w := txlog.NewWriter(dir, txlog.Options{Prealloc: []int64{-1, 4096, 1 << 16}[rnd.IntN(3)]})
		for range 40 {
			switch rnd.IntN(8) {
			case 0:
				ok(t, w.Roll())
				safe = next - 1
			case 1, 2:
				ok(t, w.Sync())
				safe = next - 1
			case 3: // a crash, and a new process
				c := disk.Crash{Seed: seed, Keep: rnd.Float64(), Ordered: rnd.IntN(2) == 0}
				left := dir.Crash(c)
				zxids, last, err := replayed(t, left, first-1)
				for i, z := range zxids {
					if z != first+int64(i) {
						t.Fatalf("seed %d, %v: replayed %v from %d", seed, c, zxids, first)
					}
				}
				if last < safe || last >= next {
					t.Fatalf("seed %d, %v: replayed up to %d of %d, %d were safe: %v", seed, c, last, next-1, safe, err)
				}
				if err != nil {
					if c.Ordered || !errors.Is(err, txlog.ErrChecksum) {
						t.Fatalf("seed %d, %v: %v", seed, c, err)
					}
					continue // the process does not start, so this crash did not happen
				}
				_, err = txlog.RemoveShort(left)
				ok(t, err)
				dir, next, safe = left, last+1, last
				w = txlog.NewWriter(dir, txlog.Options{Prealloc: 4096})
			default:
				var batch []txlog.Txn
				for range 1 + rnd.IntN(20) {
					batch = append(batch, set(next))
					next++
				}
				ok(t, w.Append(batch...))
			}
		}
	}
}
