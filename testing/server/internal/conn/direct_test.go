package conn

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// sockets are the two ends of a connection over loopback.
func sockets(t *testing.T) (client, server net.Conn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	client, err = new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func bare(nc net.Conn) *Conn {
	env := &Env{Counters: new(Counters), Log: slog.New(slog.DiscardHandler), Now: func() time.Duration { return 0 }}
	return newConn(env, nc, Plain, "", &admission{byHost: make(map[string]int)})
}

// What was sent on an earlier connection of the session may still be on its way, so only who has had a reply is alone.
func TestAlone(t *testing.T) {
	_, nc := sockets(t)
	c := bare(nc)
	ping := []request.Request{{Op: wire.OpPing, Xid: wire.XidPing}}
	for i, want := range []bool{false, false, true} {
		if got := c.expect(ping, 0); got != want {
			t.Errorf("request %d: alone is %v", i, got)
		}
		if i > 0 { // the second comes while the first is on its way
			for c.pending > 0 {
				c.Send(request.Reply{Xid: wire.XidPing})
			}
		}
	}
}

// Nobody wakes the writer here, who does not even run.
func TestPushWrites(t *testing.T) {
	client, nc := sockets(t)
	c := bare(nc)
	for i := range int32(3) {
		c.Send(request.Reply{Xid: i})
		c.push()
		b := make([]byte, 4+wire.ReplyHeaderSize)
		if _, err := io.ReadFull(client, b); err != nil {
			t.Fatal(err)
		}
		if b[7] != byte(i) || len(c.out) != 0 || len(c.wake) != 0 {
			t.Errorf("% x, %d bytes left, %d wakes", b, len(c.out), len(c.wake))
		}
	}
}

// A socket that is full takes a part. The writer gets the rest, in order, and push does not wait.
func TestPushIntoAFullSocket(t *testing.T) {
	client, nc := sockets(t)
	c := bare(nc)
	body := &wire.GetDataResponse{Data: make([]byte, 1<<20)}
	n, size := int32(0), 0
	for ; len(c.wake) == 0; n++ {
		had := len(c.out)
		c.Send(request.Reply{Xid: n, Body: body})
		size = len(c.out) - had
		c.push()
	}
	go c.write()
	frames := wire.NewFrameReader(client, 2<<20)
	for i := range n {
		frame, err := frames.Next()
		if err != nil {
			t.Fatal(err)
		}
		var h wire.ReplyHeader
		if err := wire.Unmarshal(frame, &h); err != nil || h.Xid != i || len(frame)+4 != size {
			t.Fatalf("reply %d: %+v, %d bytes, %v", i, h, len(frame), err)
		}
	}
	c.finish()
	if _, err := frames.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
}

// While the writer is at it, what comes later must not overtake what it has.
func TestPushBehindTheWriter(t *testing.T) {
	_, nc := sockets(t)
	c := bare(nc)
	c.Send(request.Reply{})
	c.writing = 1
	c.push()
	if len(c.out) == 0 || len(c.wake) != 1 {
		t.Errorf("%d bytes left, %d wakes", len(c.out), len(c.wake))
	}
}
