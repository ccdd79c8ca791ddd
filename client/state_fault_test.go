package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// holder is a client with an ephemeral, and another client's watch on it.
type holder struct {
	*client.Client
	changes <-chan client.StateChange
	session *client.Session
	gone    <-chan zk.Event // what the other client sees
}

func newHolder(t *testing.T, w *zktest.World, opts ...client.Option) *holder {
	t.Helper()
	other := w.Connect(t, "other", client.WithSessionTimeout(40*time.Second))
	h := &holder{Client: w.Connect(t, "a", opts...)}
	h.changes = h.States(t.Context())
	h.session = states(t, h.changes, client.Connected).Session
	_, err := h.Create("/held").Ephemeral().Do(t.Context())
	must(t, err)
	_, _, watch, err := other.Exists("/held").DoW(t.Context())
	must(t, err)
	h.gone = watch.Events()
	return h
}

// first checks that the session is over here, and that nobody else has seen it end yet.
func (h *holder) first(t *testing.T) {
	t.Helper()
	synctest.Wait()
	select {
	case ev := <-h.gone:
		t.Errorf("the server was first: %+v", ev)
	default:
	}
	if !errors.Is(h.session.Err(), client.ErrSessionLost) || !errors.Is(context.Cause(h.session.Context()), client.ErrSessionLost) {
		t.Errorf("the session lost: %v", h.session.Err())
	}
}

// Faults that keep every answer away: each ends in Suspended, Lost in time, and another session when it is over.
func TestLostInTime(t *testing.T) {
	for _, tt := range []struct {
		name   string
		begin  func(w *zktest.World) (end func())
		server bool // it goes on, and expires the session itself
	}{
		{"handshakes that are swallowed", func(w *zktest.World) func() {
			remove := w.Net.Inject(fault.Always(fault.Request("connect").Host("a"), fault.Drop))
			w.Host("a").Cut()
			return remove
		}, true},
		{"answers to handshakes that are swallowed", func(w *zktest.World) func() {
			// The server goes on with the session at each handshake, so it expires it later than the client.
			remove := w.Net.Inject(fault.Always(fault.Reply("connect").Host("a"), fault.Drop))
			w.Host("a").Cut()
			return remove
		}, false},
		{"answers to handshakes that are late", func(w *zktest.World) func() {
			remove := w.Net.Inject(fault.Always(fault.Reply("connect").Host("a"), fault.Delay(4*time.Second)))
			w.Host("a").Cut()
			return remove
		}, false},
		{"pings that are swallowed", func(w *zktest.World) func() {
			ping := w.Net.Inject(fault.Always(fault.Request("ping").Host("a"), fault.Drop))
			shake := w.Net.Inject(fault.Always(fault.Request("connect").Host("a"), fault.Drop))
			return func() { ping(); shake() }
		}, true},
		{"a black hole", func(w *zktest.World) func() {
			w.Host("a").Partition()
			return w.Host("a").Heal
		}, true},
		{"nobody listens", func(w *zktest.World) func() {
			w.Net.Refuse("zk", true)
			w.Host("a").Cut()
			return func() { w.Net.Refuse("zk", false) }
		}, true},
		{"first silence, then nobody", func(w *zktest.World) func() {
			w.Host("a").PartitionReceive()
			time.Sleep(4 * time.Second)
			w.Net.Refuse("zk", true)
			w.Host("a").Cut() // before the network heals: an answer that comes after all would put the loss off
			w.Host("a").Heal()
			return func() { w.Net.Refuse("zk", false) }
		}, true},
	} {
		for _, latency := range []time.Duration{0, 40 * time.Millisecond} {
			t.Run(fmt.Sprintf("%s/%v", tt.name, latency), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					h := newHolder(t, w)
					time.Sleep(1234 * time.Millisecond)
					start := time.Now()
					end := tt.begin(w)
					states(t, h.changes, client.Suspended, client.Lost)
					if d := time.Since(start); d > h.session.Timeout() {
						t.Errorf("lost after %v", d)
					}
					h.first(t)
					if tt.server {
						<-h.gone // virtual: the server's own clock
					}
					time.Sleep(time.Second)
					end()
					next := states(t, h.changes, client.Reconnected)
					if next.Session.ID() == h.session.ID() || next.Session.Err() != nil {
						t.Errorf("afterwards session %v, %v", next.Session, next.Session.Err())
					}
					time.Sleep(time.Minute)
					if len(h.changes) != 0 || h.Session() != next.Session {
						t.Errorf("it does not stay so: %v", h.State())
					}
				}, zktest.WithNetwork(fault.WithLatency(latency)))
			})
		}
	}
}

// The server ends the session while the client is Suspended: Lost at the handshake, before any Reconnected.
func TestExpiredWhileSuspended(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		h := newHolder(t, w)
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		states(t, h.changes, client.Suspended)
		if !w.Server.ExpireSession(h.session.ID()) {
			t.Fatal("not expired")
		}
		if h.session.Err() != nil {
			t.Errorf("nobody can know yet: %v", h.session.Err())
		}
		w.Net.Refuse("zk", false)
		lost := states(t, h.changes, client.Lost)
		next := states(t, h.changes, client.Reconnected)
		if lost.Session != h.session || next.Session == h.session || h.session.Err() == nil {
			t.Errorf("sessions %v, %v", lost.Session, next.Session)
		}
	})
}

// A server that is stopped and started, with what it had: the session goes on, with its ephemeral, at the first moment.
func TestServerRestarts(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop func(t *testing.T, w *zktest.World)
	}{
		{"stopped", func(t *testing.T, w *zktest.World) { t.Helper(); must(t, w.Server.Stop(t.Context())) }},
		{"killed", func(t *testing.T, w *zktest.World) { t.Helper(); w.Server.Kill() }},
	} {
		for _, v := range []server.Version{server.V34, server.V39} {
			t.Run(tt.name+"/"+v.String(), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					h := newHolder(t, w)
					for range 5 {
						time.Sleep(2 * time.Second)
						tt.stop(t, w)
						states(t, h.changes, client.Suspended)
						time.Sleep(3 * time.Second)
						must(t, w.Server.Start(t.Context()))
						start := time.Now()
						if next := states(t, h.changes, client.Reconnected); next.Session != h.session {
							t.Errorf("session %v, was %v", next.Session, h.session)
						}
						if d := time.Since(start); d > 2*time.Second {
							t.Errorf("back after %v", d)
						}
					}
					if ok, _, err := h.Exists("/held").Do(t.Context()); !ok || err != nil {
						t.Errorf("the ephemeral: %v, %v", ok, err)
					}
				}, zktest.Version(v))
			})
		}
	}
}

// Close is bounded by its context, whatever the client is waiting for, and leaves no goroutine: the bubble would tell.
func TestCloseInAnyHole(t *testing.T) {
	const bound = 2 * time.Second
	hang := func(ctx context.Context) ([]string, error) { <-ctx.Done(); return nil, context.Cause(ctx) }
	for _, tt := range []struct {
		name  string
		opts  []client.Option
		fault func(w *zktest.World, c *client.Client)
	}{
		{"a black hole while calls are under way", nil, func(w *zktest.World, c *client.Client) {
			w.Host("a").Partition()
			for range 100 {
				c.Get("/").Async(context.Background())
			}
		}},
		{"a swallowed handshake", nil, func(w *zktest.World, _ *client.Client) {
			w.Net.Inject(fault.Always(fault.Request("connect").Host("a"), fault.Drop))
			w.Host("a").Cut()
		}},
		{"a dial that hangs", nil, func(w *zktest.World, _ *client.Client) {
			w.Host("a").Partition()
			time.Sleep(8 * time.Second) // the connection was given up
		}},
		{"between rounds", nil, func(w *zktest.World, _ *client.Client) {
			w.Net.Refuse("zk", true)
			w.Host("a").Cut()
			time.Sleep(5 * time.Second)
		}},
		{"a session that was lost", nil, func(w *zktest.World, _ *client.Client) {
			w.Host("a").Partition()
			time.Sleep(time.Minute)
		}},
		{"a provider that hangs", []client.Option{client.WithEnsemble(knownOnce(hang))}, func(w *zktest.World, _ *client.Client) {
			w.Host("a").Cut()
		}},
		{"a connection that is given up to a silent server", nil, func(w *zktest.World, c *client.Client) {
			w.Host("a").Partition()
			c.Get("/").Async(context.Background())
			_ = c.SetServers("elsewhere") // Close is what is looked at
		}},
		{"a close that is swallowed", nil, func(w *zktest.World, _ *client.Client) {
			w.Net.Inject(fault.Always(fault.Request("closeSession"), fault.Drop))
		}},
		{"the follower waits", []client.Option{client.WithConfigFollower()}, func(w *zktest.World, _ *client.Client) {
			w.Host("a").Partition()
		}},
		{"the follower retries", []client.Option{client.WithConfigFollower()}, func(w *zktest.World, c *client.Client) {
			w.Net.Refuse("zk", true)
			w.Server.ExpireSession(c.Session().ID())
			time.Sleep(time.Second)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c, err := client.Connect(t.Context(), w.Addr, append(tt.opts, client.WithDial(w.Host("a").DialContext))...)
				must(t, err)
				session := c.Session()
				synctest.Wait()
				tt.fault(w, c)
				ctx, cancel := context.WithTimeout(t.Context(), bound)
				defer cancel()
				start := time.Now()
				err = c.Close(ctx)
				if d := time.Since(start); d > bound {
					t.Errorf("Close took %v, %v", d, err)
				}
				if session.Err() == nil {
					t.Error("the session goes on")
				}
				if _, _, err := c.Get("/").Do(t.Context()); !errors.Is(err, client.ErrClosed) {
					t.Errorf("a call afterwards: %v", err)
				}
				time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
			})
		})
	}
}

// knownOnce is a provider that knows the World's server the first time it is asked.
func knownOnce(then func(ctx context.Context) ([]string, error)) client.EnsembleProvider {
	asked := false
	return client.EnsembleFunc(func(ctx context.Context) ([]string, error) {
		if asked {
			return then(ctx)
		}
		asked = true
		return []string{zktest.ServerAddr}, nil
	})
}
