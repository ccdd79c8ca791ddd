package client_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/wire"
)

// mimic is a server that grants every session and gives every request the same answer, without allocating anything.
func mimic(conn net.Conn, body []byte) {
	defer func() { _ = conn.Close() }()
	in := make([]byte, 4096)
	handshake := wire.AppendFrame(nil, &wire.ConnectResponse{Timeout: 40000, SessionID: 1, Passwd: make([]byte, 16)})
	out := wire.AppendReply(nil, wire.ReplyHeader{Zxid: 1}, &wire.Empty{})
	out = append(out, body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)-4))
	for first := true; ; first = false {
		if _, err := io.ReadFull(conn, in[:4]); err != nil {
			return
		}
		n := binary.BigEndian.Uint32(in)
		if _, err := io.ReadFull(conn, in[:n]); err != nil {
			return
		}
		reply := out
		if first {
			reply = handshake
		} else {
			copy(out[4:8], in[:4]) // the xid
		}
		if _, err := conn.Write(reply); err != nil {
			return
		}
	}
}

// toMimic connects to one over a pipe.
func toMimic(tb testing.TB, body []byte, opts ...client.Option) *client.Client {
	tb.Helper()
	dial := func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go mimic(far, body) // ends with the connection
		return near, nil
	}
	c, err := client.Connect(tb.Context(), "mimic", append(opts, client.WithDial(dial))...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close(context.WithoutCancel(tb.Context())) }) // the mimic answers what a closing client does not expect
	return c
}

// What a call allocates, with nobody looking and with hooks.
func TestSeeingAllocations(t *testing.T) {
	got := (&wire.GetDataResponse{Data: []byte("data")}).AppendTo(nil)
	stat := (&wire.StatResponse{}).AppendTo(nil)
	var told atomic.Int64
	hooks := client.WithHooks(client.Hooks{Operation: func(context.Context, client.Operation) { told.Add(1) }})
	for _, tt := range []struct {
		name string
		body []byte
		opts []client.Option
		most float64
		call func(ctx context.Context, c *client.Client) error
	}{
		{"get", got, nil, 6, getOnce},
		{"set", stat, nil, 8, setOnce},
		{"get with hooks", got, []client.Option{hooks}, 24, getOnce},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx := t.Context()
			c := toMimic(t, tt.body, tt.opts...)
			n := testing.AllocsPerRun(500, func() {
				if err := tt.call(ctx, c); err != nil {
					t.Fatal(err)
				}
			})
			t.Logf("%v allocations", n)
			if n > tt.most {
				t.Errorf("%v allocations, more than %v", n, tt.most)
			}
		})
	}
	if told.Load() == 0 {
		t.Error("the hooks were not told")
	}
}

func getOnce(ctx context.Context, c *client.Client) error {
	_, _, err := c.Get("/n").Do(ctx)
	return err
}

func setOnce(ctx context.Context, c *client.Client) error {
	_, err := c.Set("/n").Data([]byte("data")).Do(ctx)
	return err
}
