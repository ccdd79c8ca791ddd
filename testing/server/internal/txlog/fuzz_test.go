package txlog_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// Whatever is in a file, reading it does not panic, costs no more memory than the file has, and all that was read is there, byte for
// byte, in the file.
func FuzzReader(f *testing.F) {
	for _, server := range []string{"s1", "s2", "s3"} {
		dir := apache(f, server)
		names, err := dir.List()
		ok(f, err)
		for _, name := range names {
			f.Add(content(f, dir, name))
		}
	}
	f.Add(append(sets(1, 2), make([]byte, 100)...))
	f.Add(append(sets(1, 2), 0, 0, 0, 0, 0, 0, 0, 1, 0x00, 0x1f, 0xff, 0xfe, 1, 2, 3))
	f.Fuzz(func(t *testing.T, file []byte) {
		dir := disk.NewMemory()
		put(t, dir, "log.1", file)
		src, err := dir.Open("log.1")
		ok(t, err)
		defer src.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := txlog.NewReader(src, txlog.MaxPayload)
		if err != nil {
			return
		}
		kept := bytes.Clone(file[:16])
		for {
			rec, err := r.Next()
			if err != nil {
				if errors.Is(err, io.EOF) == (r.Tail() == txlog.TailNone) {
					t.Errorf("%v, %v", err, r.Tail())
				}
				break
			}
			kept = append(kept, record(rec.Payload)...)
			txn, err := rec.Txn()
			if err != nil {
				continue
			}
			var again txlog.Txn
			if err := again.Unmarshal(txn.AppendTo(nil)); err != nil {
				t.Errorf("%+v: %v", txn, err)
			}
			if m, isMulti := txn.Body.(*txlog.Multi); isMulti {
				for i := range m.Ops {
					_, _ = m.Ops[i].Decode() // it must not panic
				}
			}
		}
		runtime.ReadMemStats(&after)
		// The buffered reader, and what decoding and this test make of each byte.
		if spent, limit := after.TotalAlloc-before.TotalAlloc, uint64(1<<18+100*len(file)); spent > limit {
			t.Errorf("reading %d bytes allocated %d", len(file), spent)
		}
		if !bytes.Equal(kept, file[:r.Offset()]) && bytes.Equal(file[:16], header()) {
			t.Errorf("what was read is not what is in the file")
		}
	})
}

// Whatever a leader proposes, it is refused or it can be replayed.
func FuzzPayload(f *testing.F) {
	for _, b := range bodies {
		txn := txlog.Txn{Header: txlog.Header{Zxid: 1, Type: b.op}, Body: b.body, Digest: txlog.Digest{Version: 2, Sum: 1}}
		f.Add(txn.AppendTo(nil))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		dir := disk.NewMemory()
		w := txlog.NewWriter(dir, txlog.Options{Prealloc: -1})
		if err := w.AppendPayload(payload); err != nil {
			return
		}
		n := 0
		_, err := txlog.Replay(dir, -1, txlog.MaxPayload, func(rec *txlog.Record) error {
			n++
			if !bytes.Equal(rec.Payload, payload) {
				t.Errorf("%x, want %x", rec.Payload, payload)
			}
			_, err := rec.Txn()
			return err
		})
		if err != nil || n != 1 {
			t.Errorf("%x: %d transactions, %v", payload, n, err)
		}
	})
}
