package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

// Read again, a database is the same, whichever sections stand behind it.
func TestRoundTrip(t *testing.T) {
	for name, d := range map[string]*database{"fresh": fresh(), "rich": rich()} {
		digest, last := d.Digest, d.LastZxid
		for _, trailer := range []snapshot.Trailer{{}, {Digest: digest}, {LastZxid: last}, {Digest: digest, LastZxid: last}} {
			d.Trailer = trailer
			b := encode(t, d)
			got, err := decode(iotest.HalfReader(bytes.NewReader(b)))
			if d.Digest == nil && d.LastZxid != nil {
				d.Digest = &snapshot.Digest{Version: 2}
			}
			if err != nil || !reflect.DeepEqual(got, d) {
				t.Errorf("%s: read %+v, %v\nwant %+v", name, got, err, d)
			}
			if !bytes.HasSuffix(b, []byte("\x00\x00\x00\x01/")) {
				t.Errorf("%s ends with %x", name, b[len(b)-5:])
			}
		}
	}
}

// Apache 3.9 without digests writes the last zxid alone.
func TestLastZxidAlone(t *testing.T) {
	d := fresh()
	b := binary.BigEndian.AppendUint64(encode(t, d), 77)
	b = append(binary.BigEndian.AppendUint64(b, uint64(adler32.Checksum(b))), "\x00\x00\x00\x01/"...)
	last := int64(77)
	d.LastZxid = &last
	if got, err := decode(bytes.NewReader(b)); err != nil || !reflect.DeepEqual(got, d) {
		t.Errorf("%+v, %v", got, err)
	}
}

// small is rich without much data.
func small() *database {
	d := rich()
	d.nodes[6].Data = []byte("short")
	return d
}

// Cut anywhere but between two sections, a file is broken. So is one with any bit turned.
func TestBroken(t *testing.T) {
	whole := encode(t, small())
	sections := map[int]bool{len(whole) - 21: true, len(whole) - 54: true}
	for n := range whole {
		if _, err := decode(bytes.NewReader(whole[:n])); sections[n] != (err == nil) || err != nil && !errors.Is(err, snapshot.ErrBroken) {
			t.Errorf("cut to %d of %d bytes: %v", n, len(whole), err)
		}
	}
	for at := range whole {
		for bit := range 8 {
			bad := bytes.Clone(whole)
			bad[at] ^= 1 << bit
			if _, err := decode(bytes.NewReader(bad)); !errors.Is(err, snapshot.ErrBroken) {
				t.Errorf("bit %d of byte %d: %v", bit, at, err)
			}
		}
	}
	if _, err := decode(bytes.NewReader(append(whole, "a later section"...))); err != nil {
		t.Errorf("with more behind it: %v", err)
	}
}

func TestReaderErrors(t *testing.T) {
	broken := errors.New("broken disk")
	whole := encode(t, small())
	for n := range whole {
		_, err := decode(io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	for i := range 3 {
		v := new(database).visitor()
		fail := func() error { return fmt.Errorf("visitor %d: %w", i, broken) }
		switch i {
		case 0:
			v.Session = func(snapshot.Session) error { return fail() }
		case 1:
			v.List = func(snapshot.List) error { return fail() }
		case 2:
			v.Node = func(*snapshot.Node) error { return fail() }
		}
		if _, err := snapshot.Read(bytes.NewReader(whole), snapshot.MaxBuffer, v); !errors.Is(err, broken) {
			t.Errorf("visitor %d: %v", i, err)
		}
	}
}

// A length that is only claimed must cost nothing.
func TestClaims(t *testing.T) {
	start := []byte("ZKSN\x00\x00\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff")
	for _, b := range [][]byte{
		append(start, "\x7f\xff\xff\xff"...),
		append(start, "\x80\x00\x00\x00"...),
		append(start, "\x00\x00\x00\x00\x7f\xff\xff\xff"...),
		append(start, "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x7f\xff\xff\xff"...),
		append(start, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x1f\xff\xfe"...),
		append(start, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x1f\xff\xff"...),
		append(start, "\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xfe"...),
	} {
		spent := allocated(func() {
			if _, err := decode(bytes.NewReader(b)); !errors.Is(err, snapshot.ErrBroken) {
				t.Errorf("%x: %v", b, err)
			}
		})
		if spent > 1<<17 { // of which the buffered reader has half
			t.Errorf("%x: allocated %d", b, spent)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	for name, change := range map[string]func(*database){
		"no znodes":             func(d *database) { d.nodes = nil },
		"no root":               func(d *database) { d.nodes = d.nodes[1:] },
		"the root as /":         func(d *database) { d.nodes[0].Path = "/" },
		"the root again":        func(d *database) { d.nodes[5].Path = "" },
		"no parent":             func(d *database) { d.nodes = append(d.nodes[:4], d.nodes[5:]...) },
		"a parent too late":     func(d *database) { d.nodes[4], d.nodes[5] = d.nodes[5], d.nodes[4] },
		"a child too late":      func(d *database) { d.nodes[6], d.nodes[7] = d.nodes[7], d.nodes[6] },
		"a path without slash":  func(d *database) { d.nodes[4].Path = "a" },
		"a path with an end":    func(d *database) { d.nodes[4].Path = "/a/" },
		"/ as a path":           func(d *database) { d.nodes[4].Path = "/" },
		"a znode twice":         func(d *database) { d.nodes[5] = d.nodes[4] },
		"a list of nobody":      func(d *database) { d.nodes[4].ACL = 77 },
		"a list 0":              func(d *database) { d.nodes[4].ACL = 0 },
		"data that is too long": func(d *database) { d.nodes[4].Data = make([]byte, snapshot.MaxBuffer+1) },
		"a path that is too long": func(d *database) {
			d.nodes[7].Path = "/" + strings.Repeat("x", snapshot.MaxBuffer)
		},
	} {
		d := rich()
		change(d)
		var b bytes.Buffer
		if err := snapshot.Write(t.Context(), &b, d.source()); !errors.Is(err, snapshot.ErrSource) {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := rich()
	d.nodes[4].Data = make([]byte, snapshot.MaxBuffer)
	if got, err := decode(bytes.NewReader(encode(t, d))); err != nil || len(got.nodes[4].Data) != snapshot.MaxBuffer {
		t.Errorf("as much as there may be: %v", err)
	}
}

func TestTable(t *testing.T) {
	var table snapshot.Table
	if id := table.ID(wire.OpenACL); id != snapshot.Open || table.ID(nil) != snapshot.Open || table.Lists() != nil {
		t.Errorf("the open list is %d, %v", id, table.Lists())
	}
	other := []wire.ACL{{Perms: wire.PermRead, Scheme: "world", ID: "anyone"}, {Perms: 3, Scheme: "ip", ID: "::1"}}
	ids := []int64{table.ID(readOnly), table.ID(other), table.ID([]wire.ACL{}), table.ID(append([]wire.ACL(nil), other...)), table.ID(readOnly)}
	if !reflect.DeepEqual(ids, []int64{1, 2, 3, 2, 1}) {
		t.Errorf("ids %v", ids)
	}
	want := []snapshot.List{{ID: 1, ACL: readOnly}, {ID: 2, ACL: other}, {ID: 3, ACL: []wire.ACL{}}}
	if got := table.Lists(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
