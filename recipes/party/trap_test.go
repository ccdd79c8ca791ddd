package party_test

import (
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// dropReply loses the first answer to an operation of a host's, after the server has done what was asked.
func dropReply(w *zktest.World, host, op string) (hit *atomic.Bool) {
	hit = new(atomic.Bool)
	w.Net.Intercept(func(f fault.Frame) fault.Action {
		if f.Host == host && f.Reply && f.Op == op && hit.CompareAndSwap(false, true) {
			return fault.Cut
		}
		return fault.Pass
	})
	return hit
}

// A create whose answer was lost makes one member, not two, and the membership is that one's.
func TestJoinWhoseAnswerWasLostIsOneMember(t *testing.T) {
	for _, kind := range makers {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			a := w.Connect(t, "a")
			p, err := kind.make(a, path, party.WithID("ada"))
			must(t, err)
			must(t, join(t, p).Leave()) // makes the folder
			hit := dropReply(w, "a", "create2")
			m := join(t, p)
			if names := children(t, a, path); !hit.Load() || len(names) != 1 || m.Path() != path+"/"+names[0] {
				t.Errorf("hit %v: %q, member at %s", hit.Load(), names, m.Path())
			}
			must(t, m.Leave())
		})
	}
}

// kazoo remembers that it has made the folder, and fails when that has gone. The folder is made again here, by Join and by who stays.
func TestFolderThatWentIsMadeAgain(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := deep(t, a, "ada")
		must(t, join(t, p).Leave())
		must(t, b.Delete("/parties").WithChildren().Do(t.Context()))
		must(t, join(t, p).Leave())
		s, err := p.Stay(t.Context())
		must(t, err)
		must(t, b.Delete("/parties").WithChildren().Do(t.Context()))
		time.Sleep(time.Second)
		if got := here(t, p); !slices.Equal(got, []string{"ada"}) {
			t.Errorf("members %q", got)
		}
		must(t, s.Leave())
	})
}

// A member that goes between the listing and the reading of its znode is passed over.
func TestMemberThatGoesMeanwhileIsPassedOver(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		stays, goes := join(t, deep(t, w.Connect(t, "a"), "stays")), join(t, deep(t, w.Connect(t, "b"), "goes"))
		b := deep(t, w.Connect(t, "c"), "")
		time.Sleep(time.Second)
		got := make(chan []string, 1)
		go func() { got <- here(t, b) }()
		time.Sleep(oneWay + time.Millisecond) // the answer to the listing is under way, and arrives when the delete does
		must(t, goes.Leave())
		if ids := <-got; !slices.Equal(ids, []string{"stays"}) {
			t.Errorf("members %q", ids)
		}
		must(t, stays.Leave())
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// After a new session the watch over the members stands again, also if nothing happened meanwhile.
func TestChangesAreToldAfterANewSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		changes := make(chan party.Change, 10)
		go func() {
			for change, err := range shallow(t, b, "").Changes(t.Context()) {
				if err != nil {
					return
				}
				changes <- change
			}
		}()
		<-changes
		for range 3 {
			w.Server.ExpireSession(b.Session().ID())
			time.Sleep(time.Second)
			m := join(t, shallow(t, a, "ada"))
			if c := <-changes; len(c.Joined) != 1 {
				t.Errorf("got %+v", c)
			}
			must(t, m.Leave())
			if c := <-changes; len(c.Left) != 1 {
				t.Errorf("got %+v", c)
			}
		}
	})
}

// A reconnect to the same session publishes nothing anew: the others see no flapping.
func TestReconnectChangesNothing(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		s, err := shallow(t, a, "ada").Stay(t.Context())
		must(t, err)
		p := started(t, a, "one")
		share := acquire(t, p)
		time.Sleep(time.Second)
		zxid := w.Server.Stats().LastZxid
		for range 5 {
			w.Host("a").Cut()
			must(t, a.WaitConnected(t.Context()))
			time.Sleep(time.Second)
		}
		if now := w.Server.Stats().LastZxid; now != zxid || share.Context().Err() != nil || s.Membership() == nil {
			t.Errorf("zxid %d, then %d", zxid, now)
		}
		must(t, s.Leave())
	})
}

// What was listed before the connection was lost is nothing to own by: without a connection nobody acquires.
func TestNoShareFromWhatWasKnownBefore(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one := started(t, a, "one")
		synctest.Wait() // it has listed itself alone, and lets the time boundary pass
		w.Host("a").Partition()
		two := started(t, b, "two")
		time.Sleep(2 * time.Second)
		if now := state(t, one, party.Allocating); now.Share != nil {
			t.Errorf("got %+v", now)
		}
		w.Host("a").Heal()
		x, y := owned(acquire(t, one)), owned(acquire(t, two))
		if got := len(x) + len(y); got != len(abc) {
			t.Errorf("%q and %q", x, y)
		}
	})
}
