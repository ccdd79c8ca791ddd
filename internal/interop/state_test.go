package interop

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/testing/zktest"
)

// expectStates checks the next changes.
func expectStates(ctx context.Context, t *testing.T, changes <-chan client.StateChange, want ...client.State) client.StateChange {
	t.Helper()
	var change client.StateChange
	for _, state := range want {
		select {
		case change = <-changes:
			if change.State != state {
				t.Fatalf("state %v, want %v", change.State, state)
			}
		case <-ctx.Done():
			t.Fatalf("no change, want %v", state)
		}
	}
	return change
}

// A server that is stopped and started on its data: the session goes on. Stopped for longer than its timeout, it is lost here first, and the
// server, which gives every session its whole timeout again when it starts, is told to forget it.
func TestServerRestarts(t *testing.T) {
	for _, s := range []struct {
		name  string
		start func(t *testing.T) (addr string, stop, again func())
	}{
		{"apache", func(t *testing.T) (string, func(), func()) {
			t.Helper()
			srv := apache.Start(t)
			return srv.Addr(), srv.Kill, func() { srv.Restart(t) }
		}},
		{"zookit", func(t *testing.T) (string, func(), func()) {
			t.Helper()
			srv := zktest.Start(t)
			return srv.Addr(), srv.Kill, func() { must(t, srv.Start(t.Context())) }
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			addr, stop, again := s.start(t)
			c, err := client.Connect(ctx, addr, client.WithSessionTimeout(8*time.Second), client.WithRetry(client.Exponential(50*time.Millisecond, time.Second, 0)))
			must(t, err)
			defer func() { must(t, c.Close(ctx)) }()
			changes := c.States(ctx)
			session := expectStates(ctx, t, changes, client.Connected).Session
			_, err = c.Create("/held").Ephemeral().Do(ctx)
			must(t, err)
			for range 2 {
				stop()
				again()
				next := expectStates(ctx, t, changes, client.Suspended, client.Reconnected)
				if next.Session != session || session.Err() != nil {
					t.Fatalf("session %v, was %v: %v", next.Session, session, session.Err())
				}
				if ok, _, err := c.Exists("/held").Do(ctx); !ok || err != nil {
					t.Errorf("the ephemeral: %v, %v", ok, err)
				}
			}
			stop()
			expectStates(ctx, t, changes, client.Suspended, client.Lost)
			if !errors.Is(session.Err(), client.ErrSessionLost) {
				t.Errorf("the session: %v", session.Err())
			}
			again()
			if next := expectStates(ctx, t, changes, client.Reconnected); next.Session.ID() == session.ID() {
				t.Error("a lost session has come back")
			}
		})
	}
}

// A session goes from one client to another.
func TestResume(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		old, err := client.Connect(ctx, addr)
		must(t, err)
		_, err = old.Create("/held").Ephemeral().Do(ctx)
		must(t, err)
		id, passwd := old.Session().Export()
		must(t, old.Detach(ctx))
		c, err := client.Connect(ctx, addr, client.WithSession(id, passwd))
		must(t, err)
		_, stat, err := c.Get("/held").Do(ctx)
		must(t, err)
		if stat.EphemeralOwner != id || c.Session().ID() != id || c.Conn().SessionID() != id {
			t.Errorf("owner %x, session %v, zk.Conn in %x, want %x", stat.EphemeralOwner, c.Session(), c.Conn().SessionID(), id)
		}
		must(t, c.Close(ctx))
		if _, err := client.Connect(ctx, addr, client.WithSession(id, passwd)); !errors.Is(err, client.ErrSessionLost) {
			t.Errorf("resuming what was closed: %v", err)
		}
	})
}

// An ensemble of Apache's loses its quorum and gets it back. One client was told of both members. The other was told of the one that is
// killed, and knows the other from the configuration that it follows.
func TestReadOnlyEnsemble(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	members := apache.StartEnsemble(t, 2)
	type reader struct {
		*client.Client
		changes <-chan client.StateChange
	}
	readers := map[string]*reader{}
	for name, servers := range map[string]string{
		"both": members[0].Addr() + "," + members[1].Addr(), "follower": members[0].Addr(),
	} {
		opts := []client.Option{client.WithReadOnly(), client.WithSessionTimeout(4 * time.Second)}
		if name == "follower" {
			opts = append(opts, client.WithConfigFollower())
		}
		c, err := client.Connect(ctx, servers, opts...)
		must(t, err)
		defer func() { must(t, c.Close(ctx)) }()
		readers[name] = &reader{c, c.States(ctx)}
		_, err = c.Create("/" + name).Data([]byte(name)).Do(ctx)
		must(t, err)
	}
	if data, _, err := readers["both"].Conn().Get("/zookeeper/config"); err != nil || len(data) == 0 {
		t.Fatalf("the configuration is %q, %v", data, err)
	}
	time.Sleep(time.Second) // real: the follower's read, of which nothing tells

	members[0].Kill()
	for name, r := range readers {
		await(ctx, t, r.changes, client.ReadOnly)
		data, _, err := r.Get("/" + name).Do(ctx)
		must(t, err)
		if string(data) != name {
			t.Errorf("%s reads %q", name, data)
		}
		if _, err := r.Set("/" + name).Do(ctx); !errors.Is(err, client.ErrReadOnly) || client.MayHaveApplied(err) {
			t.Errorf("%s: a write: %v", name, err)
		}
	}
	members[0].Restart(t)
	for name, r := range readers {
		await(ctx, t, r.changes, client.Reconnected)
		_, err := r.Set("/" + name).Data([]byte("again")).Do(ctx)
		must(t, err)
	}
}

// await waits for a state, whatever comes before it.
func await(ctx context.Context, t *testing.T, changes <-chan client.StateChange, want client.State) {
	t.Helper()
	for {
		select {
		case change := <-changes:
			if change.State == want {
				return
			}
		case <-ctx.Done():
			t.Fatalf("never %v", want)
		}
	}
}

// A member is taken out of an ensemble of Apache's. The client that is on it goes to another one, in its session.
func TestReconfiguredEnsemble(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	members := apache.StartEnsemble(t, 3, "skipACL=yes")
	c, err := client.Connect(ctx, members[2].Addr(), client.WithConfigFollower())
	must(t, err)
	defer func() { must(t, c.Close(ctx)) }()
	session, changes := c.Session(), c.States(ctx)
	_, err = c.Create("/held").Ephemeral().Do(ctx)
	must(t, err)
	time.Sleep(time.Second) // real: the follower's first read; three servers for one may have moved it
	on := slices.IndexFunc(members, func(m *apache.Server) bool { return m.Addr() == c.Conn().Server() })
	if on < 0 {
		t.Fatalf("the client is on %s", c.Conn().Server())
	}
	admin, err := client.Connect(ctx, members[(on+1)%3].Addr())
	must(t, err)
	defer func() { must(t, admin.Close(ctx)) }()
	for _, err = admin.Conn().IncrementalReconfig(nil, []string{strconv.Itoa(on + 1)}, -1); err != nil; {
		// It may be the leader that goes: then the others elect one, and nobody is told what became of the request.
		if ctx.Err() != nil || !errors.Is(err, zk.ErrConnectionClosed) && !errors.Is(err, zk.ErrNoServer) {
			t.Fatal(err)
		}
		must(t, admin.WaitConnected(ctx))
		_, err = admin.Conn().IncrementalReconfig(nil, []string{strconv.Itoa(on + 1)}, -1)
	}
	for c.Conn().Server() == members[on].Addr() || !c.State().Connected() {
		select {
		case change := <-changes:
			if change.State == client.Lost {
				t.Fatal("the session was lost")
			}
		case <-ctx.Done():
			t.Fatalf("the client is still on %s", c.Conn().Server())
		}
	}
	_, stat, err := c.Get("/held").Do(ctx)
	must(t, err)
	if c.Session() != session || stat.EphemeralOwner != session.ID() {
		t.Errorf("session %v, was %v", c.Session(), session)
	}
}
