package client_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

func TestConnectNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		start := time.Now()
		c, err := client.Connect(ctx, "zk1:2181,zk2:2181", client.WithDial(network.Host("a").DialContext))
		if c != nil || !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != 5*time.Second {
			t.Errorf("returned after %v", d)
		}
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
	})
}

func TestConnectCancelledInSilentHandshake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork()
		listener, err := network.Listen("tcp", "zk:2181") // accepts, as the backlog does, and never answers
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		cause := errors.New("changed my mind")
		time.AfterFunc(time.Second, func() { cancel(cause) })
		start := time.Now()
		if _, err := client.Connect(ctx, "zk", client.WithDial(network.Host("a").DialContext)); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("returned after %v", d)
		}
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
	})
}

func TestConnectBadArguments(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name    string
		ctx     context.Context
		servers string
		opts    []client.Option
	}{
		{"ended context", ended, "zk", nil},
		{"no host", t.Context(), "", nil},
		{"empty host", t.Context(), "zk,,zk2", nil},
		{"bad address", t.Context(), ":2181", nil},
		{"bad chroot", t.Context(), "zk/a//b", nil},
		{"bad timeout", t.Context(), "zk", []client.Option{client.WithSessionTimeout(-1)}},
		{"bad connect timeout", t.Context(), "zk", []client.Option{client.WithConnectTimeout(0)}},
		{"no policy", t.Context(), "zk", []client.Option{client.WithRetry(nil)}},
		{"no dial", t.Context(), "zk", []client.Option{client.WithDial(nil)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			refuse := client.WithDial(func(context.Context, string, string) (net.Conn, error) {
				t.Error("it dialled")
				return nil, errors.New("no")
			})
			if c, err := client.Connect(tt.ctx, tt.servers, append([]client.Option{refuse}, tt.opts...)...); err == nil || c != nil {
				t.Errorf("got %v, %v", c, err)
			}
		})
	}
}

// The next server of the list is tried at once, and one that hangs costs a third of what an attempt may take: a third of the session timeout.
func TestConnectSkipsBadServers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		hung, err := w.Net.Listen("tcp", "hung:2181")
		if err != nil {
			t.Fatal(err)
		}
		defer hung.Close()
		start := time.Now()
		c, err := client.Connect(t.Context(), "refused:2181,hung:2181,"+w.Addr,
			client.WithSessionTimeout(9*time.Second), client.WithDial(w.Host("a").DialContext))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(t.Context())
		if d := time.Since(start); d != 0 && d != time.Second { // zk.Conn shuffles the list
			t.Errorf("connected after %v", d)
		}
	})
}

func TestChroot(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		root := w.Connect(t, "root")
		_, err := root.Create("/app/sub").Parents().Do(ctx)
		must(t, err)
		c, err := client.Connect(ctx, w.Addr+"/app/sub", client.WithDial(w.Host("a").DialContext))
		must(t, err)
		defer c.Close(ctx)

		path, err := c.Create("/n-").Sequential().Data([]byte("x")).Do(ctx)
		must(t, err)
		if path != "/n-0000000000" {
			t.Errorf("created %s", path)
		}
		names, _, watch, err := c.Children("/").DoW(ctx)
		must(t, err)
		if len(names) != 1 || names[0] != "n-0000000000" {
			t.Errorf("children %v", names)
		}
		data, _, err := root.Get("/app/sub/n-0000000000").Do(ctx)
		must(t, err)
		if string(data) != "x" {
			t.Errorf("data %q", data)
		}
		path, err = c.Create("/p").Protected().Do(ctx)
		must(t, err)
		if !strings.HasPrefix(path, "/_c_") {
			t.Errorf("created %s", path)
		}
		if ev := <-watch.Events(); ev.Path != "/" || ev.Type != zk.EventNodeChildrenChanged {
			t.Errorf("event %+v", ev)
		}
		results, err := c.Txn(c.Create("/t").Data(nil), c.Check("/t")).Do(ctx)
		must(t, err)
		if results[0].Path != "/t" {
			t.Errorf("transaction: %+v", results)
		}
		ok, _, _, err := c.Conn().ExistsW("/app/sub/t") // no chroot there
		if !ok || err != nil {
			t.Errorf("through zk.Conn: %v, %v", ok, err)
		}
	})
}

// Code that has a *zk.Conn keeps it, and shares its session.
func TestWrap(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		d, err := client.NewDialer(client.WithDial(w.Host("a").DialContext))
		must(t, err)
		conn, events, err := zk.Connect([]string{w.Addr}, 10*time.Second,
			zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()), zk.WithLogInfo(false))
		must(t, err)
		c, err := client.Wrap(ctx, conn, d)
		must(t, err)
		if c.Conn() != conn || c.Session().ID() != conn.SessionID() || conn.SessionID() == 0 {
			t.Errorf("sessions %v and %x", c.Session(), conn.SessionID())
		}
		_, err = c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		_, stat, err := conn.Get("/e")
		must(t, err)
		if stat.EphemeralOwner != conn.SessionID() {
			t.Error("the ephemeral is not the session's")
		}
		session := c.Session()
		must(t, c.Close(ctx))
		if _, _, err := c.Get("/e").Do(ctx); !errors.Is(err, client.ErrClosed) || !errors.Is(err, zk.ErrClosing) {
			t.Errorf("a call after Close: %v", err)
		}
		if _, _, err := conn.Get("/e"); err != nil {
			t.Errorf("closing the client broke its owner's conn: %v", err)
		}
		if !errors.Is(session.Err(), client.ErrClosed) {
			t.Errorf("session: %v", session.Err())
		}
		conn.Close()
		for range events {
			continue
		}
	})
}

func TestWrapGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork()
		d, err := client.NewDialer(client.WithDial(network.Host("a").DialContext))
		must(t, err)
		conn, events, err := zk.Connect([]string{"zk:2181"}, 10*time.Second,
			zk.WithDialer(d.Dial), zk.WithHostProvider(d.HostProvider()), zk.WithLogger(quiet{}))
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := client.Wrap(ctx, conn, d); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		conn.Close()
		for range events {
			continue
		}
	})
}

// Close deletes the ephemerals, ends the session's context, and every later call fails.
func TestClose(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		other := w.Connect(t, "other")
		c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext))
		must(t, err)
		_, err = c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		session, states := c.Session(), c.States(ctx)
		must(t, c.Close(ctx))
		must(t, c.Close(ctx))
		if !errors.Is(session.Err(), client.ErrClosed) {
			t.Errorf("session: %v", session.Err())
		}
		for range states { // ends
			continue
		}
		if ok, _, err := other.Exists("/e").Do(ctx); ok || err != nil {
			t.Errorf("the ephemeral after Close: %v, %v", ok, err)
		}
		if _, err := c.Create("/x").Do(ctx); !errors.Is(err, client.ErrClosed) || client.MayHaveApplied(err) {
			t.Errorf("create after Close: %v", err)
		}
		if _, err := c.Create("/x").Async(ctx).Wait(ctx); !errors.Is(err, client.ErrClosed) {
			t.Errorf("async create after Close: %v", err)
		}
	})
}

// Without a server Close is quick all the same, and a server that hangs cannot hold it beyond its context.
func TestCloseWithoutServer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(w *zktest.World)
		most  time.Duration
	}{
		{"refused", func(w *zktest.World) { w.Net.Refuse("zk", true); w.Net.CutAll() }, time.Second},
		{"hung", func(w *zktest.World) { w.Host("a").Partition() }, 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c, err := client.Connect(t.Context(), w.Addr, client.WithDial(w.Host("a").DialContext))
				must(t, err)
				tt.fault(w)
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				start := time.Now()
				err = c.Close(ctx)
				if d := time.Since(start); d > tt.most {
					t.Errorf("Close took %v, %v", d, err)
				}
				if (err != nil) != (tt.name == "hung") {
					t.Errorf("Close: %v", err)
				}
			})
		})
	}
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
