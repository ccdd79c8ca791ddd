package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// oneServer is a zk.HostProvider that looks up no names, as a bubble wants it.
type oneServer struct{ tried bool }

func (h *oneServer) Init([]string) error { return nil }
func (h *oneServer) Len() int            { return 1 }
func (h *oneServer) Connected()          { h.tried = false }

func (h *oneServer) Next() (addr string, retryStart bool) {
	retryStart, h.tried = h.tried, true
	return zktest.ServerAddr, retryStart
}

type noLog struct{}

func (noLog) Printf(string, ...any) {}

// byHand connects a plain zk.Conn in a World.
func byHand(t *testing.T, w *zktest.World, host string) (*zk.Conn, <-chan zk.Event) {
	t.Helper()
	conn, events, err := zk.Connect([]string{w.Addr}, 10*time.Second, zk.WithDialer(w.Host(host).Dial),
		zk.WithHostProvider(&oneServer{}), zk.WithLogger(noLog{}), zk.WithLogInfo(false))
	must(t, err)
	t.Cleanup(conn.Close)
	return conn, events
}

// lent puts a Client on a plain zk.Conn in a World.
func lent(t *testing.T, w *zktest.World, host string, opts ...client.Option) (*client.Client, *zk.Conn) {
	t.Helper()
	conn, events := byHand(t, w, host)
	c, err := client.FromConn(conn, events, opts...)
	must(t, err)
	t.Cleanup(func() { must(t, c.Close(context.WithoutCancel(t.Context()))) })
	return c, conn
}

// everyCall runs each builder, with its successes and refusals, and tells what came back.
func everyCall(ctx context.Context, c *client.Client) []string {
	var said []string
	say := func(what string, args ...any) {
		said = append(said, fmt.Sprint(append([]any{what + ": "}, args...)...))
	}
	version := func(stat *zk.Stat) string {
		if stat == nil {
			return "no stat"
		}
		return fmt.Sprintf("v%d c%d z%d", stat.Version, stat.NumChildren, stat.Mzxid-stat.Czxid)
	}
	path, err := c.Create("/a/b/c").Parents().Data([]byte("x")).Do(ctx)
	say("create", path, err)
	path, err = c.Create("/a/b/c").Do(ctx)
	say("again", path, err)
	path, err = c.Create("/no/parent").Do(ctx)
	say("no parent", path, err)
	path, err = c.Create("/a/s-").Sequential().Do(ctx)
	say("sequential", path, err)
	path, err = c.Create("/a/e").Ephemeral().Do(ctx)
	say("ephemeral", path, err)
	path, err = c.Create("/a/e/below").Do(ctx)
	say("below an ephemeral", path, err)
	path, err = c.Create("/k/l").Container().ParentContainers().Do(ctx)
	say("containers", path, err)
	data, stat, err := c.Get("/a/b/c").Do(ctx)
	say("get", string(data), version(stat), err)
	data, stat, err = c.Get("/none").Do(ctx)
	say("get nothing", string(data), version(stat), err)
	ok, stat, err := c.Exists("/a").Do(ctx)
	say("exists", ok, version(stat), err)
	ok, stat, err = c.Exists("/none").Do(ctx)
	say("exists not", ok, version(stat), err)
	names, stat, err := c.Children("/a").Do(ctx)
	slices.Sort(names)
	say("children", names, version(stat), err)
	stat, err = c.Set("/a").Data([]byte("y")).Version(0).Do(ctx)
	say("set", version(stat), err)
	stat, err = c.Set("/a").Version(0).Do(ctx)
	say("set at an old version", version(stat), err)
	say("delete with children", c.Delete("/a").Do(ctx))
	results, err := c.Txn(c.Create("/t").Data([]byte("1")), c.Set("/t"), c.Check("/t").Version(1), c.Delete("/t")).Do(ctx)
	say("transaction", paths(results), version(results[1].Stat), err)
	results, err = c.Txn(c.Create("/t"), c.Check("/a").Version(7), c.Delete("/t")).Do(ctx)
	say("failed transaction", errs(results), err)
	say("delete", c.Delete("/a/b/c").Guaranteed().Do(ctx))
	say("delete nothing", c.Delete("/a/b/c").Do(ctx))
	say("bad path", c.Delete("a").Do(ctx))
	_, _, watch, err := c.Get("/a").DoW(ctx)
	say("get a watch", err)
	_, err = c.Set("/a").Do(ctx)
	ev := <-watch.Events()
	say("watch", ev.Type, ev.Path, err)
	_, _, watch, err = c.Exists("/later").DoW(ctx)
	say("watch what is not there", err)
	_, err = c.Create("/later").Do(ctx)
	ev = <-watch.Events()
	say("it is there", ev.Type, ev.Path, err)
	return said
}

func paths(results []client.TxnResult) (all []string) {
	for _, r := range results {
		all = append(all, r.Path)
	}
	return all
}

func errs(results []client.TxnResult) (all []error) {
	for _, r := range results {
		all = append(all, r.Err)
	}
	return all
}

// A client on a plain zk.Conn answers as one with the seam does.
func TestFromConnAnswersAlike(t *testing.T) {
	var want, got []string
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) { want = everyCall(t.Context(), w.Connect(t, "a")) })
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, conn := lent(t, w, "a")
		got = everyCall(t.Context(), c)
		if id := c.Session().ID(); id == 0 || id != conn.SessionID() || c.State() != client.Connected {
			t.Errorf("session %x, zk.Conn's is %x, %v", id, conn.SessionID(), c.State())
		}
	})
	if len(want) < 20 || !slices.Equal(got, want) {
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("with a seam\n%s\nwithout\n%s", want[i:i+1], got[i:i+1])
			}
		}
	}
}

func TestFromConnTakesWhatItIsGiven(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		conn, events := byHand(t, w, "a")
		if _, err := client.FromConn(conn, nil); err == nil {
			t.Error("no events")
		}
		if _, err := client.FromConn(nil, events); err == nil {
			t.Error("no conn")
		}
		if _, err := client.FromConn(conn, events, client.WithRetry(nil)); err == nil {
			t.Error("a bad option")
		}
		synctest.Wait() // zk.Conn has its session, and told so before anybody listened
		c, err := client.FromConn(conn, events)
		must(t, err)
		if c.State() != client.Connected || c.Session().ID() != conn.SessionID() || c.Session().Timeout() != 10*time.Second {
			t.Errorf("%v, %v", c.State(), c.Session())
		}
		synctest.Wait()
		states := c.States(t.Context())
		if s := <-states; s.State != client.Connected || len(states) > 0 {
			t.Errorf("%v, and %d more", s.State, len(states))
		}
		must(t, c.Close(t.Context()))
		if _, _, err := c.Get("/").Do(t.Context()); !errors.Is(err, client.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if _, _, err := conn.Get("/"); err != nil {
			t.Errorf("its owner's: %v", err)
		}
	})
}

// Async calls keep their order, and after a loss none is done without those before it.
func TestFromConnAsync(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, _ := lent(t, w, "a")
		_, err := c.Create("/n").Do(ctx)
		must(t, err)
		var sets []*client.Future[*zk.Stat]
		for i := range 20 {
			sets = append(sets, c.Set("/n").Data([]byte{byte(i)}).Version(int32(i)).Async(ctx))
		}
		data, _, err := c.Get("/n").Do(ctx)
		must(t, err)
		if data[0] != 19 {
			t.Errorf("a read overtook %d writes", 19-data[0])
		}
		for i, f := range sets {
			if stat, err := f.Wait(ctx); err != nil || stat.Version != int32(i+1) {
				t.Errorf("set %d: %+v, %v", i, stat, err)
			}
		}
		w.Net.Inject(fault.Nth(5, fault.Request("setData"), fault.Cut))
		sets = nil
		for range 20 {
			sets = append(sets, c.Set("/n").Async(ctx))
		}
		for i, f := range sets {
			_, err := f.Wait(ctx)
			if i < 4 && err != nil || i >= 4 && (!errors.Is(err, client.ErrConnectionLoss) || !client.MayHaveApplied(err)) {
				t.Errorf("set %d: %v", i, err)
			}
		}
		_, stat, err := c.Get("/n").Do(ctx)
		must(t, err)
		if stat.Version != 24 {
			t.Errorf("%d sets", stat.Version)
		}
	})
}

// The states, as far as zk.Conn's events tell them.
func TestFromConnStates(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, conn := lent(t, w, "a")
		states := c.States(ctx)
		_, err := c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		seen(t, states, client.Suspended, client.Connected)
		first := c.Session()
		_, _, watch, err := c.Get("/e").DoW(ctx)
		must(t, err)
		time.Sleep(time.Minute) // quiet, and no reason to think of a loss
		w.Host("a").Cut()
		seen(t, states, client.Suspended, client.Reconnected)
		if c.Session() != first || first.Err() != nil {
			t.Error("the session was not lost")
		}

		w.Host("a").Partition()
		start := time.Now()
		seen(t, states, client.Suspended, client.Lost)
		if d := time.Since(start); d > 10*time.Second {
			t.Errorf("lost after %v, when the server may have expired it", d)
		}
		if !errors.Is(first.Err(), client.ErrSessionLost) {
			t.Errorf("the session's end: %v", first.Err())
		}
		if ev := <-watch.Events(); ev.Type != zk.EventNotWatching || !errors.Is(ev.Err, zk.ErrSessionExpired) {
			t.Errorf("the watch: %+v", ev)
		}
		time.Sleep(time.Minute)
		w.Host("a").Heal()
		for s := range states {
			if s.State == client.Reconnected {
				break
			}
		}
		if now := c.Session(); now == first || now.ID() == first.ID() || now.ID() != conn.SessionID() {
			t.Errorf("session %v, was %v", now, first)
		}
	})
}

func seen(t *testing.T, states <-chan client.StateChange, want ...client.State) {
	t.Helper()
	for _, state := range want {
		if s := <-states; s.State != state {
			t.Fatalf("%v, want %v", s.State, state)
		}
	}
}

// What a lost reply leaves behind, and what is tried again.
func TestFromConnLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, _ := lent(t, w, "a")
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
		if _, err := c.Create("/x").Do(ctx); !errors.Is(err, zk.ErrNodeExists) || !client.MayHaveApplied(err) {
			t.Errorf("create: %v", err)
		}
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
		if _, err := c.Create("/s-").Sequential().Do(ctx); !errors.Is(err, zk.ErrConnectionClosed) || !client.MayHaveApplied(err) {
			t.Errorf("sequential: %v", err)
		}
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
		if _, err := c.Create("/p-").Sequential().Protected().Do(ctx); err != nil {
			t.Errorf("protected: %v", err)
		}
		w.Net.Inject(fault.Once(fault.Reply("getData"), fault.Cut))
		if _, _, err := c.Get("/x").Do(ctx); err != nil {
			t.Errorf("get: %v", err)
		}
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		w.Net.Inject(fault.Once(fault.Reply("setData"), fault.Delay(3*time.Second)))
		if _, err := c.Set("/x").Do(short); !errors.Is(err, context.DeadlineExceeded) || !client.MayHaveApplied(err) {
			t.Errorf("set: %v", err)
		}
		time.Sleep(5 * time.Second) // zk.Conn lets go
	})
}

// What zk.Conn has no method for says what it takes, at once.
func TestFromConnNeedsDialer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, _ := lent(t, w, "a")
		_, err := c.Create("/n").Do(ctx)
		must(t, err)
		start := time.Now()
		if _, err := c.Watch("/n").Do(ctx); !errors.Is(err, client.ErrNeedsDialer) {
			t.Errorf("watch: %v", err)
		}
		if _, err := c.CheckWatches("/n").Do(ctx); !errors.Is(err, client.ErrNeedsDialer) || !strings.Contains(err.Error(), "client.Wrap") {
			t.Errorf("check watches: %v", err)
		}
		if d := time.Since(start); d > 0 {
			t.Errorf("after %v", d)
		}
		_, _, watch, err := c.Get("/n").DoW(ctx)
		must(t, err)
		must(t, c.RemoveWatches("/n").Do(ctx))
		if _, ok := <-watch.Events(); ok || !errors.Is(watch.Err(), client.ErrWatchRemoved) {
			t.Errorf("the watch's end: %v", watch.Err())
		}
		short, cancel := context.WithCancel(ctx)
		_, _, watch, err = c.Get("/n").DoW(short)
		must(t, err)
		cancel()
		if _, ok := <-watch.Events(); ok || !errors.Is(watch.Err(), context.Canceled) {
			t.Errorf("the watch's end: %v", watch.Err())
		}
	})
}

// A watch that is given up leaves no goroutine behind, nor does one that has yet to fire when the client is closed: the bubble would say so.
func TestFromConnWatchesEnd(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, conn := lent(t, w, "a")
		_, _, stopped, err := c.Children("/").DoW(ctx)
		must(t, err)
		stopped.Stop()
		_, _, left, err := c.Children("/").DoW(ctx)
		must(t, err)
		must(t, c.Close(ctx))
		_, err = conn.Create("/n", nil, 0, zk.WorldACL(zk.PermAll))
		must(t, err)
		synctest.Wait()
		if len(stopped.Events())+len(left.Events()) > 0 {
			t.Error("events after the end")
		}
	})
}
