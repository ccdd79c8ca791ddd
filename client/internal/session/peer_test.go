package session

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
)

// peer is a scripted server at the other end of a pipe.
type peer struct {
	t      *testing.T
	conn   net.Conn
	frames *wire.FrameReader
}

// network is a server's address: the test takes each connection as a peer.
type network struct {
	t        *testing.T
	host     *fault.Host
	listener net.Listener
}

func newNetwork(t *testing.T) network {
	t.Helper()
	n := fault.NewNetwork()
	listener, err := n.Listen("tcp", "zk:2181")
	if err != nil {
		t.Fatal(err)
	}
	return network{t, n.Host("client"), listener}
}

func (n network) accept() *peer {
	n.t.Helper()
	conn, err := n.listener.Accept()
	if err != nil {
		n.t.Fatal(err)
	}
	return &peer{t: n.t, conn: conn, frames: wire.NewFrameReader(conn, wire.MaxFrame)}
}

// handshake reads the connect request.
func (p *peer) handshake() wire.ConnectRequest {
	p.t.Helper()
	frame, err := p.frames.Next()
	if err != nil {
		p.t.Fatalf("reading the connect request: %v", err)
	}
	var q wire.ConnectRequest
	if err := wire.Unmarshal(frame, &q); err != nil {
		p.t.Fatal(err)
	}
	return q
}

func (p *peer) write(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatalf("peer writing: %v", err)
	}
}

// grant answers the connect request.
func (p *peer) grant(id int64, timeout time.Duration) {
	p.t.Helper()
	p.write(wire.AppendFrame(nil, &wire.ConnectResponse{
		SessionID: id, Timeout: int32(timeout.Milliseconds()), Passwd: make([]byte, wire.PasswdSize),
	}))
}

// next reads a request that is no ping; pings are answered on the way.
func (p *peer) next() (wire.RequestHeader, []byte) {
	p.t.Helper()
	for {
		frame, err := p.frames.Next()
		if err != nil {
			p.t.Fatalf("reading a request: %v", err)
		}
		var h wire.RequestHeader
		if err := wire.Unmarshal(frame, &h); err != nil {
			p.t.Fatal(err)
		}
		if h.Op != wire.OpPing {
			return h, frame[wire.RequestHeaderSize:]
		}
		p.reply(h.Xid, 0, nil)
	}
}

func (p *peer) reply(xid int32, zxid int64, body wire.Record) {
	p.t.Helper()
	p.write(wire.AppendReply(nil, wire.ReplyHeader{Xid: xid, Zxid: zxid}, body))
}

// answerClose serves until the session is closed.
func (p *peer) answerClose() {
	p.t.Helper()
	for {
		h, _ := p.next()
		p.reply(h.Xid, 0, nil)
		if h.Op == wire.OpCloseSession {
			_ = p.conn.Close()
			return
		}
	}
}

// log collects what the hooks are told.
type log struct{ lines chan string }

func newLog() *log { return &log{make(chan string, 100)} }

func (l *log) hooks() Hooks {
	return Hooks{
		Connected:    func(Info) { l.lines <- "connected" },
		Disconnected: func() { l.lines <- "disconnected" },
		Lost:         func(err error) { l.lines <- "lost: " + err.Error() },
	}
}

// expect checks the next lines.
func (l *log) expect(t *testing.T, want ...string) {
	t.Helper()
	for _, line := range want {
		select {
		case got := <-l.lines:
			if got != line {
				t.Fatalf("hook: got %q, want %q", got, line)
			}
		case <-time.After(time.Minute):
			t.Fatalf("hook: nothing, want %q", line)
		}
	}
}

// connect starts a zk.Conn over a seam, in a bubble. The test closes it with its closer.
func connect(t *testing.T, n network, timeout time.Duration, hooks Hooks) (*Seam, *zk.Conn, func()) {
	t.Helper()
	return connectWith(t, n, Options{Timeout: timeout, Hooks: hooks})
}

func connectWith(t *testing.T, n network, opts Options) (*Seam, *zk.Conn, func()) {
	t.Helper()
	opts.Dial = n.host.DialContext
	s := New(opts)
	conn, events, err := zk.Connect([]string{"zk:2181"}, opts.Timeout,
		zk.WithDialer(s.Dial), zk.WithHostProvider(s.HostProvider()), zk.WithLogger(silent{}))
	if err != nil {
		t.Fatal(err)
	}
	return s, conn, func() {
		s.Close()
		conn.Close()
		s.Abort()
		for range events {
			continue
		}
	}
}

type silent struct{}

func (silent) Printf(string, ...any) {}

// drain reads a peer's connection until it ends, so that a closing client never blocks on the pipe.
func (p *peer) drain() { _, _ = io.Copy(io.Discard, p.conn) }

// rig is a seam with a session, number 7, and the server's end of its connection.
type rig struct {
	network
	*log
	seam  *Seam
	conn  *zk.Conn
	peer  *peer
	close func() // the client; the server's end must serve, or be gone
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{network: newNetwork(t), log: newLog()}
	r.seam, r.conn, r.close = connect(t, r.network, timeout, r.hooks())
	r.peer = r.accept()
	r.peer.handshake()
	r.peer.grant(7, timeout)
	r.expect(t, "connected")
	return r
}

// end closes the client in good order.
func (r *rig) end() {
	go r.peer.answerClose()
	r.close()
}
