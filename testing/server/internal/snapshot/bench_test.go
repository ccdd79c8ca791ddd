package snapshot_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"github.com/zookit-go/zookit/testing/server/internal/snapshot"
)

// wide is a database of many znodes with 100 bytes each.
func wide(n int) *database {
	d := fresh()
	for i := range n {
		d.nodes = append(d.nodes, snapshot.Node{Path: fmt.Sprintf("/node-%010d", i), Data: make([]byte, 100), ACL: snapshot.Open})
	}
	return d
}

var discard = snapshot.Visitor{
	Session: func(snapshot.Session) error { return nil },
	List:    func(snapshot.List) error { return nil },
	Node:    func(*snapshot.Node) error { return nil },
}

// Nothing grows with the tree: writing a znode allocates nothing, reading one its path.
func TestAllocations(t *testing.T) {
	const n = 10_000
	few, many := wide(1), wide(n)
	write := func(d *database) float64 {
		return testing.AllocsPerRun(3, func() { ok(t, snapshot.Write(t.Context(), io.Discard, d.source())) })
	}
	if a, b := write(few), write(many); b-a > 10 {
		t.Errorf("writing allocates %v times, and %v for %d znodes more", a, b-a, n)
	}
	file := encode(t, many)
	if got := testing.AllocsPerRun(3, func() {
		_, err := snapshot.Read(bytes.NewReader(file), snapshot.MaxBuffer, discard)
		ok(t, err)
	}); got > n+100 {
		t.Errorf("reading %d znodes allocates %v times", n, got)
	}
}

// One op is a database of 10000 znodes.
func BenchmarkWrite(b *testing.B) {
	d := wide(10_000)
	b.SetBytes(int64(len(encode(b, d))))
	b.ReportAllocs()
	for b.Loop() {
		ok(b, snapshot.Write(b.Context(), io.Discard, d.source()))
	}
}

func BenchmarkRead(b *testing.B) {
	file := encode(b, wide(10_000))
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		_, err := snapshot.Read(bytes.NewReader(file), snapshot.MaxBuffer, discard)
		ok(b, err)
	}
}
