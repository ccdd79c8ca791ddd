package txlog_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/adler32"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

const now = 1_700_000_000_000

func ok(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// put makes a safe file of one's own making.
func put(tb testing.TB, dir disk.Dir, name string, content []byte) {
	tb.Helper()
	f, err := dir.Create(name)
	ok(tb, err)
	_, err = f.WriteAt(content, 0)
	ok(tb, err)
	ok(tb, f.Sync())
	ok(tb, f.Close())
	ok(tb, dir.Sync())
}

func content(tb testing.TB, dir disk.Dir, name string) []byte {
	tb.Helper()
	f, err := dir.Open(name)
	ok(tb, err)
	defer f.Close()
	size, err := f.Size()
	ok(tb, err)
	b, err := io.ReadAll(io.NewSectionReader(f, 0, size))
	ok(tb, err)
	return b
}

// apache is a folder with logs that an Apache server wrote.
func apache(tb testing.TB, server string) *disk.Memory {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", server, "log.*"))
	ok(tb, err)
	if len(paths) == 0 {
		tb.Fatalf("testdata/%s has no logs", server)
	}
	dir := disk.NewMemory()
	for _, p := range paths {
		b, err := os.ReadFile(p)
		ok(tb, err)
		put(tb, dir, filepath.Base(p), b)
	}
	return dir
}

// header and record are the format, written down a second time.
func header() []byte { return []byte("ZKLG\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00") }

func record(payload []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(adler32.Checksum(payload)))
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	return append(append(b, payload...), 'B')
}

// set is a transaction.
func set(zxid int64) txlog.Txn {
	return txlog.Txn{
		Header: txlog.Header{Session: 7, Cxid: int32(zxid), Zxid: zxid, Time: now, Type: wire.OpSetData},
		Body:   &txlog.SetData{Path: "/a", Data: []byte("data"), Version: int32(zxid)},
	}
}

func sets(zxids ...int64) (b []byte) {
	b = header()
	for _, z := range zxids {
		t := set(z)
		b = append(b, record(t.AppendTo(nil))...)
	}
	return b
}

// all reads a whole file.
func all(tb testing.TB, dir disk.Dir, name string) (txns []txlog.Txn, tail txlog.Tail, end int64, err error) {
	tb.Helper()
	f, err := dir.Open(name)
	ok(tb, err)
	defer f.Close()
	r, err := txlog.NewReader(f, txlog.MaxPayload)
	if err != nil {
		return nil, 0, 0, err
	}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return txns, r.Tail(), r.Offset(), nil
		}
		if err != nil {
			if _, again := r.Next(); !errors.Is(again, err) {
				tb.Errorf("%v, and then %v", err, again)
			}
			return txns, r.Tail(), r.Offset(), err
		}
		rec.Payload = bytes.Clone(rec.Payload)
		t, err := rec.Txn()
		if err != nil {
			return txns, r.Tail(), r.Offset(), err
		}
		txns = append(txns, t)
	}
}

// replayed are the zxids that Replay hands out.
func replayed(tb testing.TB, dir disk.Dir, snapshot int64) (zxids []int64, last int64, err error) {
	tb.Helper()
	last, err = txlog.Replay(dir, snapshot, txlog.MaxPayload, func(rec *txlog.Record) error {
		zxids = append(zxids, rec.Zxid)
		return nil
	})
	return zxids, last, err
}
