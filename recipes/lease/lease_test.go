package lease_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lease"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	path     = "/leases/one"
	duration = time.Minute
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func one(tb testing.TB, c *client.Client, holder string, opts ...lease.Option) *lease.Lease {
	tb.Helper()
	l, err := lease.New(c, path, duration, append(opts, lease.WithHolder(holder))...)
	must(tb, err)
	return l
}

func take(tb testing.TB, l *lease.Lease) *lease.Grant {
	tb.Helper()
	g, err := l.TryAcquire(tb.Context())
	must(tb, err)
	return g
}

func refused(tb testing.TB, l *lease.Lease, holder string) {
	tb.Helper()
	g, err := l.TryAcquire(tb.Context())
	var held *lease.HeldError
	if g != nil || !errors.Is(err, lease.ErrHeld) || !errors.As(err, &held) || held.Holder != holder {
		tb.Fatalf("got %v, want that %s has it", err, holder)
	}
}

func ended(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

func requests(w *zktest.World) int64 {
	var n int64
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}

func TestLease(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		ada, bob := one(t, a, "ada"), one(t, b, "bob")
		if info, err := bob.Look(t.Context()); info != (lease.Info{}) || err != nil {
			t.Errorf("at first %+v, %v", info, err)
		}
		start := time.Now()
		first := take(t, ada)
		data, stat, err := b.Get(path + "/lease_holder").Do(t.Context())
		must(t, err)
		want := `{"version": 1, "holder": "ada", "end": "` + start.Add(duration).UTC().Format("2006-01-02T15:04:05") + `"}`
		if string(data) != want || stat.EphemeralOwner != 0 || stat.Czxid != first.Token() {
			t.Errorf("%s, %+v, token %d", data, stat, first.Token())
		}
		if names, _, err := b.Children(path).Do(t.Context()); len(names) != 1 || err != nil {
			t.Errorf("left: %q, %v", names, err)
		}
		refused(t, bob, "ada")
		time.Sleep(30 * time.Second)
		second := take(t, ada) // renewed
		if second.Token() <= first.Token() || second.End().Sub(first.End()) != 30*time.Second || second.Holder() != "ada" {
			t.Errorf("renewed until %v, token %d after %d", second.End(), second.Token(), first.Token())
		}
		if cause := ended(first.Context()); !errors.Is(cause, lease.ErrExpired) || time.Now().Before(first.End()) {
			t.Errorf("cause %v at %v", cause, time.Now())
		}
		refused(t, bob, "ada")
		<-second.Context().Done()
		third := take(t, bob)
		if third.Token() <= second.Token() {
			t.Errorf("token %d after %d", third.Token(), second.Token())
		}
		refused(t, ada, "bob")
		must(t, second.Release(t.Context())) // another's by now
		refused(t, ada, "bob")
		must(t, third.Release(t.Context()))
		must(t, third.Release(t.Context()))
		if cause := context.Cause(third.Context()); !errors.Is(cause, lease.ErrReleased) {
			t.Errorf("cause %v", cause)
		}
		take(t, ada)
	})
}

// A grant is bound to the clock and not to the session, and its margin keeps a faster clock from overlapping.
func TestGrantOutlivesItsSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		g := take(t, one(t, a, "ada", lease.WithMargin(5*time.Second)))
		ahead := one(t, b, "bob", lease.WithClock(func() time.Time { return time.Now().Add(4 * time.Second) }))
		w.Server.ExpireSession(a.Session().ID())
		time.Sleep(30 * time.Second)
		if g.Context().Err() != nil {
			t.Errorf("ended: %v", context.Cause(g.Context()))
		}
		refused(t, ahead, "ada")
		<-g.Context().Done()
		if left := time.Until(g.End()); left != 5*time.Second {
			t.Errorf("ended %v before the lease", left)
		}
		refused(t, ahead, "ada")
		time.Sleep(time.Second)
		take(t, ahead)
	})
}

// What it does not understand it leaves alone.
func TestUnknownFormat(t *testing.T) {
	for _, data := range []string{`{"version": 2, "holder": "x", "end": "2000-01-01T00:00:00"}`, "rubbish"} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			_, err := c.Create(path + "/lease_holder").Data([]byte(data)).Parents().Do(t.Context())
			must(t, err)
			l := one(t, c, "ada")
			g, err := l.TryAcquire(t.Context())
			if g != nil || !errors.Is(err, lease.ErrFormat) || !strings.HasPrefix(err.Error(), "lease: take "+path+": ") {
				t.Errorf("got %v", err)
			}
			if _, err := l.Look(t.Context()); !errors.Is(err, lease.ErrFormat) {
				t.Errorf("got %v", err)
			}
			got, _, err := c.Get(path + "/lease_holder").Do(t.Context())
			if string(got) != data || err != nil {
				t.Errorf("it says now %q, %v", got, err)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	for name, opt := range map[string]lease.Option{
		"holder": lease.WithHolder(""), "UTF-8": lease.WithHolder("\xff"), "margin": lease.WithMargin(-1), "clock": lease.WithClock(nil),
		"too large a margin": lease.WithMargin(duration - time.Millisecond),
	} {
		if l, err := lease.New(nil, path, duration, opt); err == nil || l != nil {
			t.Errorf("%s: no error", name)
		}
		if l, err := lease.NewMulti(nil, path, 2, duration, opt); err == nil || l != nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := lease.New(nil, path, time.Second-1); err == nil {
		t.Error("less than a second")
	}
	if _, err := lease.New(nil, "leases", duration); !errors.Is(err, zk.ErrInvalidPath) {
		t.Errorf("got %v", err)
	}
	if _, err := lease.NewMulti(nil, path, 0, duration); err == nil {
		t.Error("no leases")
	}
}

func TestMulti(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		multi := func(holder string) *lease.Multi {
			m, err := lease.NewMulti(c, path, 2, duration, lease.WithHolder(holder))
			must(t, err)
			return m
		}
		ada, bob, cyd := multi("ada"), multi("bob"), multi("cyd")
		slot := func(m *lease.Multi, want int) *lease.Grant {
			t.Helper()
			g, err := m.TryAcquire(t.Context())
			must(t, err)
			if g.Slot() != want {
				t.Errorf("slot %d, want %d", g.Slot(), want)
			}
			return g
		}
		first := slot(ada, 0)
		time.Sleep(10 * time.Second)
		slot(bob, 1)
		var held *lease.HeldError
		if _, err := cyd.TryAcquire(t.Context()); !errors.As(err, &held) || held.Holder != "ada" {
			t.Errorf("got %v", err)
		}
		must(t, first.Release(t.Context()))
		slot(bob, 1) // its own, although the first is free
		infos, err := cyd.Look(t.Context())
		if err != nil || len(infos) != 2 || infos[0] != (lease.Info{}) || infos[1].Holder != "bob" {
			t.Errorf("%+v, %v", infos, err)
		}
		slot(cyd, 0)
	})
}

// One request for who does not get it; five in four round trips for who does.
func TestCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ada, bob := one(t, w.Connect(t, "a"), "ada"), one(t, w.Connect(t, "b"), "bob")
		must(t, take(t, ada).Release(t.Context())) // makes the folder
		for _, tc := range []struct {
			name     string
			do       func() error
			requests int64
			trips    time.Duration
		}{
			{"first", func() error { _, err := ada.TryAcquire(t.Context()); return err }, 5, 4},
			{"renewed", func() error { _, err := ada.TryAcquire(t.Context()); return err }, 5, 4},
			{"refused", func() error { refused(t, bob, "ada"); return nil }, 1, 1},
			{"looked at", func() error { _, err := bob.Look(t.Context()); return err }, 1, 1},
		} {
			before, start := requests(w), time.Now()
			must(t, tc.do())
			if n, d := requests(w)-before, time.Since(start); n != tc.requests || d != tc.trips*2*oneWay {
				t.Errorf("%s: %d requests in %v", tc.name, n, d)
			}
		}
		if n := w.Server.Stats().WatchEvents; n != 0 {
			t.Errorf("%d events", n)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

func TestReleaseCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		g := take(t, one(t, w.Connect(t, "a"), "ada"))
		before := requests(w)
		must(t, g.Release(t.Context()))
		if n := requests(w) - before; n != 4 {
			t.Errorf("%d requests", n)
		}
	})
}

// It works below a namespace, and everything it makes has the provider's list.
func TestNamespaceAndACL(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		acl := []zk.ACL{client.World(zk.PermAll &^ zk.PermAdmin)}
		asked := map[string]bool{}
		c := w.Connect(t, "a", client.WithACLProvider(func(path string) []zk.ACL {
			asked[path] = true
			return acl
		}))
		g := take(t, one(t, c.Namespace("/space"), "ada"))
		for _, at := range []string{"/space", "/space/leases", "/space" + path, "/space" + path + "/lease_holder"} {
			got, _, err := c.GetACL(at).Do(t.Context())
			if err != nil || !slices.Equal(got, acl) {
				t.Errorf("%s: %v, %v", at, got, err)
			}
		}
		locked := false
		for path := range asked {
			locked = locked || strings.Contains(path, "__lock__")
		}
		if !locked {
			t.Errorf("the lock's znode has another list: asked for %v", asked)
		}
		must(t, g.Release(t.Context()))
	})
}
