package barrier_test

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/zktest"
)

func double(t *testing.T, c *client.Client, n int, opts ...barrier.DoubleOption) *barrier.Double {
	t.Helper()
	d, err := barrier.NewDouble(c, path, n, opts...)
	must(t, err)
	return d
}

// children lists the barrier's folder.
func children(t *testing.T, c *client.Client) []string {
	t.Helper()
	names, _, err := c.Children(path).Do(t.Context())
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// entering starts an Enter.
func entering(ctx context.Context, d *barrier.Double) <-chan entered {
	done := make(chan entered, 1)
	go func() {
		m, err := d.Enter(ctx)
		done <- entered{m, err}
	}()
	return done
}

type entered struct {
	m   *barrier.Member
	err error
}

func TestDouble(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		first := entering(ctx, double(t, a, 2, barrier.WithData([]byte("ada"))))
		time.Sleep(time.Minute)
		names := children(t, b)
		if len(first) != 0 || len(names) != 1 ||
			!regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}-\d{10}$`).MatchString(names[0]) {
			t.Fatalf("folder %v, in: %d", names, len(first))
		}
		data, stat, err := b.Get(path + "/" + names[0]).Do(ctx)
		must(t, err)
		if string(data) != "ada" || stat.EphemeralOwner != a.Session().ID() {
			t.Errorf("%q, %+v", data, stat)
		}
		two, err := double(t, b, 2).Enter(ctx)
		must(t, err)
		one := <-first
		must(t, one.err)
		if names := children(t, b); len(names) != 3 || names[2] != "ready" || one.m.Path() != path+"/"+names[0] && one.m.Path() != path+"/"+names[1] {
			t.Errorf("folder %v, members %s, %s", names, one.m.Path(), two.Path())
		}
		left := make(chan error, 1)
		go func() { left <- one.m.Leave(ctx) }()
		time.Sleep(time.Minute)
		if len(left) != 0 || two.Context().Err() != nil || !errors.Is(context.Cause(one.m.Context()), barrier.ErrLeft) {
			t.Errorf("left alone: %d, %v, %v", len(left), two.Context().Err(), context.Cause(one.m.Context()))
		}
		must(t, two.Leave(ctx))
		must(t, two.Leave(ctx))
		must(t, <-left)
		if names := children(t, b); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A late member comes in although those who were quicker have left: ready decides, not the count.
func TestDoubleReadyDecides(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b, c := w.Connect(t, "a"), w.Connect(t, "b"), w.Connect(t, "c")
		slow := entering(ctx, double(t, a, 3))
		quick := entering(ctx, double(t, b, 3))
		synctest.Wait()
		w.Host("a").Partition()
		third, err := double(t, c, 3).Enter(ctx)
		must(t, err)
		second := <-quick
		must(t, second.err)
		out := make(chan error, 2)
		for _, m := range []*barrier.Member{second.m, third} {
			go func() { out <- m.Leave(ctx) }()
		}
		time.Sleep(time.Second)
		if len(slow) != 0 || len(out) != 0 {
			t.Errorf("in %d, out %d", len(slow), len(out))
		}
		w.Host("a").Heal()
		first := <-slow
		must(t, first.err)
		must(t, first.m.Leave(ctx))
		must(t, <-out)
		must(t, <-out)
	})
}

// A wait that ends leaves no znode, and the barrier does not count it.
func TestDoubleCancelled(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		cause := errors.New("no patience")
		short, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
		defer cancel()
		if _, err := double(t, c, 2).Enter(short); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if names := children(t, c); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
		next := entering(t.Context(), double(t, c, 2))
		time.Sleep(time.Second)
		if len(next) != 0 {
			t.Error("in alone")
		}
		m, err := double(t, c, 2).Enter(t.Context())
		must(t, err)
		other := <-next
		must(t, other.err)

		// Leave that is cancelled goes on where it was.
		short, cancel = context.WithTimeoutCause(t.Context(), time.Second, cause)
		defer cancel()
		if err := m.Leave(short); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if names := children(t, c); len(names) != 2 {
			t.Errorf("folder: %v", names)
		}
		left := make(chan error, 1)
		go func() { left <- m.Leave(t.Context()) }()
		time.Sleep(time.Second)
		must(t, other.m.Leave(t.Context()))
		must(t, <-left)
		if names := children(t, c); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A member that dies inside counts as one that leaves; all who die leave ready, and the next round is none the worse.
func TestDoubleMembersDie(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		round := func() (one, two *barrier.Member) {
			first := entering(ctx, double(t, a, 2))
			time.Sleep(time.Second)
			if len(first) != 0 {
				t.Fatal("in alone")
			}
			two, err := double(t, b, 2).Enter(ctx)
			must(t, err)
			r := <-first
			must(t, r.err)
			return r.m, two
		}
		one, two := round()
		left := make(chan error, 1)
		go func() { left <- one.Leave(ctx) }()
		time.Sleep(time.Second)
		w.Server.ExpireSession(b.Session().ID())
		must(t, <-left)
		<-two.Context().Done()
		if cause := context.Cause(two.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		must(t, two.Leave(ctx))
		if names := children(t, a); len(names) != 0 {
			t.Errorf("left: %v", names)
		}

		round()
		w.Server.ExpireSession(a.Session().ID())
		w.Server.ExpireSession(b.Session().ID())
		time.Sleep(5 * time.Second)
		if names := children(t, a); !slices.Equal(names, []string{"ready"}) {
			t.Errorf("folder: %v", names)
		}
		one, two = round()
		go func() { left <- one.Leave(ctx) }()
		must(t, two.Leave(ctx))
		must(t, <-left)

		_, err := a.Create(path + "/ready").Do(ctx)
		must(t, err)
		must(t, double(t, a, 2).Clear(ctx))
		must(t, double(t, a, 2).Clear(ctx))
		if names := children(t, a); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A waiter whose session ends is told.
func TestDoubleWaiterLosesSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		wait := entering(t.Context(), double(t, c, 2))
		synctest.Wait()
		w.Server.ExpireSession(c.Session().ID())
		if r := <-wait; !errors.Is(r.err, client.ErrSessionLost) || r.m != nil {
			t.Errorf("got %v", r.err)
		}
	})
}

// Members of other libraries, which take ready away before they leave: nobody is out before they are gone.
func TestDoubleForeignMembers(t *testing.T) {
	for _, name := range []string{"0a0dc8ed-b78b-405c-b366-a82880292079", "0123456789abcdef0123456789abcdef"} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			ctx := t.Context()
			a, other := w.Connect(t, "a"), w.Connect(t, "other")
			_, err := other.Create(path + "/" + name).Ephemeral().ParentContainers().Do(ctx)
			must(t, err)
			m, err := double(t, a, 2).Enter(ctx)
			must(t, err)
			left := make(chan error, 1)
			go func() { left <- m.Leave(ctx) }()
			synctest.Wait()
			must(t, other.Delete(path+"/ready").Do(ctx))
			time.Sleep(time.Minute)
			if len(left) != 0 {
				t.Error("out before the other member")
			}
			must(t, other.Delete(path+"/"+name).Do(ctx))
			must(t, <-left)
		})
	}
}

// Under a chroot all paths are the caller's own.
func TestDoubleUnderChroot(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		outside := w.Connect(t, "b")
		_, err := outside.Create("/app").Do(ctx)
		must(t, err)
		c, err := client.Connect(ctx, w.Addr+"/app", client.WithDial(w.Host("a").DialContext))
		must(t, err)
		first := entering(ctx, double(t, c, 2))
		time.Sleep(time.Second)
		second, err := double(t, c, 2).Enter(ctx)
		must(t, err)
		r := <-first
		must(t, r.err)
		for _, p := range []string{second.Path(), r.m.Path(), path + "/ready"} {
			if there, _, err := outside.Exists("/app" + p).Do(ctx); err != nil || !there {
				t.Errorf("%s is not below the chroot: %v", p, err)
			}
		}
		left := make(chan error, 1)
		go func() { left <- r.m.Leave(ctx) }()
		must(t, second.Leave(ctx))
		must(t, <-left)
		must(t, c.Close(ctx))
	})
}
