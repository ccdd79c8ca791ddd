package client_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// states checks the next changes.
func states(t *testing.T, changes <-chan client.StateChange, want ...client.State) client.StateChange {
	t.Helper()
	var change client.StateChange
	for _, state := range want {
		select {
		case change = <-changes:
			if change.State != state {
				t.Fatalf("state %v, want %v", change.State, state)
			}
		case <-time.After(time.Hour): // virtual
			t.Fatalf("no change, want %v", state)
		}
	}
	return change
}

// A short cut keeps the session.
func TestReconnect(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		session := c.Session()
		changes := c.States(t.Context())
		states(t, changes, client.Connected)
		time.Sleep(2 * time.Second) // a connection that has proved steady
		start := time.Now()
		w.Host("a").Cut()
		change := states(t, changes, client.Suspended, client.Reconnected)
		if change.Session != session || session.Err() != nil || c.Session() != session || !c.State().Connected() {
			t.Errorf("after a cut: %v, %v", change.Session, session.Err())
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("reconnected after %v, want at once", d)
		}
	})
}

// A partition: the client declares the session lost before the server expires it, hence before anyone else can see.
func TestPartition(t *testing.T) {
	for _, cut := range []struct {
		name string
		off  func(h *fault.Host)
	}{
		{"both ways", (*fault.Host).Partition},
		{"towards the server", (*fault.Host).PartitionSend},
		{"towards the client", (*fault.Host).PartitionReceive},
	} {
		t.Run(cut.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				other := w.Connect(t, "other", client.WithSessionTimeout(40*time.Second))
				c := w.Connect(t, "a")
				session := c.Session()
				changes := c.States(ctx)
				states(t, changes, client.Connected)
				_, err := c.Create("/e").Ephemeral().Do(ctx)
				must(t, err)
				_, _, watch, err := other.Exists("/e").DoW(ctx)
				must(t, err)
				_, _, own, err := c.Get("/e").DoW(ctx)
				must(t, err)

				start := time.Now()
				cut.off(w.Host("a"))
				states(t, changes, client.Suspended)
				lost := states(t, changes, client.Lost)
				if lost.Session != session || !errors.Is(session.Err(), client.ErrSessionLost) || !errors.Is(session.Err(), zk.ErrSessionExpired) {
					t.Errorf("lost %v: %v", lost.Session, session.Err())
				}
				if d := time.Since(start); d > session.Timeout() {
					t.Errorf("lost after %v", d)
				}
				if ev := <-own.Events(); ev.Type != zk.EventNotWatching || ev.Path != "/e" || ev.Err == nil {
					t.Errorf("own watch: %+v", ev)
				}
				select {
				case ev := <-watch.Events():
					t.Errorf("the server was first: %+v", ev)
				default:
				}
				if ev := <-watch.Events(); ev.Type != zk.EventNodeDeleted {
					t.Errorf("the other's watch: %+v", ev)
				}
				w.Host("a").Heal()
				next := states(t, changes, client.Reconnected)
				if next.Session == session || next.Session.ID() == session.ID() || next.Session.Err() != nil {
					t.Errorf("after the loss: session %v", next.Session)
				}
				synctest.Wait()
				if c.Conn().SessionID() != next.Session.ID() {
					t.Errorf("zk.Conn is in session %x", c.Conn().SessionID())
				}
			})
		})
	}
}

// The server's word is enough.
func TestExpiredByServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		session := c.Session()
		changes := c.States(t.Context())
		states(t, changes, client.Connected)
		if !w.Server.ExpireSession(session.ID()) {
			t.Fatal("not expired")
		}
		states(t, changes, client.Suspended, client.Lost, client.Reconnected)
		<-session.Context().Done()
		if !errors.Is(context.Cause(session.Context()), client.ErrSessionLost) {
			t.Errorf("cause %v", context.Cause(session.Context()))
		}
	})
}

// A server that is down for long costs the session; its return gives a new one without anyone asking. It is not hammered meanwhile.
func TestOutage(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		var dials atomic.Int64
		c, err := client.Connect(t.Context(), w.Addr, client.WithDial(countDials(w.Host("a"), &dials)))
		must(t, err)
		defer c.Close(t.Context())
		changes := c.States(t.Context())
		states(t, changes, client.Connected)
		w.Server.Kill()
		start := time.Now()
		states(t, changes, client.Suspended, client.Lost)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("lost after %v", d)
		}
		// zk.Conn's own callers are told that there is no server, as they are without the SDK.
		if _, _, err := c.Conn().Get("/"); !errors.Is(err, zk.ErrNoServer) {
			t.Errorf("zk.Conn says %v", err)
		}
		time.Sleep(time.Until(start.Add(time.Minute)))
		if dials.Load() < 30 || dials.Load() > 80 {
			t.Errorf("%d dials in a minute without a server", dials.Load())
		}
		must(t, w.Server.Start(t.Context()))
		start = time.Now()
		states(t, changes, client.Reconnected)
		if d := time.Since(start); d > time.Second {
			t.Errorf("back after %v", d)
		}
	})
}

// A server that accepts, gives a session and closes is not asked in a tight loop.
func TestFlappingServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		var dials atomic.Int64
		c, err := client.Connect(t.Context(), w.Addr, client.WithDial(countDials(w.Host("a"), &dials)))
		must(t, err)
		defer c.Close(t.Context())
		remove := w.Net.Inject(fault.Always(fault.Reply("connect"), fault.CutAfter))
		w.Host("a").Cut()
		time.Sleep(10 * time.Second)
		remove()
		if dials.Load() > 40 {
			t.Errorf("%d dials in ten seconds", dials.Load())
		}
		time.Sleep(2 * time.Second)
		if _, _, err := c.Get("/").Do(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func countDials(h *fault.Host, n *atomic.Int64) dialFunc {
	return func(ctx context.Context, network, addr string) (conn netConn, err error) {
		n.Add(1)
		return h.DialContext(ctx, network, addr)
	}
}

// A subscriber that does not read never blocks the client, and finds the newest changes.
func TestSlowSubscriber(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		ctx, cancel := context.WithCancel(t.Context())
		slow := c.States(ctx)
		quick := c.States(ctx)
		states(t, quick, client.Connected)
		for range 30 {
			w.Host("a").Cut()
			states(t, quick, client.Suspended, client.Reconnected)
		}
		w.Server.ExpireSession(c.Session().ID())
		states(t, quick, client.Suspended, client.Lost, client.Reconnected)
		cancel()
		synctest.Wait()
		var got []client.State
		for change := range slow {
			got = append(got, change.State)
		}
		if n := len(got); n != 16 || got[n-1] != client.Reconnected || got[n-2] != client.Lost {
			t.Errorf("the slow subscriber got %v", got)
		}
		if _, open := <-quick; open {
			t.Error("a subscription outlives its context")
		}
	})
}
