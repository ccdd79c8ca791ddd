package wire_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
)

// piecewise is a stream that comes in pieces, and remembers how much room its reader had for the last one.
type piecewise struct {
	pieces [][]byte
	room   int
}

func (p *piecewise) Read(b []byte) (int, error) {
	p.room = len(b)
	if len(p.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.pieces[0])
	if p.pieces[0] = p.pieces[0][n:]; len(p.pieces[0]) == 0 {
		p.pieces = p.pieces[1:]
	}
	return n, nil
}

// A connection that only pings keeps reading into little memory, however long it lives and however busy it was before.
func TestAQuietStreamHoldsLittle(t *testing.T) {
	ping := wire.AppendRequest(nil, wire.XidPing, wire.OpPing, &wire.Empty{})
	const busy, pings = 1 << 20, 100000
	src := &piecewise{pieces: [][]byte{bytes.Repeat(ping, busy/len(ping))}}
	f := wire.NewFrameReader(src, wire.MaxFrame)
	most := 0
	for range busy / len(ping) {
		if _, err := f.Next(); err != nil {
			t.Fatal(err)
		}
		most = max(most, src.room)
	}
	if most < 32<<10 {
		t.Errorf("a busy stream was read %d bytes at a time at most", most)
	}
	for range pings {
		src.pieces = append(src.pieces, ping)
	}
	for i := range pings {
		frame, err := f.Next()
		if err != nil || len(frame) != len(ping)-4 {
			t.Fatalf("%x, %v", frame, err)
		}
		if i > 1000 && src.room > 4<<10 {
			t.Fatalf("ping %d was read with room for %d bytes", i, src.room)
		}
	}
}
