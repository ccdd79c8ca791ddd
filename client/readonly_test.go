package client_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// another starts another server in the World.
func another(t *testing.T, w *zktest.World, addr string, opts ...server.Option) *server.Server {
	t.Helper()
	srv, err := server.New(append([]server.Option{
		server.WithAddr(addr), server.WithListen(w.Net.Listen), server.WithMaxClientConns(0),
	}, opts...)...)
	must(t, err)
	must(t, srv.Start(t.Context()))
	t.Cleanup(srv.Kill)
	return srv
}

// A first session on a server without a quorum: reads, refused writes, and the way out when it writes again.
func TestReadOnly(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		root := w.Connect(t, "root")
		_, err := root.Create("/a").Data([]byte("x")).Do(ctx)
		must(t, err)
		w.Server.SetReadOnly(true)

		c := w.Connect(t, "a", client.WithReadOnly())
		changes := c.States(ctx)
		first := states(t, changes, client.ReadOnly)
		if !c.State().Connected() || c.State().String() != "ReadOnly" || c.WaitConnected(ctx) != nil {
			t.Errorf("state %v", c.State())
		}
		data, _, watch, err := c.Get("/a").DoW(ctx)
		must(t, err)
		if string(data) != "x" {
			t.Errorf("read %q", data)
		}
		_, err = c.Set("/a").Do(ctx)
		if !errors.Is(err, client.ErrReadOnly) || client.MayHaveApplied(err) || client.Retryable(err) {
			t.Errorf("a write: %v", err)
		}
		if _, err := c.Create("/e").Ephemeral().Do(ctx); !errors.Is(err, client.ErrReadOnly) {
			t.Errorf("an ephemeral: %v", err)
		}
		time.Sleep(time.Minute) // longer than any timeout
		if c.Session() != first.Session || c.Session().Err() != nil {
			t.Errorf("the session ended: %v", c.Session().Err())
		}

		w.Server.SetReadOnly(false)
		states(t, changes, client.Suspended)
		lost := states(t, changes, client.Lost)
		next := states(t, changes, client.Connected) // the first that writes
		if lost.Session != first.Session || next.Session == first.Session || next.Session.ID() == first.Session.ID() {
			t.Errorf("sessions %v, %v, %v", first.Session, lost.Session, next.Session)
		}
		if ev := <-watch.Events(); ev.Type != zk.EventNotWatching {
			t.Errorf("the watch of the session that ended: %+v", ev)
		}
		_, err = c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		_, stat, err := c.Get("/e").Do(ctx)
		must(t, err)
		synctest.Wait()
		if stat.EphemeralOwner != next.Session.ID() || c.Conn().SessionID() != next.Session.ID() {
			t.Errorf("owner %x, zk.Conn in %x", stat.EphemeralOwner, c.Conn().SessionID())
		}
	})
}

// A client whose server loses its quorum keeps its session as long as it can be kept, and only then reads elsewhere.
func TestReadOnlyAfterWriting(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a", client.WithReadOnly())
		changes := c.States(ctx)
		session := states(t, changes, client.Connected).Session
		w.Server.SetReadOnly(true)
		start := time.Now()
		states(t, changes, client.Suspended, client.Lost)
		if d := time.Since(start); d > session.Timeout() {
			t.Errorf("lost after %v", d)
		}
		if ro := states(t, changes, client.ReadOnly); ro.Session == session || ro.Session.Err() != nil {
			t.Errorf("session %v", ro.Session)
		}
		w.Server.SetReadOnly(false)
		states(t, changes, client.Suspended, client.Lost, client.Reconnected)
		_, err := c.Create("/x").Do(ctx)
		must(t, err)
	})
}

// A client that did not ask for it never reads from such a server.
func TestReadOnlyNotWanted(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		w.Server.SetReadOnly(true)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if _, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
	})
}

// The search: a server that writes is found although the one that does not goes on serving, and nothing is asked too often.
func TestReadOnlySearch(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		w.Server.SetReadOnly(true)
		var dials atomic.Int64
		c, err := client.Connect(ctx, "silent:2181,"+w.Addr+",other:2181", client.WithReadOnly(),
			client.WithDial(countDials(w.Host("a"), &dials)))
		must(t, err)
		defer c.Close(ctx)
		silent, err := w.Net.Listen("tcp", "silent:2181") // accepts, as the backlog does, and never answers
		must(t, err)
		defer silent.Close()
		changes := c.States(ctx)
		states(t, changes, client.ReadOnly)
		before := dials.Load()
		time.Sleep(time.Minute)
		if n := dials.Load() - before; n < 3*5 || n > 3*11 { // 100 ms, doubled until a minute is over, three servers each
			t.Errorf("%d dials in a minute of searching", n)
		}
		forbidding := another(t, w, "other:2181", server.WithFourLetterWords()) // it does not answer isro
		time.Sleep(3 * time.Minute)
		if c.State() != client.ReadOnly {
			t.Errorf("state %v", c.State())
		}
		forbidding.Kill()
		another(t, w, "other:2181", server.WithFourLetterWords("isro"))
		start := time.Now()
		states(t, changes, client.Suspended, client.Lost, client.Connected)
		if d := time.Since(start); d > time.Minute+5*time.Second {
			t.Errorf("found after %v", d)
		}
		if got := c.Conn().Server(); got != "other:2181" {
			t.Errorf("on %s", got)
		}
		_, err = c.Create("/x").Do(ctx)
		must(t, err)
	})
}

// Reads that are under way when a better server is found are answered.
func TestReadOnlySearchLosesNothing(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		w.Server.SetReadOnly(true)
		c, err := client.Connect(ctx, w.Addr+",other:2181", client.WithReadOnly(), client.WithRetry(client.NoRetry),
			client.WithDial(w.Host("a").DialContext))
		must(t, err)
		defer c.Close(ctx)
		w.Net.Inject(fault.Always(fault.Reply("getData"), fault.Delay(500*time.Millisecond)))
		another(t, w, "other:2181", server.WithFourLetterWords("isro"))
		read := c.Get("/").Async(ctx)
		time.Sleep(300 * time.Millisecond) // the search has been successful
		if c.State() != client.Suspended {
			t.Errorf("state %v", c.State())
		}
		if _, err := read.Wait(ctx); err != nil {
			t.Errorf("the read that was under way: %v", err)
		}
		must(t, c.WaitConnected(ctx))
		if c.State() != client.Connected {
			t.Errorf("state %v", c.State())
		}
	})
}

// Close while a probe hangs leaves nothing behind.
func TestReadOnlyCloseDuringSearch(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		w.Server.SetReadOnly(true)
		c, err := client.Connect(t.Context(), w.Addr+",silent:2181", client.WithReadOnly(), client.WithDial(w.Host("a").DialContext))
		must(t, err)
		silent, err := w.Net.Listen("tcp", "silent:2181")
		must(t, err)
		defer silent.Close()
		time.Sleep(250 * time.Millisecond)
		start := time.Now()
		must(t, c.Close(t.Context()))
		if d := time.Since(start); d != 0 {
			t.Errorf("Close took %v", d)
		}
	})
}

// What is sent: the byte only where it was asked for, so that the oldest servers are not surprised.
func TestReadOnlyByte(t *testing.T) {
	for _, v := range server.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				for host, opts := range map[string][]client.Option{"plain": nil, "reader": {client.WithReadOnly()}} {
					c := w.Connect(t, host, opts...)
					if c.State() != client.Connected {
						t.Errorf("%s: %v", host, c.State())
					}
					_, err := c.Create("/" + host).Ephemeral().Do(t.Context())
					must(t, err)
					w.Host(host).Cut()
					_, _, err = c.Get("/" + host).Do(t.Context())
					must(t, err)
				}
			}, zktest.Version(v))
		})
	}
}

// The password is a secret.
func TestSessionDoesNotPrintItsPassword(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		s := w.Connect(t, "a").Session()
		if text := s.String(); !strings.HasPrefix(text, "0x") || len(text) > 18 {
			t.Errorf("it prints as %q", text)
		}
	})
}
