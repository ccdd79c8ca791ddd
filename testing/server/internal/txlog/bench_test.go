package txlog_test

import (
	"fmt"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

func benchBatch(n int) []txlog.Txn {
	batch := make([]txlog.Txn, n)
	for i := range batch {
		batch[i] = txlog.Txn{
			Header: txlog.Header{Session: 7, Cxid: 1, Zxid: 1, Time: now, Type: wire.OpSetData},
			Body:   &txlog.SetData{Path: "/services/payments/node-0000000017", Data: make([]byte, 128), Version: 1},
		}
	}
	return batch
}

// Appending allocates nothing once its buffer has its size; nor does reading, but for the body's record.
func TestAllocations(t *testing.T) {
	dir, err := disk.Open(t.TempDir())
	ok(t, err)
	w := txlog.NewWriter(dir, txlog.Options{})
	batch := benchBatch(100)
	ok(t, w.Append(batch...))
	if n := testing.AllocsPerRun(20, func() { ok(t, w.Append(batch...)) }); n > 1 {
		t.Errorf("appending %d transactions: %v allocations", len(batch), n)
	}
	ok(t, w.Sync())
	f, err := dir.Open("log.1")
	ok(t, err)
	defer f.Close()
	r, err := txlog.NewReader(f, txlog.MaxPayload)
	ok(t, err)
	if n := testing.AllocsPerRun(1000, func() {
		rec, err := r.Next()
		ok(t, err)
		_, err = rec.Txn()
		ok(t, err)
	}); n > 2 {
		t.Errorf("reading a transaction: %v allocations", n)
	}
	ok(t, w.Close())
}

// BenchmarkAppend is a group commit on a real disk: one op is one batch, made safe.
func BenchmarkAppend(b *testing.B) {
	for _, n := range []int{1, 16, 256} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			dir, err := disk.Open(b.TempDir())
			ok(b, err)
			w := txlog.NewWriter(dir, txlog.Options{})
			batch := benchBatch(n)
			b.ReportAllocs()
			b.SetBytes(int64(n * (13 + len(batch[0].AppendTo(nil)))))
			for b.Loop() {
				ok(b, w.Append(batch...))
				ok(b, w.Sync())
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "txn/s")
			ok(b, w.Close())
		})
	}
}

// BenchmarkReplay is a log of 10000 transactions, decoded: one op is the whole log.
func BenchmarkReplay(b *testing.B) {
	dir, err := disk.Open(b.TempDir())
	ok(b, err)
	w := txlog.NewWriter(dir, txlog.Options{})
	for range 100 {
		ok(b, w.Append(benchBatch(100)...))
	}
	b.SetBytes(w.Size())
	ok(b, w.Close())
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		_, err := txlog.Replay(dir, 0, txlog.MaxPayload, func(rec *txlog.Record) error {
			n++
			_, err := rec.Txn()
			return err
		})
		if err != nil || n != 10000 {
			b.Fatal(n, err)
		}
	}
}
