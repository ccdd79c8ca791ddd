package client_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A session is handed over with its ephemerals, and belongs to its new client from then on.
func TestResume(t *testing.T) {
	for _, v := range []server.Version{server.V34, server.V39} {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				old, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("old").DialContext))
				must(t, err)
				_, err = old.Create("/e").Ephemeral().Do(ctx)
				must(t, err)
				id, passwd := old.Session().Export()
				was := old.Session()
				must(t, old.Detach(ctx))
				if !errors.Is(was.Err(), client.ErrClosed) {
					t.Errorf("the old client's session: %v", was.Err())
				}
				time.Sleep(5 * time.Second) // half its timeout

				c := w.Connect(t, "new", client.WithSession(id, passwd))
				if c.Session().ID() != id || c.Session().Timeout() != 10*time.Second || c.State() != client.Connected {
					t.Errorf("session %v, %v, state %v", c.Session(), c.Session().Timeout(), c.State())
				}
				if _, again := c.Session().Export(); !bytes.Equal(again, passwd) {
					t.Error("another password")
				}
				time.Sleep(time.Minute)
				changes := c.States(ctx)
				states(t, changes, client.Connected)
				w.Host("new").Cut()
				states(t, changes, client.Suspended, client.Reconnected)
				_, stat, err := c.Get("/e").Do(ctx)
				must(t, err)
				synctest.Wait()
				if stat.EphemeralOwner != id || c.Conn().SessionID() != id {
					t.Errorf("owner %x, zk.Conn in %x", stat.EphemeralOwner, c.Conn().SessionID())
				}
			}, zktest.Version(v))
		})
	}
}

// A session that is over is not replaced by another behind its user's back.
func TestResumeOfWhatIsOver(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		old := w.Connect(t, "old")
		id, passwd := old.Session().Export()
		wrong := bytes.Clone(passwd)
		wrong[3]++
		dial := client.WithDial(w.Host("new").DialContext)
		for name, opt := range map[string]client.Option{
			"wrong password": client.WithSession(id, wrong), "unknown": client.WithSession(id+99, passwd),
		} {
			before := len(w.Server.Sessions())
			c, err := client.Connect(ctx, w.Addr, dial, opt)
			if c != nil || !errors.Is(err, client.ErrSessionLost) || !errors.Is(err, zk.ErrSessionExpired) {
				t.Errorf("%s: %v, %v", name, c, err)
			}
			time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
			if n := len(w.Server.Sessions()); n != before {
				t.Errorf("%s: %d sessions, %d before", name, n, before)
			}
		}
		for name, opt := range map[string]client.Option{
			"no id": client.WithSession(0, passwd), "no password": client.WithSession(id, nil),
		} {
			if _, err := client.Connect(ctx, w.Addr, dial, opt); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

// A handshake whose answer is lost is no answer.
func TestResumeIsTriedUntilAnswered(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		old, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("old").DialContext))
		must(t, err)
		id, passwd := old.Session().Export()
		must(t, old.Detach(ctx))
		rule := fault.Once(fault.Reply("connect"), fault.Cut)
		w.Net.Inject(rule)
		c := w.Connect(t, "new", client.WithSession(id, passwd))
		if c.Session().ID() != id || rule.Fired() != 1 {
			t.Errorf("session %v, wanted 0x%x; the fault came %d times", c.Session(), id, rule.Fired())
		}
		// When it is lost after that, what comes is a new one, as with any other.
		changes := c.States(ctx)
		states(t, changes, client.Connected)
		w.Server.ExpireSession(id)
		if next := states(t, changes, client.Suspended, client.Lost, client.Reconnected); next.Session.ID() == id {
			t.Error("it came back")
		}
	})
}

// Detach does not need a server that listens, and cannot be had on somebody else's conn.
func TestDetach(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext))
		must(t, err)
		_, err = c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		w.Host("a").Partition()
		start := time.Now()
		must(t, c.Detach(ctx))
		if d := time.Since(start); d > time.Second {
			t.Errorf("it took %v", d)
		}
		must(t, c.Detach(ctx))
		if ok, _, err := w.Connect(t, "b").Exists("/e").Do(ctx); !ok || err != nil {
			t.Errorf("the ephemeral: %v, %v", ok, err)
		}

		d, err := client.NewDialer(client.WithDial(w.Host("c").DialContext))
		must(t, err)
		conn, events, err := zk.Connect([]string{w.Addr}, 10*time.Second,
			zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()), zk.WithLogger(quiet{}))
		must(t, err)
		wrapped, err := client.Wrap(ctx, conn, d)
		must(t, err)
		if err := wrapped.Detach(ctx); err == nil || wrapped.WaitConnected(ctx) != nil {
			t.Errorf("detached from another's conn: %v", err)
		}
		must(t, wrapped.Close(ctx))
		conn.Close()
		for range events {
			continue
		}
	})
}

// WaitConnected returns with the connection, the context or the client.
func TestWaitConnected(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, err := client.Connect(t.Context(), w.Addr, client.WithDial(w.Host("a").DialContext))
		must(t, err)
		must(t, c.WaitConnected(t.Context()))
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		synctest.Wait()
		cause := errors.New("enough")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 2*time.Second, cause)
		defer cancel()
		if err := c.WaitConnected(ctx); !errors.Is(err, cause) {
			t.Errorf("at the context's end: %v", err)
		}
		if err := c.WaitConnected(ctx); !errors.Is(err, cause) {
			t.Errorf("after the context's end: %v", err)
		}
		time.AfterFunc(time.Second, func() { w.Net.Refuse("zk", false) })
		start := time.Now()
		must(t, c.WaitConnected(t.Context()))
		if d := time.Since(start); d < time.Second || d > 3*time.Second {
			t.Errorf("connected after %v", d)
		}
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		synctest.Wait()
		time.AfterFunc(time.Second, func() { _ = c.Close(t.Context()) })
		if err := c.WaitConnected(t.Context()); !errors.Is(err, client.ErrClosed) {
			t.Errorf("at Close: %v", err)
		}
		if err := c.WaitConnected(t.Context()); !errors.Is(err, client.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		time.Sleep(time.Second)
	})
}

func TestErrorPolicy(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		standard := w.Connect(t, "a").StateErrorPolicy()
		session := w.Connect(t, "b", client.WithStateErrorPolicy(client.SessionErrors)).StateErrorPolicy()
		for state, want := range map[client.State][2]bool{
			client.Connected: {}, client.Reconnected: {}, client.ReadOnly: {},
			client.Suspended: {true, false}, client.Lost: {true, true},
		} {
			if got := [2]bool{standard(state), session(state)}; got != want {
				t.Errorf("%v: standard and session say %v, want %v", state, got, want)
			}
		}
		if _, err := client.NewDialer(client.WithStateErrorPolicy(nil)); err == nil {
			t.Error("no policy is taken")
		}
	})
}
