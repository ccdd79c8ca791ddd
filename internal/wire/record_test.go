package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"runtime"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// Every record of the table has a sample whose fields are all filled, so that no field can be forgotten on one side.
func TestSamplesCoverTheTable(t *testing.T) {
	filled := map[reflect.Type]bool{}
	for _, rec := range samples {
		v := reflect.ValueOf(rec).Elem()
		all := true
		for i := range v.NumField() {
			all = all && !v.Field(i).IsZero()
		}
		filled[v.Type()] = filled[v.Type()] || all
	}
	for op, row := range wire.Operations {
		for _, rec := range []wire.Record{row.Request(), row.Response()} {
			if typ := reflect.TypeOf(rec).Elem(); !filled[typ] {
				t.Errorf("%v: no sample of %v has all its fields filled", op, typ)
			}
		}
	}
}

func TestTable(t *testing.T) {
	names := map[string]wire.Op{}
	for op, row := range wire.Operations {
		if other, ok := names[row.Name]; ok {
			t.Errorf("%d and %d are both called %s", op, other, row.Name)
		}
		names[row.Name] = op
		if got, ok := op.Lookup(); !ok || got.Name != row.Name || op.String() != row.Name {
			t.Errorf("Lookup(%d) = %q, %v; String %q; want %q", op, got.Name, ok, op.String(), row.Name)
		}
		if row.Kind == wire.KindInvalid {
			t.Errorf("%s has no kind", row.Name)
		}
	}
	if _, ok := wire.Op(1000).Lookup(); ok || wire.Op(1000).String() != "op 1000" {
		t.Error("an unknown code must have no row and its number for a name")
	}
}

func TestRoundTrip(t *testing.T) {
	for _, rec := range samples {
		b := rec.AppendTo(nil)
		got := like(rec)
		if err := wire.Unmarshal(b, got); err != nil {
			t.Errorf("%#v: %v", rec, err)
			continue
		}
		if !reflect.DeepEqual(got, rec) {
			t.Errorf("decoded %#v\nwant    %#v", got, rec)
		}
		if again := got.AppendTo([]byte("before"))[len("before"):]; !bytes.Equal(again, b) {
			t.Errorf("%T: encoded %x, again %x", rec, b, again)
		}
	}
}

// A decoder must not see what is behind its record, and must overwrite all that was in the record before.
func TestDecodeInto(t *testing.T) {
	for _, rec := range samples {
		switch rec.(type) {
		case *wire.ConnectRequest, *wire.ConnectResponse:
			continue // whose end is the frame's end
		}
		b := rec.AppendTo(nil)
		for _, old := range samples {
			if reflect.TypeOf(old) != reflect.TypeOf(rec) {
				continue
			}
			got := like(rec)
			if err := wire.Unmarshal(old.AppendTo(nil), got); err != nil {
				t.Fatal(err)
			}
			r := wire.NewReader(append(b[:len(b):len(b)], "rest"...))
			got.Decode(&r)
			if r.Err() != nil || string(r.Rest()) != "rest" {
				t.Errorf("%T: error %v, rest %q", rec, r.Err(), r.Rest())
			}
			if !reflect.DeepEqual(got, rec) {
				t.Errorf("over %#v: decoded %#v, want %#v", old, got, rec)
			}
		}
	}
}

func TestTruncated(t *testing.T) {
	for _, rec := range samples {
		b := rec.AppendTo(nil)
		for n := range b {
			got := like(rec)
			err := wire.Unmarshal(b[:n:n], got)
			switch {
			case err == nil && !bytes.Equal(got.AppendTo(nil), b[:n]):
				t.Errorf("%T cut at %d of %d: no error, but %#v is not what the bytes say", rec, n, len(b), got)
			case err != nil && !errors.Is(err, wire.ErrMalformed):
				t.Errorf("%T cut at %d of %d: %v", rec, n, len(b), err)
			}
		}
	}
}

// A length that is only claimed must cost nothing, wherever in a record it stands.
func TestClaimedLengths(t *testing.T) {
	for _, claim := range []int32{math.MaxInt32, math.MaxInt32 / 2, 1 << 24, math.MinInt32, -2} {
		for _, rec := range samples {
			b := rec.AppendTo(nil)
			for at := 0; at+4 <= len(b); at++ {
				bad := bytes.Clone(b)
				binary.BigEndian.PutUint32(bad[at:], uint32(claim))
				got := like(rec)
				spent := allocated(func() { _ = wire.Unmarshal(bad, got) }) // whether this is an error depends on the place
				if limit := uint64(4096 + 64*len(b)); spent > limit {
					t.Errorf("%T with %d at byte %d: decoding %d bytes allocated %d", rec, claim, at, len(b), spent)
				}
			}
		}
	}
}

func TestClaimedLengthsAllocateNothing(t *testing.T) {
	b := binary.BigEndian.AppendUint32(nil, math.MaxInt32)
	b = append(b, "some bytes behind the length"...)
	reads := map[string]func(*wire.Reader){
		"Buffer":  func(r *wire.Reader) { r.Buffer() },
		"String":  func(r *wire.Reader) { _ = r.String() },
		"Path":    func(r *wire.Reader) { r.Path() },
		"Strings": func(r *wire.Reader) { r.Strings() },
		"ACLs":    func(r *wire.Reader) { r.ACLs() },
	}
	for name, read := range reads {
		r := wire.NewReader(b)
		if n := testing.AllocsPerRun(100, func() {
			r = wire.NewReader(b)
			read(&r)
		}); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
		if !errors.Is(r.Err(), wire.ErrMalformed) || r.Rest() != nil {
			t.Errorf("%s: error %v, rest %q", name, r.Err(), r.Rest())
		}
	}
}

// allocated is how many bytes f allocates: the least of a few tries, since others in the process allocate, too.
func allocated(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// What a server must tell apart in a request that is not quite right (seen on Apache 3.8.0).
func TestMalformed(t *testing.T) {
	null := wire.AppendInt32(nil, -1)
	world := wire.AppendString(wire.AppendInt32(wire.AppendInt32(nil, 1), wire.PermAll), "world")
	tests := []struct {
		name string
		b    []byte
		rec  wire.Record
		ok   bool
	}{
		{"null path", append(null, 0), &wire.PathWatchRequest{}, false},
		{"empty path", []byte{0, 0, 0, 0, 0}, &wire.PathWatchRequest{}, true},
		{"null prefix", null, &wire.GetEphemeralsRequest{}, true},
		{"boolean 7", []byte{0, 0, 0, 0, 7}, &wire.PathWatchRequest{}, true},
		{"buffer of -2", append(wire.AppendString(nil, "/a"), 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 0), &wire.SetDataRequest{}, false},
		{"vector of -2", []byte{0xff, 0xff, 0xff, 0xfe}, &wire.GetChildrenResponse{}, true},
		{"null id", append(world, null...), &aclRecord{}, false},
		{"null scheme and id", append(append(wire.AppendInt32(wire.AppendInt32(nil, 1), 31), null...), null...), &aclRecord{}, true},
		{"null watches", append(wire.AppendInt64(nil, 1), null...), &wire.SetWatchesRequest{}, false},
		{"setACL in a multi", (&wire.MultiHeader{Op: wire.OpSetACL, Err: -1}).AppendTo(nil), &wire.MultiRequest{}, false},
		{"multi without end", (&wire.MultiRequest{}).AppendTo(nil)[:8], &wire.MultiRequest{}, false},
	}
	for _, tt := range tests {
		if err := wire.Unmarshal(tt.b, tt.rec); (err == nil) != tt.ok {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

// aclRecord lets a bare list of ACL entries be decoded.
type aclRecord struct{ acl []wire.ACL }

func (a *aclRecord) AppendTo(b []byte) []byte { return wire.AppendACLs(b, a.acl) }
func (a *aclRecord) Decode(r *wire.Reader)    { a.acl = r.ACLs() }
