package barrier_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/zktest"
)

// leaving starts a Leave.
func leaving(t *testing.T, m *barrier.Member) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- m.Leave(t.Context()) }()
	return done
}

// kazoo's member takes ready away before it leaves, and is gone then: that does not say that ours are. Whether they saw it or not.
func TestForeignTakesReadyAway(t *testing.T) {
	const kazoo = path + "/0123456789abcdef0123456789abcdef"
	for _, first := range []bool{true, false} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			ctx := t.Context()
			a, b, other := w.Connect(t, "a"), w.Connect(t, "b"), w.Connect(t, "other")
			come := func() {
				_, err := other.Create(kazoo).Ephemeral().ParentContainers().Do(ctx)
				must(t, err)
			}
			if first {
				come()
			}
			one := entering(ctx, double(t, a, 3))
			synctest.Wait()
			if !first {
				come()
			}
			two, err := double(t, b, 3).Enter(ctx)
			must(t, err)
			r := <-one
			must(t, r.err)
			out := leaving(t, r.m)
			synctest.Wait()
			must(t, other.Delete(path+"/ready").Do(ctx))
			must(t, other.Delete(kazoo).Do(ctx))
			time.Sleep(time.Minute)
			if len(out) != 0 {
				t.Errorf("kazoo first %v: out while another of ours is in", first)
			}
			must(t, two.Leave(ctx))
			must(t, <-out)
			if names := children(t, a); len(names) != 0 {
				t.Errorf("left: %v", names)
			}
		})
	}
}

// Who did not look when it left, and must later, does not wait for those who came for the next round meanwhile.
func TestNextRoundIsNotWaitedFor(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b, other := w.Connect(t, "a"), w.Connect(t, "b"), w.Connect(t, "other")
		one := entering(ctx, double(t, a, 2))
		synctest.Wait()
		two, err := double(t, b, 2).Enter(ctx)
		must(t, err)
		r := <-one
		must(t, r.err)
		out := leaving(t, r.m)
		synctest.Wait()
		w.Host("a").Partition()
		must(t, two.Context().Err())
		w.Server.ExpireSession(b.Session().ID())
		next := entering(ctx, double(t, other, 2))
		time.Sleep(2 * time.Second)
		w.Host("a").Heal()
		select {
		case err := <-out:
			must(t, err)
		case <-time.After(time.Minute):
			t.Fatal("waits for a member of the next round")
		}
		m, err := double(t, a, 2).Enter(ctx)
		must(t, err)
		r = <-next
		must(t, r.err)
		out = leaving(t, r.m)
		must(t, m.Leave(ctx))
		must(t, <-out)
	})
}

// The sign by which the last one says that all are gone is never seen, and nothing stays of it.
func TestNothingStaysOfTheSign(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one := entering(ctx, double(t, a, 2))
		synctest.Wait()
		two, err := double(t, b, 2).Enter(ctx)
		must(t, err)
		r := <-one
		must(t, r.err)
		names, _, watch, err := b.Children(path + "/ready").DoW(ctx)
		must(t, err)
		data, _, err := b.Get(path + "/ready").Do(ctx)
		must(t, err)
		if len(names) != 0 || len(data) != 0 {
			t.Errorf("ready has %v and holds %q", names, data)
		}
		out := leaving(t, r.m)
		must(t, two.Leave(ctx))
		must(t, <-out)
		<-watch.Events()
		if names := children(t, a); !slices.Equal(names, []string{}) {
			t.Errorf("left: %v", names)
		}
	})
}

// A ready that stayed when all had died does not let in the first that comes to a folder without history.
func TestStaleReadyAlone(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		_, err := a.Create(path + "/ready").ParentContainers().Do(ctx)
		must(t, err)
		one := entering(ctx, double(t, a, 3))
		two := entering(ctx, double(t, a, 3))
		time.Sleep(time.Minute)
		if len(one) != 0 || len(two) != 0 {
			t.Error("in when two of three came")
		}
		m, err := double(t, b, 3).Enter(ctx)
		must(t, err)
		for _, wait := range []<-chan entered{one, two} {
			r := <-wait
			must(t, r.err)
			leaving(t, r.m)
		}
		must(t, m.Leave(ctx))
	})
}
