package server_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// FuzzFaults stops, kills and starts a server again, drops its connections and ends its sessions, at random points under load.
// Afterwards all that was acknowledged is there, once, and of the sessions that have ended nothing is. Every input is a seed; go
// test runs a few, and -fuzz as many as one likes.
func FuzzFaults(f *testing.F) {
	for seed := range uint64(12) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		synctest.Test(t, func(t *testing.T) { underFaults(t, rand.New(rand.NewPCG(seed, 0))) })
	})
}

func underFaults(t *testing.T, rng *rand.Rand) {
	t.Helper()
	const clients, faults = 6, 12
	network := fault.NewNetwork(fault.WithLatency(time.Millisecond))
	s := start(t, server.WithAddr("zk:2181"), server.WithListen(network.Listen), server.WithGlobalOutstandingLimit(20))
	ctl := connect(t, dialTo(t, network, s))
	ctl.mk("/q")
	ctl.mk("/e")
	end := make(chan struct{})
	loads := make([]*load, clients)
	var all sync.WaitGroup
	for i := range loads {
		loads[i] = &load{id: i, addr: s.Addr(), net: network, rng: rand.New(rand.NewPCG(rng.Uint64(), 1)), end: end}
		all.Go(loads[i].run)
	}
	for range faults {
		time.Sleep(time.Duration(rng.IntN(20_000)) * time.Microsecond)
		inject(t, s, rng)
	}
	time.Sleep(50 * time.Millisecond)
	close(end)
	all.Wait()
	synctest.Wait()
	if s.Outstanding() != 0 || s.Queued() != 0 {
		t.Errorf("%d requests are outstanding, %d bytes queued", s.Outstanding(), s.Queued())
	}
	again := connect(t, dialTo(t, network, s))
	verify(t, s, again, loads)
	time.Sleep(9 * time.Second)
	again.ok(wire.OpPing, &wire.Empty{}, nil)
	time.Sleep(5 * time.Second)
	if left := again.stat("/e").NumChildren; left != 0 {
		t.Errorf("%d ephemerals outlive their sessions", left)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if got := s.Stats().Connections; got != 0 || s.Outstanding() != 0 || s.Queued() != 0 {
		t.Errorf("%d connections, %d requests, %d bytes are left", got, s.Outstanding(), s.Queued())
	}
}

// inject does the server some harm, and sees that it is running afterwards.
func inject(t *testing.T, s *server.Server, rng *rand.Rand) {
	t.Helper()
	switch rng.IntN(5) {
	case 0:
		s.Kill()
	case 1:
		if err := s.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	case 2:
		ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
		defer cancel()
		_ = s.Stop(ctx) // in time or not
	case 3:
		s.DropConnections()
		return
	default:
		if all := s.Sessions(); len(all) > 0 {
			s.ExpireSession(all[rng.IntN(len(all))].ID) // it may have gone in the meantime
		}
		return
	}
	time.Sleep(time.Duration(rng.IntN(3000)) * time.Microsecond)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// verify compares the tree with what the clients were told.
func verify(t *testing.T, s *server.Server, c *raw, loads []*load) {
	t.Helper()
	paths, zxids, acked, tried := map[string]bool{}, map[int64]bool{}, 0, 0
	for _, l := range loads {
		if l.wrong != "" {
			t.Errorf("client %d: %s", l.id, l.wrong)
		}
		tried += l.tried
		for _, a := range l.acked {
			if paths[a.path] || zxids[a.zxid] {
				t.Errorf("%s with zxid %d was given out twice", a.path, a.zxid)
			}
			paths[a.path], zxids[a.zxid] = true, true
			acked++
			var got wire.GetDataResponse
			if c.ok(wire.OpGetData, read(a.path), &got); string(got.Data) != a.data || got.Stat.Czxid != a.zxid {
				t.Errorf("%s has %q of zxid %d, acknowledged were %q and %d", a.path, got.Data, got.Stat.Czxid, a.data, a.zxid)
			}
		}
	}
	if have := int(c.stat("/q").NumChildren); have < acked || have > tried || acked == 0 {
		t.Errorf("%d znodes, of %d that were acknowledged and %d that were asked for", have, acked, tried)
	}
	live := map[int64]bool{}
	for _, in := range s.Sessions() {
		live[in.ID] = true
	}
	var own wire.GetChildrenResponse
	c.ok(wire.OpGetChildren, read("/e"), &own)
	for _, name := range own.Children {
		if owner := c.stat("/e/" + name).EphemeralOwner; !live[owner] {
			t.Errorf("/e/%s belongs to session 0x%x, which has ended", name, owner)
		}
	}
}

// load is a client that writes as long as it may, through any number of connections, and remembers what was acknowledged.
type load struct {
	id   int
	addr string
	net  *fault.Network
	rng  *rand.Rand
	end  <-chan struct{}

	session wire.ConnectResponse
	tried   int
	acked   []acked
	wrong   string
}

type acked struct {
	path, data string
	zxid       int64
}

func (l *load) run() {
	for {
		select {
		case <-l.end:
			return
		case <-time.After(time.Millisecond):
		}
		l.connection()
	}
}

// connection makes one, with the session so far if that is still there, and uses it until it breaks.
func (l *load) connection() {
	nc, err := l.net.Dial("tcp", l.addr, time.Second)
	if err != nil {
		return // the server is down
	}
	defer nc.Close()
	frames := wire.NewFrameReader(nc, wire.MaxFrame)
	q := fresh(10000)
	if l.session.SessionID != 0 {
		q.SessionID, q.Passwd = l.session.SessionID, l.session.Passwd
	}
	if _, err := nc.Write(wire.AppendFrame(nil, &q)); err != nil {
		return
	}
	frame, err := frames.Next()
	if err != nil {
		return
	}
	l.session = wire.ConnectResponse{}
	if err := wire.Unmarshal(frame, &l.session); err != nil {
		l.wrong = err.Error()
	}
	l.session.Passwd = append([]byte(nil), l.session.Passwd...)
	for l.session.SessionID != 0 && l.round(nc.Write, frames) {
		select {
		case <-l.end:
			return
		default:
		}
	}
}

// round sends a few creates, of znodes that stay and of ephemerals, and reads what was made of them, in order.
func (l *load) round(write func([]byte) (int, error), frames *wire.FrameReader) bool {
	n := 1 + l.rng.IntN(16)
	data := make([]string, n)
	var b []byte
	for i := range n {
		if l.rng.IntN(3) == 0 {
			b = wire.AppendRequest(b, int32(i), wire.OpCreate, create("/e/n-", "", wire.EphemeralSequential))
			continue
		}
		data[i] = fmt.Sprint(l.id, " ", l.tried)
		l.tried++
		b = wire.AppendRequest(b, int32(i), wire.OpCreate, create("/q/n-", data[i], wire.PersistentSequential))
	}
	if _, err := write(b); err != nil {
		return false
	}
	for i := range n {
		frame, err := frames.Next()
		if err != nil {
			return false
		}
		rd := wire.NewReader(frame)
		var h wire.ReplyHeader
		var made wire.PathResponse
		h.Decode(&rd)
		if h.Xid != int32(i) {
			l.wrong = fmt.Sprintf("reply %+v, want xid %d", h, i)
			return false
		}
		if h.Err != wire.OK { // of the session
			if h.Err != wire.SessionExpired && h.Err != wire.UnknownSession {
				l.wrong = fmt.Sprintf("%+v", h)
			}
			return false
		}
		if made.Decode(&rd); data[i] != "" {
			l.acked = append(l.acked, acked{string([]byte(made.Path)), data[i], h.Zxid})
		}
	}
	return true
}
