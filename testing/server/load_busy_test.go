package server_test

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// A thousand sessions write and read at once, twenty requests on their way each, through a server that lets fifty wait. All are
// answered in order, the writes of each session are seen by its reads, and when the clients go silent, all that they own goes
// at one tick.
func TestAThousandBusySessions(t *testing.T) {
	const n, rounds, limit = 1000, 20, 50
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		ctl := connect(t, dial())
		ctl.mk("/busy")
		clients := make([]*raw, n)
		for i := range clients {
			clients[i] = connect(t, dial())
		}
		synctest.Wait() // the handshakes have been accounted for, too
		release := s.Hold()
		var all sync.WaitGroup
		for i, c := range clients {
			all.Go(func() { inOneGo(c, fmt.Sprintf("/busy/%d", i), rounds) })
		}
		synctest.Wait()
		// Who waits for none may always ask for one thing; two more belong to no client.
		if got := s.Outstanding(); got <= limit || got > limit+n+2 {
			t.Errorf("%d requests are outstanding, want more than %d by at most one for each client", got, limit)
		}
		release()
		all.Wait()
		synctest.Wait()
		if got := s.Outstanding(); got != 0 || s.Queued() != 0 {
			t.Errorf("%d requests outstanding, %d bytes queued", got, s.Queued())
		}
		if got := ctl.stat("/busy").NumChildren; got != n*rounds {
			t.Errorf("%d znodes, want %d", got, n*rounds)
		}
		for range 4 {
			time.Sleep(4 * time.Second)
			ctl.ok(wire.OpPing, &wire.Empty{}, nil)
		}
		if got := ctl.stat("/busy").NumChildren; got != 0 || len(s.Sessions()) != 1 {
			t.Errorf("%d znodes and %d sessions are left", got, len(s.Sessions()))
		}
	}, server.WithMaxClientConns(0), server.WithGlobalOutstandingLimit(limit))
}

// inOneGo sends all at once and then reads the replies.
func inOneGo(c *raw, prefix string, rounds int) {
	first := c.xid + 1
	var b []byte
	for i := range rounds {
		path := fmt.Sprintf("%s-%d", prefix, i)
		for _, r := range []step{
			{0, wire.OpCreate, create(path, "a", wire.Ephemeral)}, {0, wire.OpSetData, set(path, path, 0)}, {0, wire.OpGetData, read(path)},
		} {
			c.xid++
			b = wire.AppendRequest(b, c.xid, r.op, r.body)
		}
	}
	if _, err := c.nc.Write(b); err != nil {
		c.t.Error(err)
		return
	}
	for xid := first; xid <= c.xid; xid++ {
		frame, err := c.frames.Next()
		if err != nil {
			c.t.Error(err)
			return
		}
		rd := wire.NewReader(frame)
		var h wire.ReplyHeader
		var got wire.GetDataResponse
		if h.Decode(&rd); h.Xid != xid || h.Err != wire.OK {
			c.t.Errorf("%+v, want xid %d", h, xid)
			return
		}
		if i := int(xid - first); i%3 == 2 {
			if got.Decode(&rd); rd.Err() != nil || string(got.Data) != fmt.Sprintf("%s-%d", prefix, i/3) || got.Stat.Mzxid > h.Zxid {
				c.t.Errorf("%q %+v at %d: %v", got.Data, got.Stat, h.Zxid, rd.Err())
			}
		}
	}
}
