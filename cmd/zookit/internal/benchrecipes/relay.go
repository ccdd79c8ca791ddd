package benchrecipes

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// holdBack is how late replies are handed on. What a client sends together would otherwise be told apart now and then: on loopback the
// reply to the first request can be there before the second, which does not wait for it, is sent.
// Where there are many clients, or many items, that is less, so that they are through soon.
const (
	holdBack      = 3 * time.Millisecond
	holdBackCrowd = time.Millisecond
)

// relay stands between clients and the server and counts. A round trip begins when a client sends something after it was told
// something: it counts what had to wait for an answer or an event, whatever the clock says, and however many requests travel together.
type relay struct {
	l      net.Listener
	server string
	hold   time.Duration
	goes   sync.WaitGroup

	mu    sync.Mutex
	conns map[net.Conn]bool
	over  bool
	seen  seen
}

// seen is what passed by. Pings are none of it.
type seen struct {
	trips    int64
	requests int64
	events   int64
	pings    int64
}

func startRelay(server string, hold time.Duration) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{l: l, server: server, hold: hold, conns: make(map[net.Conn]bool)}
	r.goes.Go(r.accept)
	return r, nil
}

func (r *relay) addr() string { return r.l.Addr().String() }

func (r *relay) count() seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

// close ends it with all connections.
func (r *relay) close() {
	_ = r.l.Close()
	r.mu.Lock()
	r.over = true
	for nc := range r.conns {
		_ = nc.Close()
	}
	r.mu.Unlock()
	r.goes.Wait()
}

func (r *relay) accept() {
	for {
		client, err := r.l.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", r.server) //nolint:noctx // on loopback it does not block
		if err != nil {
			_ = client.Close()
			continue
		}
		if !r.adopt(client, server) {
			return
		}
		c := &relayed{relay: r, landed: true}
		r.goes.Go(func() { pass(client, server, 0, c.sent) })
		r.goes.Go(func() { pass(server, client, r.hold, c.told) })
	}
}

func (r *relay) adopt(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, nc := range conns {
		r.conns[nc] = true
		if r.over {
			_ = nc.Close()
		}
	}
	return !r.over
}

// pass hands on frame by frame until one side is gone, and then the other goes, too. What comes together is held back once.
func pass(from, to net.Conn, hold time.Duration, each func(frame []byte)) {
	defer to.Close()
	defer from.Close()
	in := bufio.NewReaderSize(from, 64<<10)
	frame := make([]byte, 4<<10)
	for {
		fresh := in.Buffered() == 0
		if _, err := io.ReadFull(in, frame[:4]); err != nil {
			return
		}
		n := 4 + int(binary.BigEndian.Uint32(frame))
		if n > len(frame) {
			frame = append(frame[:4], make([]byte, n-4)...)
		}
		if _, err := io.ReadFull(in, frame[4:n]); err != nil {
			return
		}
		if fresh {
			time.Sleep(hold)
		}
		each(frame[:n])
		if _, err := to.Write(frame[:n]); err != nil {
			return
		}
	}
}

// relayed is one client's connection.
type relayed struct {
	*relay
	asked, answered bool // the first frame of either direction is the handshake
	landed          bool // the client was told something since it last sent something
}

// sent is called with every frame from the client.
func (c *relayed) sent(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case !c.asked:
		c.asked = true
		return
	case xid(frame) == wire.XidPing:
		c.seen.pings++
		return
	}
	c.seen.requests++
	if c.landed {
		c.seen.trips++
	}
	c.landed = false
}

// told is called with every frame to the client.
func (c *relayed) told(frame []byte) {
	if c.answered && xid(frame) == wire.XidPing {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answered && xid(frame) == wire.XidNotification {
		c.seen.events++
	}
	c.answered, c.landed = true, true
}

// xid is the first number of every frame but the handshake's.
func xid(frame []byte) int32 {
	if len(frame) < 8 {
		return 0
	}
	return int32(binary.BigEndian.Uint32(frame[4:]))
}
