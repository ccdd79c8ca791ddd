package txlog_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/disk"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// A file of three records, then one of these.
func TestTails(t *testing.T) {
	one := set(4)
	last := record(one.AppendTo(nil))
	n := len(last)
	zeros := make([]byte, 5000)
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	with := func(b []byte, at int, v byte) []byte {
		b = bytes.Clone(b)
		b[at] = v
		return b
	}
	length := func(n int32) []byte {
		return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, 1), uint32(n))
	}
	unknown := set(4)
	unknown.Type = wire.OpCheck
	tests := []struct {
		name string
		tail []byte
		want int // records
		end  txlog.Tail
		err  error
	}{
		{"nothing", nil, 3, txlog.TailExact, nil},
		{"a record", last, 4, txlog.TailExact, nil},
		{"a record and zeros", cat(last, zeros), 4, txlog.TailZeros, nil},
		{"zeros", zeros, 3, txlog.TailZeros, nil},
		{"fewer zeros than a record begins with", zeros[:11], 3, txlog.TailShort, nil},
		{"zeros as many as a record begins with", zeros[:12], 3, txlog.TailZeros, nil},
		{"a record without its last byte", last[:n-1], 3, txlog.TailShort, nil},
		{"half a record", last[:n/2], 3, txlog.TailShort, nil},
		{"a checksum and a length", last[:12], 3, txlog.TailShort, nil},
		{"half a checksum", last[:3], 3, txlog.TailShort, nil},
		{"half a record and zeros", cat(last[:n/2], zeros), 3, txlog.TailPartial, nil},
		{"a checksum and a length, and zeros", cat(last[:12], zeros), 3, txlog.TailPartial, nil},
		{"a checksum and zeros", cat(last[:8], zeros), 3, txlog.TailEmpty, nil},
		{"a checksum and a length of zero", cat(last[:8], zeros[:4]), 3, txlog.TailEmpty, nil},
		{"a record with another last byte", with(last, n-1, 'C'), 3, txlog.TailPartial, nil},
		{"a record with another last byte, and another record", cat(with(last, n-1, 0), last), 3, txlog.TailPartial, nil},
		{"a damaged record", with(last, n-3, 'x'), 3, 0, txlog.ErrChecksum},
		{"a damaged record, and another", cat(with(last, n-3, 'x'), last), 3, 0, txlog.ErrChecksum},
		{"a damaged checksum", with(last, 7, last[7]+1), 3, 0, txlog.ErrChecksum},
		{"a checksum that is too large", with(last, 0, 1), 3, 0, txlog.ErrChecksum},
		{"a negative length", cat(length(-1), zeros), 3, 0, txlog.ErrLength},
		{"the smallest length", cat(length(math.MinInt32), zeros), 3, 0, txlog.ErrLength},
		{"the largest length", cat(length(math.MaxInt32), zeros), 3, 0, txlog.ErrLength},
		{"more than a payload may have", cat(length(txlog.MaxPayload+1), zeros), 3, 0, txlog.ErrLength},
		{"as much as a payload may have", cat(length(txlog.MaxPayload), zeros), 3, txlog.TailShort, nil},
		{"a type that nobody knows", record(unknown.AppendTo(nil)), 3, 0, txlog.ErrBody},
		{"a whole record without a header", record([]byte("short")), 3, 0, txlog.ErrBody},
		{"a whole record without a body", record(one.AppendTo(nil)[:32]), 3, 0, txlog.ErrBody},
		{"another digest", func() []byte {
			d := set(4)
			d.Digest = txlog.Digest{Version: 2, Sum: 99}
			return record(d.AppendTo(nil))
		}(), 4, txlog.TailExact, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start := sets(1, 2, 3)
			dir := disk.NewMemory()
			put(t, dir, "log.1", append(start, tt.tail...))
			txns, tail, end, err := all(t, dir, "log.1")
			if len(txns) != tt.want || tail != tt.end || !errors.Is(err, tt.err) {
				t.Errorf("%d records, %v, %v; want %d, %v, %v", len(txns), tail, err, tt.want, tt.end, tt.err)
			}
			wantEnd := len(start)
			if tt.want == 4 {
				wantEnd = len(start) + 13 + int(binary.BigEndian.Uint32(tt.tail[8:]))
			}
			if err == nil && end != int64(wantEnd) {
				t.Errorf("the last record ends at %d, not at %d", end, wantEnd)
			}
			// A file that follows is read in any case that is no error.
			put(t, dir, "log.9", sets(9))
			zxids, last, err := replayed(t, dir, 0)
			if tt.err == nil && (err != nil || last != 9 || len(zxids) != tt.want+1) {
				t.Errorf("replayed %v, last %d, %v", zxids, last, err)
			}
			if tt.err != nil && !errors.Is(tt.err, txlog.ErrBody) && (!errors.Is(err, tt.err) || !strings.HasPrefix(err.Error(), "log.1: ")) {
				t.Errorf("replayed with error %v", err)
			}
		})
	}
}

func TestHeaders(t *testing.T) {
	tests := []struct {
		name string
		file []byte
		err  error // of reading it alone
		last error // of replaying when it is the newest
	}{
		{"the header alone", header(), nil, nil},
		{"another version and database", append([]byte("ZKLG\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x07"), sets(5)[16:]...), nil, nil},
		{"nothing", nil, txlog.ErrHeader, nil},
		{"half a header", header()[:15], txlog.ErrHeader, nil},
		{"a snapshot", []byte("ZKSN\x00\x00\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff"), txlog.ErrHeader, txlog.ErrHeader},
		{"zeros", make([]byte, 100), txlog.ErrHeader, txlog.ErrHeader},
	}
	for _, tt := range tests {
		dir := disk.NewMemory()
		put(t, dir, "log.1", sets(1))
		put(t, dir, "log.5", tt.file)
		if _, _, _, err := all(t, dir, "log.5"); !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if zxids, _, err := replayed(t, dir, 0); !errors.Is(err, tt.last) || len(zxids) == 0 {
			t.Errorf("%s, the newest: %v, %v", tt.name, zxids, err)
		}
		put(t, dir, "log.9", sets(9))
		if _, _, err := replayed(t, dir, 0); !errors.Is(err, tt.err) {
			t.Errorf("%s, not the newest: %v", tt.name, err)
		}
	}
}

// failing is a file that cannot be read to its end.
type failing struct {
	disk.File
	err error
}

func (f failing) ReadAt(p []byte, at int64) (int, error) {
	if at > 0 {
		return 0, f.err
	}
	return f.File.ReadAt(p, at)
}

// A file that became shorter while it was read is no end, either.
func TestDiskErrorIsNoEnd(t *testing.T) {
	dir := disk.NewMemory()
	put(t, dir, "log.1", sets(make([]int64, 5000)...))
	f, err := dir.Open("log.1")
	ok(t, err)
	defer f.Close()
	for _, broken := range []error{errors.New("broken disk"), io.EOF, io.ErrUnexpectedEOF} {
		r, err := txlog.NewReader(failing{f, broken}, txlog.MaxPayload)
		ok(t, err)
		n := 0
		for ; err == nil; n++ {
			_, err = r.Next()
		}
		if n < 100 || errors.Is(err, io.EOF) || r.Tail() != txlog.TailNone || !strings.Contains(err.Error(), broken.Error()) {
			t.Errorf("%d records, %v, %v", n, err, r.Tail())
		}
	}
}

func TestTailNames(t *testing.T) {
	seen := map[string]bool{}
	for tail := txlog.TailNone; tail <= txlog.TailPartial+1; tail++ {
		seen[tail.String()] = true
	}
	if len(seen) != 7 || !seen["Tail(6)"] {
		t.Errorf("%v", seen)
	}
}
