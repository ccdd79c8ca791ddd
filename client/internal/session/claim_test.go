package session

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// lend answers the connect request as a server without a quorum.
func (p *peer) lend(id int64, timeout time.Duration) {
	p.t.Helper()
	p.write(wire.AppendFrame(nil, &wire.ConnectResponse{
		SessionID: id, Timeout: int32(timeout.Milliseconds()), Passwd: make([]byte, wire.PasswdSize), ReadOnly: true, HasReadOnly: true,
	}))
}

// handshakes accepts connections until one shakes hands; the others are of the search for a server that writes.
func (n network) handshakes() (*peer, wire.ConnectRequest) {
	n.t.Helper()
	for {
		p := n.accept()
		frame, err := p.frames.Next()
		if err != nil {
			_ = p.conn.Close()
			continue
		}
		var q wire.ConnectRequest
		if err := wire.Unmarshal(frame, &q); err != nil {
			n.t.Fatal(err)
		}
		return p, q
	}
}

// A server without a quorum that takes a session in, as versions before local sessions do, cannot keep it: those who can may have expired it
// while it answers. The connection goes on, the clock does not wait for it.
func TestReadOnlyAnswersDoNotExtendTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, l := newNetwork(t), newLog()
		s, conn, closer := connectWith(t, n, Options{Timeout: timeout, Hooks: l.hooks(), ReadOnly: true})
		p := n.accept()
		if q := p.handshake(); !q.HasReadOnly || !q.ReadOnly {
			t.Errorf("the first handshake: %+v", q)
		}
		p.grant(7, timeout)
		l.expect(t, "connected")
		start := time.Now()
		_ = p.conn.Close()
		l.expect(t, "disconnected")

		p, q := n.handshakes()
		if q.SessionID != 7 {
			t.Errorf("the handshake asks for %d", q.SessionID)
		}
		p.lend(7, timeout)
		l.expect(t, "connected")
		done := make(chan struct{})
		go func() { // it answers pings all the time
			defer close(done)
			for {
				frame, err := p.frames.Next()
				if err != nil {
					return
				}
				var h wire.RequestHeader
				_ = wire.Unmarshal(frame, &h) // the test sends nothing else
				_, _ = p.conn.Write(wire.AppendReply(nil, wire.ReplyHeader{Xid: h.Xid}, nil))
			}
		}()
		time.Sleep(timeout - time.Second)
		if s.live.Load() == nil {
			t.Error("the connection did not last although it was answered")
		}
		l.expect(t, "disconnected", "lost: "+ErrLost.Error())
		if d := time.Since(start); d > timeout {
			t.Errorf("lost after %v", d)
		}
		<-done

		// What begins at such a server is its own, so its answers count, and nobody else is asked for it.
		p, q = n.handshakes()
		if q.SessionID != 0 {
			t.Errorf("the handshake asks for %d", q.SessionID)
		}
		p.lend(8, timeout)
		l.expect(t, "connected")
		synctest.Wait()
		if conn.SessionID() != 8 {
			t.Errorf("zk.Conn is in %d", conn.SessionID())
		}
		_ = p.conn.Close()
		l.expect(t, "disconnected")
		p, q = n.handshakes()
		if q.SessionID != 0 || q.LastZxidSeen != 0 || len(q.Passwd) != wire.PasswdSize {
			t.Errorf("the handshake: %+v", q)
		}
		p.grant(9, timeout)
		l.expect(t, "lost: zk: session has been expired by the server", "connected")
		go p.answerClose()
		closer()
	})
}

// A connection that is given up takes no more requests, and closes with the last answer.
func TestRetire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		first := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		second := r.seam.Send(t.Context(), wire.OpGetData, get("/b"), "/b", nil)
		if err := r.seam.UpdateServers([]Server{{Addr: "zk2:2181"}}); err != nil {
			t.Fatal(err)
		}
		r.expect(t, "disconnected")
		if late := r.seam.Send(t.Context(), wire.OpGetData, get("/c"), "/c", nil); late.Sent() || late.Err() == nil {
			t.Errorf("a request after that: sent %v, %v", late.Sent(), late.Err())
		}
		for range 2 {
			h, _ := r.peer.next()
			r.peer.reply(h.Xid, 1, &wire.GetDataResponse{})
		}
		for _, call := range []*Call{first, second} {
			if <-call.Done(); call.Err() != nil {
				t.Errorf("a request before that: %v", call.Err())
			}
		}
		r.peer.drain() // it ends
		r.close()
	})
}

// A server that does not answer any more holds nobody longer than it would have otherwise.
func TestRetireFromASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		call := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		start := time.Now()
		if err := r.seam.UpdateServers([]Server{{Addr: "zk2:2181"}}); err != nil {
			t.Fatal(err)
		}
		r.peer.drain()
		if d := time.Since(start); d != silenceLimit(timeout) {
			t.Errorf("it was held for %v", d)
		}
		if <-call.Done(); call.Err() == nil {
			t.Error("answered by nobody")
		}
		r.close()
	})
}

// Abort ends a connection that is being given up, too.
func TestAbortWhileRetiring(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		call := r.seam.Send(t.Context(), wire.OpGetData, get("/a"), "/a", nil)
		if err := r.seam.UpdateServers([]Server{{Addr: "zk2:2181"}}); err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		go r.peer.drain()
		r.seam.Abort()
		if <-call.Done(); call.Err() == nil || time.Since(start) != 0 {
			t.Errorf("%v after %v", call.Err(), time.Since(start))
		}
		r.close()
	})
}
