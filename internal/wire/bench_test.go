package wire_test

import (
	"fmt"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// benchRecords are the records of a busy server's day.
func benchRecords() map[string]wire.Record {
	names := make([]string, 100)
	for i := range names {
		names[i] = fmt.Sprintf("_c_0123456789abcdef0123456789abcdef-lock-%010d", i)
	}
	return map[string]wire.Record{
		"getDataRequest":      &wire.PathWatchRequest{Path: "/services/payments/node-0000000017", Watch: true},
		"getDataResponse":     &wire.GetDataResponse{Data: make([]byte, 128), Stat: stat},
		"createRequest":       &wire.CreateRequest{Path: "/services/payments/node-", Data: make([]byte, 128), ACL: wire.OpenACL, Mode: wire.EphemeralSequential},
		"setDataRequest":      &wire.SetDataRequest{Path: "/services/payments/node-0000000017", Data: make([]byte, 128), Version: -1},
		"deleteRequest":       &wire.PathVersionRequest{Path: "/services/payments/node-0000000017", Version: -1},
		"getChildrenResponse": &wire.GetChildrenResponse{Children: names},
	}
}

// Decoding makes views: it allocates a record's vectors and nothing else.
func TestDecodeAllocations(t *testing.T) {
	vectors := map[string]float64{"createRequest": 1, "getChildrenResponse": 1}
	for name, rec := range benchRecords() {
		b, into := rec.AppendTo(nil), like(rec)
		got := testing.AllocsPerRun(100, func() {
			if err := wire.Unmarshal(b, into); err != nil {
				t.Fatal(err)
			}
		})
		if got != vectors[name] {
			t.Errorf("%s: %v allocations, want %v", name, got, vectors[name])
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for name, rec := range benchRecords() {
		b.Run(name, func(b *testing.B) {
			bytes, into := rec.AppendTo(nil), like(rec)
			b.ReportAllocs()
			b.SetBytes(int64(len(bytes)))
			for b.Loop() {
				if err := wire.Unmarshal(bytes, into); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for name, rec := range benchRecords() {
		b.Run(name, func(b *testing.B) {
			buf := rec.AppendTo(nil)
			b.ReportAllocs()
			b.SetBytes(int64(len(buf)))
			for b.Loop() {
				buf = rec.AppendTo(buf[:0])
			}
		})
	}
}

// BenchmarkFrameReader reads small frames that come many at a time, as they do from a client that pipelines. One op is one
// frame.
func BenchmarkFrameReader(b *testing.B) {
	frame := wire.AppendRequest(nil, 1, wire.OpGetData, benchRecords()["getDataRequest"])
	f := wire.NewFrameReader(&endless{frame: frame}, wire.MaxFrame)
	b.ReportAllocs()
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		if _, err := f.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

// endless repeats a frame for ever.
type endless struct {
	frame []byte
	at    int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		got := copy(p[n:], e.frame[e.at:])
		n, e.at = n+got, (e.at+got)%len(e.frame)
	}
	return n, nil
}
