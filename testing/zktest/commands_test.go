package zktest_test

import (
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// rig is a server of either kind, with how to connect to it.
type rig struct {
	srv     *zktest.Server
	connect func(t *testing.T) *client.Client
}

// everywhere runs a test on a real port and in a World.
func everywhere(t *testing.T, test func(t *testing.T, r rig)) {
	t.Helper()
	t.Run("tcp", func(t *testing.T) {
		srv := zktest.Start(t)
		test(t, rig{srv, func(t *testing.T) *client.Client { t.Helper(); return zktest.Connect(t, srv) }})
	})
	t.Run("virtual", func(t *testing.T) {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			test(t, rig{w.Server, func(t *testing.T) *client.Client { t.Helper(); return w.Connect(t, "app") }})
		})
	})
}

// ephemeral creates one that belongs to the client.
func ephemeral(t *testing.T, c *client.Client) {
	t.Helper()
	_, err := c.Create("/e").Ephemeral().Do(t.Context())
	must(t, err)
}

// there tells whether it is there.
func there(t *testing.T, c *client.Client) bool {
	t.Helper()
	ok, _, err := c.Exists("/e").Do(t.Context())
	must(t, err)
	return ok
}

func await(t *testing.T, states <-chan client.StateChange, want client.State) {
	t.Helper()
	for s := range states {
		if s.State == want {
			return
		}
	}
	t.Fatalf("never %v", want)
}

// back checks that the client came back to its session, and its ephemeral with it.
func back(t *testing.T, c *client.Client, session int64) {
	t.Helper()
	if !there(t, c) || c.Session().ID() != session {
		t.Errorf("session 0x%x, was 0x%x; the ephemeral is there: %v", c.Session().ID(), session, there(t, c))
	}
}

func TestASessionIsExpired(t *testing.T) {
	everywhere(t, func(t *testing.T, r rig) {
		c, other := r.connect(t), r.connect(t)
		states := c.States(t.Context())
		ephemeral(t, c)
		id := c.Session().ID()
		if !r.srv.ExpireSession(id) {
			t.Fatal("no such session")
		}
		if there(t, other) {
			t.Error("the ephemeral outlives its session")
		}
		await(t, states, client.Lost)
		await(t, states, client.Reconnected)
		if c.Session().ID() == id || r.srv.ExpireSession(id) {
			t.Error("the session lives on")
		}
		if got := r.srv.Stats().SessionEvents; got.Created != 3 || got.Expired != 1 || got.Closed != 0 {
			t.Errorf("%+v", got)
		}
	})
}

func TestConnectionsAreDropped(t *testing.T) {
	everywhere(t, func(t *testing.T, r rig) {
		c := r.connect(t)
		states := c.States(t.Context())
		ephemeral(t, c)
		id := c.Session().ID()
		r.srv.DropConnections()
		await(t, states, client.Suspended)
		await(t, states, client.Reconnected)
		back(t, c, id)
		if got := r.srv.Stats(); got.Accepted != 2 || got.Refused != 0 || got.SessionEvents.Created != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestConnectionsAreRefused(t *testing.T) {
	everywhere(t, func(t *testing.T, r rig) {
		c := r.connect(t)
		states := c.States(t.Context())
		ephemeral(t, c)
		id := c.Session().ID()
		r.srv.RefuseConnections(true)
		back(t, c, id) // who is in stays in
		r.srv.DropConnections()
		await(t, states, client.Suspended)
		for end := time.Now().Add(time.Minute); r.srv.Stats().Refused < 3; {
			if time.Now().After(end) {
				t.Fatal("nobody knocks")
			}
			time.Sleep(time.Millisecond) // the client knocks when it likes
		}
		if got := r.srv.Stats(); got.Connections != 0 || got.Accepted != 1 {
			t.Errorf("%+v", got)
		}
		r.srv.RefuseConnections(false)
		await(t, states, client.Reconnected)
		back(t, c, id)
	})
}

func TestTheServerRestartsOnItsData(t *testing.T) {
	everywhere(t, func(t *testing.T, r rig) {
		c := r.connect(t)
		states := c.States(t.Context())
		ephemeral(t, c)
		id, addr := c.Session().ID(), r.srv.Addr()
		for range 2 {
			r.srv.Restart(t)
			await(t, states, client.Suspended)
			await(t, states, client.Reconnected)
			back(t, c, id)
		}
		r.srv.Kill()
		await(t, states, client.Suspended)
		must(t, r.srv.Start(t.Context()))
		await(t, states, client.Reconnected)
		back(t, c, id)
		if r.srv.Addr() != addr {
			t.Errorf("on %s, was on %s", r.srv.Addr(), addr)
		}
		if got := r.srv.Stats(); got.SessionEvents.Created != 1 || got.Accepted != 4 || got.Requests["create"] != 1 {
			t.Errorf("%+v", got)
		}
	})
}

func TestCountersAreRead(t *testing.T) {
	everywhere(t, func(t *testing.T, r rig) {
		c, other := r.connect(t), r.connect(t)
		ephemeral(t, c)
		_, _, gone, err := other.Exists("/e").DoW(t.Context())
		must(t, err)
		must(t, c.Delete("/e").Do(t.Context()))
		<-gone.Events()
		got := r.srv.Stats()
		if got.Requests["create"] != 1 || got.Requests["exists"] != 1 || got.Requests["delete"] != 1 || len(got.Requests) != 3 {
			t.Errorf("requests %v", got.Requests)
		}
		if len(got.EventsByType) != 1 || got.EventsByType["NodeDeleted"] != 1 || got.WatchEvents != 1 {
			t.Errorf("events %v", got.EventsByType)
		}
		if got.Reads.Count != 1 || got.Updates.Count != 4 {
			t.Errorf("reads %+v, updates %+v", got.Reads, got.Updates)
		}
		conns := r.srv.Connections()
		if len(conns) != 2 || conns[0].Session != c.Session().ID() || conns[1].Session != other.Session().ID() {
			t.Fatalf("connections %+v", conns)
		}
		if conns[0].PacketsReceived != 3 || conns[0].PacketsSent != 3 || conns[1].PacketsReceived != 2 || conns[1].PacketsSent != 3 {
			t.Errorf("connections %+v", conns)
		}
		if got.BytesReceived != conns[0].BytesReceived+conns[1].BytesReceived || got.BytesSent != conns[0].BytesSent+conns[1].BytesSent {
			t.Errorf("%+v, connections %+v", got, conns)
		}
	})
}
