package wire_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"testing/iotest"

	"github.com/zookit-go/zookit/internal/wire"
)

// chunked gives a stream in pieces of random size, and its end sometimes with the last piece and sometimes after it.
type chunked struct {
	b   []byte
	rnd *rand.Rand
}

func (c *chunked) Read(p []byte) (int, error) {
	if len(c.b) == 0 {
		return 0, io.EOF
	}
	n := min(len(p), len(c.b), 1+c.rnd.IntN(1<<c.rnd.IntN(18)))
	copy(p, c.b[:n])
	c.b = c.b[n:]
	if len(c.b) == 0 && c.rnd.IntN(2) == 0 {
		return n, io.EOF
	}
	return n, nil
}

func newChunked(b []byte, seed uint64) *chunked {
	return &chunked{b, rand.New(rand.NewPCG(seed, seed))}
}

// split is what a FrameReader must do, in the plainest way.
func split(b []byte, limit int) (frames [][]byte, err error) {
	for {
		if len(b) == 0 {
			return frames, io.EOF
		}
		if len(b) < 4 {
			return frames, io.ErrUnexpectedEOF
		}
		n := int32(binary.BigEndian.Uint32(b))
		if n < 0 || int(n) > limit {
			return frames, wire.ErrFrameLength
		}
		if b = b[4:]; len(b) < int(n) {
			return frames, io.ErrUnexpectedEOF
		}
		frames, b = append(frames, b[:n]), b[n:]
	}
}

// sameFrames compares a FrameReader with split. The frames are compared at the end, when all their chunks are read: nothing
// may have been written to them since they were returned.
func sameFrames(t *testing.T, stream []byte, limit int, src io.Reader) {
	t.Helper()
	want, wantErr := split(stream, limit)
	f := wire.NewFrameReader(src, limit)
	var got [][]byte
	for {
		frame, err := f.Next()
		if err != nil {
			if !errors.Is(err, wantErr) {
				t.Errorf("ends with %v, want %v", err, wantErr)
			}
			break
		}
		if cap(frame) != len(frame) {
			t.Fatal("appending to a frame would write into the next one")
		}
		got = append(got, frame)
	}
	if len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range want {
		if !bytes.Equal(got[i], want[i]) {
			t.Fatalf("frame %d is not what the stream has", i)
		}
	}
}

func TestFrameReader(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for round := range uint64(50) {
		var stream []byte
		for range rnd.IntN(60) {
			body := make([]byte, rnd.IntN(1<<rnd.IntN(18)))
			for i := range body {
				body[i] = byte(rnd.Uint32())
			}
			stream = append(binary.BigEndian.AppendUint32(stream, uint32(len(body))), body...)
		}
		sameFrames(t, stream, wire.MaxFrame, newChunked(stream, round))
		cut := stream[:rnd.IntN(len(stream)+1)]
		sameFrames(t, cut, wire.MaxFrame, newChunked(cut, round))
	}
	small := wire.AppendFrame(nil, &wire.PathRequest{Path: "/a"})
	small = wire.AppendFrame(small, &wire.Empty{})
	sameFrames(t, small, 6, iotest.OneByteReader(bytes.NewReader(small)))
	sameFrames(t, small, 6, iotest.DataErrReader(bytes.NewReader(small)))
}

func TestFrameLimits(t *testing.T) {
	for _, tt := range []struct {
		length int32
		ok     bool
	}{{0, true}, {wire.MaxFrame, true}, {wire.MaxFrame + 1, false}, {math.MaxInt32, false}, {-1, false}, {math.MinInt32, false}} {
		stream := binary.BigEndian.AppendUint32(nil, uint32(tt.length))
		if tt.ok {
			stream = append(stream, make([]byte, tt.length)...)
		}
		frame, err := wire.NewFrameReader(bytes.NewReader(stream), wire.MaxFrame).Next()
		if tt.ok && (err != nil || len(frame) != int(tt.length)) || !tt.ok && !errors.Is(err, wire.ErrFrameLength) {
			t.Errorf("length %d: %d bytes, %v", tt.length, len(frame), err)
		}
	}
}

// A peer that claims the longest frame and sends little of it must not cost much memory.
func TestClaimedFrame(t *testing.T) {
	stream := append(binary.BigEndian.AppendUint32(nil, wire.MaxFrame), make([]byte, 100)...)
	spent := allocated(func() {
		if _, err := wire.NewFrameReader(bytes.NewReader(stream), wire.MaxFrame).Next(); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("ends with %v", err)
		}
	})
	if spent > 16<<10 {
		t.Errorf("100 bytes of a frame cost %d", spent)
	}
}

func TestFrameReaderError(t *testing.T) {
	broken := errors.New("broken")
	whole := wire.AppendFrame(nil, &wire.PathRequest{Path: "/a"})
	f := wire.NewFrameReader(io.MultiReader(bytes.NewReader(append(whole, 0, 0)), iotest.ErrReader(broken)), wire.MaxFrame)
	if frame, err := f.Next(); err != nil || !bytes.Equal(frame, whole[4:]) {
		t.Errorf("the whole frame: %x, %v", frame, err)
	}
	if _, err := f.Next(); !errors.Is(err, broken) {
		t.Errorf("the connection's own error: %v", err)
	}
}

func TestBuffered(t *testing.T) {
	one := wire.AppendFrame(nil, &wire.PathRequest{Path: "/a"})
	f := wire.NewFrameReader(bytes.NewReader(append(append(one, one...), one[:7]...)), wire.MaxFrame)
	for i, want := range []bool{true, false} {
		if _, err := f.Next(); err != nil {
			t.Fatal(err)
		}
		if got := f.Buffered(); got != want {
			t.Errorf("after frame %d: Buffered %v", i+1, got)
		}
	}
}

func TestAppend(t *testing.T) {
	req := wire.AppendRequest([]byte("x"), 5, wire.OpDelete, &wire.PathVersionRequest{Path: "/a", Version: 2})
	want := wire.AppendFrame([]byte("x"), &wire.RequestHeader{Xid: 5, Op: wire.OpDelete}, &wire.PathVersionRequest{Path: "/a", Version: 2})
	if !bytes.Equal(req, want) {
		t.Errorf("request %x, want %x", req, want)
	}
	h := wire.ReplyHeader{Xid: 5, Zxid: 9}
	if got, want := wire.AppendReply(nil, h, &wire.PathResponse{Path: "/a"}), wire.AppendFrame(nil, &h, &wire.PathResponse{Path: "/a"}); !bytes.Equal(got, want) {
		t.Errorf("reply %x, want %x", got, want)
	}
	if got, want := wire.AppendReply(nil, h, nil), wire.AppendFrame(nil, &h); !bytes.Equal(got, want) {
		t.Errorf("reply without body %x, want %x", got, want)
	}
	h.Err = wire.NoNode
	if got, want := wire.AppendReply(nil, h, &wire.PathResponse{Path: "/a"}), wire.AppendFrame(nil, &h); !bytes.Equal(got, want) {
		t.Errorf("error reply %x, want %x", got, want)
	}
}

func TestCode(t *testing.T) {
	var err error = wire.NoNode
	if got := err.Error(); got != "zookeeper: NONODE" {
		t.Error(got)
	}
	if got := wire.Code(-999).String(); got != "code -999" {
		t.Error(got)
	}
}

func TestCreateMode(t *testing.T) {
	type traits struct{ valid, ephemeral, sequential, ttl bool }
	for mode, want := range map[wire.CreateMode]traits{
		-1: {}, 7: {},
		wire.Persistent:              {valid: true},
		wire.Ephemeral:               {valid: true, ephemeral: true},
		wire.PersistentSequential:    {valid: true, sequential: true},
		wire.EphemeralSequential:     {valid: true, ephemeral: true, sequential: true},
		wire.Container:               {valid: true},
		wire.PersistentTTL:           {valid: true, ttl: true},
		wire.PersistentSequentialTTL: {valid: true, sequential: true, ttl: true},
	} {
		if got := (traits{mode.Valid(), mode.IsEphemeral(), mode.IsSequential(), mode.IsTTL()}); !reflect.DeepEqual(got, want) {
			t.Errorf("mode %d: %+v", mode, got)
		}
	}
}
