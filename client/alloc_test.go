package client_test

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/wire"
)

// parrot is a server that grants a session and answers every request with the same Stat, without allocating.
func parrot(tb testing.TB) (addr string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	ended := make(chan struct{})
	tb.Cleanup(func() {
		l.Close()
		<-ended
	})
	go func() {
		defer close(ended)
		raw, err := l.Accept()
		if err != nil {
			return
		}
		defer raw.Close()
		in := make([]byte, 64<<10)
		out := make([]byte, 0, 64<<10)
		stat := (&wire.GetDataResponse{Data: make([]byte, 20)}).AppendTo(nil)
		only := (&wire.StatResponse{}).AppendTo(nil)
		for first := true; ; first = false {
			if _, err := io.ReadFull(raw, in[:4]); err != nil {
				return
			}
			n := binary.BigEndian.Uint32(in)
			if _, err := io.ReadFull(raw, in[:n]); err != nil {
				return
			}
			if first {
				out = wire.AppendFrame(out[:0], &wire.ConnectResponse{Timeout: 30_000, SessionID: 7, Passwd: make([]byte, wire.PasswdSize)})
			} else {
				body := only
				switch wire.Op(binary.BigEndian.Uint32(in[4:])) {
				case wire.OpGetData:
					body = stat
				case wire.OpPing, wire.OpCloseSession:
					body = nil
				default:
				}
				out = binary.BigEndian.AppendUint32(out[:0], uint32(16+len(body)))
				out = append(out, in[:4]...) // the xid
				out = binary.BigEndian.AppendUint64(out, 1)
				out = binary.BigEndian.AppendUint32(out, 0)
				out = append(out, body...)
			}
			if _, err := raw.Write(out); err != nil {
				return
			}
		}
	}()
	return l.Addr().String()
}

// What a call allocates, all of the client's goroutines taken together.
func TestAllocations(t *testing.T) {
	c, err := client.Connect(t.Context(), parrot(t), client.WithSessionTimeout(30*time.Second))
	must(t, err)
	defer c.Close(t.Context())
	data := make([]byte, 20)
	for _, tt := range []struct {
		name string
		most float64
		run  func() error
	}{
		{"get", 6, func() error { _, _, err := c.Get("/some/znode").Do(t.Context()); return err }},
		{"set", 8, func() error { _, err := c.Set("/some/znode").Data(data).Do(t.Context()); return err }},
		{"exists", 6, func() error { _, _, err := c.Exists("/some/znode").Do(t.Context()); return err }},
		{"async set", 8, func() error {
			_, err := c.Set("/some/znode").Data(data).Async(t.Context()).Wait(t.Context())
			return err
		}},
	} {
		got := testing.AllocsPerRun(200, func() { must(t, tt.run()) })
		t.Logf("%s: %v", tt.name, got)
		if got > tt.most {
			t.Errorf("%s: %v allocations, at most %v", tt.name, got, tt.most)
		}
	}
}
