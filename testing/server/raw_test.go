package server_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

// raw is a client of these tests: a socket and the codec, nothing that could hide what the server sends.
type raw struct {
	t       testing.TB
	nc      net.Conn
	frames  *wire.FrameReader
	xid     int32
	session wire.ConnectResponse
	events  []event // notifications that came while a reply was waited for
}

type event struct {
	zxid int64
	wire.WatcherEvent
}

// reply is what came for a request.
type reply struct {
	wire.ReplyHeader
	body []byte
}

func dialTCP(tb testing.TB, addr string) net.Conn {
	tb.Helper()
	nc, err := new(net.Dialer).DialContext(tb.Context(), "tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	return nc
}

// newRaw takes over a connection that has not shaken hands.
func newRaw(tb testing.TB, nc net.Conn) *raw {
	tb.Helper()
	tb.Cleanup(func() { _ = nc.Close() })
	return &raw{t: tb, nc: nc, frames: wire.NewFrameReader(nc, 64<<20)}
}

// connect shakes hands for a new session.
func connect(tb testing.TB, nc net.Conn) *raw {
	tb.Helper()
	c := newRaw(tb, nc)
	c.handshake(wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16), HasReadOnly: true})
	return c
}

func (c *raw) handshake(q wire.ConnectRequest) {
	c.t.Helper()
	c.write(wire.AppendFrame(nil, &q))
	frame := c.frame()
	if err := wire.Unmarshal(frame, &c.session); err != nil {
		c.t.Fatalf("connect response %x: %v", frame, err)
	}
}

// resume shakes hands for the session of another connection.
func (c *raw) resume(was *raw) {
	c.t.Helper()
	c.handshake(wire.ConnectRequest{
		Timeout: was.session.Timeout, SessionID: was.session.SessionID, Passwd: was.session.Passwd, HasReadOnly: true,
	})
}

func (c *raw) write(b []byte) {
	c.t.Helper()
	if _, err := c.nc.Write(b); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

const patience = 10 * time.Second

func (c *raw) frame() []byte {
	c.t.Helper()
	_ = c.nc.SetReadDeadline(time.Now().Add(patience))
	frame, err := c.frames.Next()
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	return frame
}

// send writes a request and returns its xid.
func (c *raw) send(op wire.Op, body wire.Record) int32 {
	c.t.Helper()
	c.xid++
	c.write(wire.AppendRequest(nil, c.xid, op, body))
	return c.xid
}

// recv returns the next reply and keeps the notifications before it.
func (c *raw) recv() reply {
	c.t.Helper()
	for {
		r := c.any()
		if r.Xid != wire.XidNotification {
			return r
		}
		c.keep(r)
	}
}

func (c *raw) any() reply {
	c.t.Helper()
	frame := c.frame()
	var r reply
	rd := wire.NewReader(frame)
	r.Decode(&rd)
	if rd.Err() != nil {
		c.t.Fatalf("reply %x: %v", frame, rd.Err())
	}
	r.body = rd.Rest()
	return r
}

func (c *raw) keep(r reply) {
	c.t.Helper()
	e := event{zxid: r.Zxid}
	if err := wire.Unmarshal(r.body, &e.WatcherEvent); err != nil {
		c.t.Fatalf("notification %x: %v", r.body, err)
	}
	c.events = append(c.events, e)
}

// call sends a request and returns its reply.
func (c *raw) call(op wire.Op, body wire.Record) reply {
	c.t.Helper()
	xid := c.send(op, body)
	r := c.recv()
	if r.Xid != xid && op != wire.OpPing {
		c.t.Fatalf("%v: reply with xid %d, want %d", op, r.Xid, xid)
	}
	return r
}

// code is call for when only the outcome matters.
func (c *raw) code(op wire.Op, body wire.Record) wire.Code {
	c.t.Helper()
	return c.call(op, body).Err
}

// ok is call for when the outcome must be OK; it decodes the body into res, unless that is nil.
func (c *raw) ok(op wire.Op, body, res wire.Record) reply {
	c.t.Helper()
	r := c.call(op, body)
	if r.Err != wire.OK {
		c.t.Fatalf("%v %+v: %v", op, body, r.Err)
	}
	if res != nil {
		if err := wire.Unmarshal(r.body, res); err != nil {
			c.t.Fatalf("%v: body %x: %v", op, r.body, err)
		}
	}
	return r
}

// take returns the notifications so far, after a ping, and forgets them.
func (c *raw) take() []event {
	c.t.Helper()
	c.ok(wire.OpPing, &wire.Empty{}, nil)
	events := c.events
	c.events = nil
	return events
}

// gone checks that the server closes the connection, with at most the notifications before it.
func (c *raw) gone() {
	c.t.Helper()
	_ = c.nc.SetReadDeadline(time.Now().Add(patience))
	rest, err := io.ReadAll(c.nc)
	if ne, ok := err.(net.Error); ok && ne.Timeout() { //nolint:errorlint // net.Error is what a deadline gives
		c.t.Fatalf("the connection to %v is still open", c.nc.RemoteAddr())
	}
	if len(rest) > 0 {
		c.t.Fatalf("%d bytes more before the end: %x", len(rest), rest)
	}
}

// Bodies in short.

func create(path, data string, mode wire.CreateMode) *wire.CreateRequest {
	return &wire.CreateRequest{Path: path, Data: []byte(data), ACL: wire.OpenACL, Mode: mode}
}

func guarded(path string, acl ...wire.ACL) *wire.CreateRequest {
	return &wire.CreateRequest{Path: path, ACL: acl}
}

func at(path string) *wire.PathRequest { return &wire.PathRequest{Path: path} }

func read(path string) *wire.PathWatchRequest { return &wire.PathWatchRequest{Path: path} }

func watch(path string) *wire.PathWatchRequest {
	return &wire.PathWatchRequest{Path: path, Watch: true}
}

func version(path string, v int32) *wire.PathVersionRequest {
	return &wire.PathVersionRequest{Path: path, Version: v}
}

func set(path, data string, v int32) *wire.SetDataRequest {
	return &wire.SetDataRequest{Path: path, Data: []byte(data), Version: v}
}

func multi(ops ...wire.MultiOp) *wire.MultiRequest { return &wire.MultiRequest{Ops: ops} }

func op(op wire.Op, body wire.Record) wire.MultiOp { return wire.MultiOp{Op: op, Body: body} }

func digest(userPassword string) *wire.AuthRequest {
	return &wire.AuthRequest{Scheme: "digest", Auth: []byte(userPassword)}
}

func (c *raw) mk(path string) {
	c.t.Helper()
	c.ok(wire.OpCreate, create(path, "", wire.Persistent), nil)
}

func (c *raw) stat(path string) wire.Stat {
	c.t.Helper()
	var st wire.StatResponse
	c.ok(wire.OpExists, read(path), &st)
	return st.Stat
}

// busy shakes hands, creates until it is refused or cut off, and returns how many creates were acknowledged. It rests in between, so
// that virtual time goes on.
func busy(nc net.Conn) (n int) {
	defer nc.Close()
	frames := wire.NewFrameReader(nc, 1<<20)
	q := wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16), HasReadOnly: true, ReadOnly: true}
	if _, err := nc.Write(wire.AppendFrame(nil, &q)); err != nil {
		return 0
	}
	if _, err := frames.Next(); err != nil {
		return 0
	}
	for xid := int32(1); ; xid++ {
		if _, err := nc.Write(wire.AppendRequest(nil, xid, wire.OpCreate, create("/n-", "", wire.PersistentSequential))); err != nil {
			return n
		}
		frame, err := frames.Next()
		if err != nil {
			return n
		}
		var r reply
		rd := wire.NewReader(frame)
		if r.Decode(&rd); r.Err != wire.OK {
			return n
		}
		n++
		time.Sleep(time.Millisecond / 4)
	}
}

// resumes tells whether the session can be taken over.
func (c *raw) resumes(id int64) bool {
	c.t.Helper()
	c.handshake(wire.ConnectRequest{Timeout: 10000, SessionID: id, Passwd: session.Passwd(id), HasReadOnly: true})
	return c.session.SessionID == id
}
