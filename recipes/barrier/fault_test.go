package barrier_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// ours tells the frames of the SDK on host a: not the handshake, not zk.Conn's pings.
func ours(f fault.Frame) bool { return f.Host == "a" && f.Xid < -100 && !f.Notification }

// aFault is what happens at one frame.
type aFault struct {
	name   string
	reply  bool
	action fault.Action
	event  func(t *testing.T, w *zktest.World, session int64) // beside the action
	robs   bool                                               // a member of its znode: for the others it has left
}

var faults = []aFault{
	{name: "reply dropped", reply: true, action: fault.Drop},
	{name: "reply cut", reply: true, action: fault.Cut},
	{name: "cut after reply", reply: true, action: fault.CutAfter},
	{name: "request dropped", action: fault.Drop},
	{name: "request cut", action: fault.Cut},
	{name: "cut after request", action: fault.CutAfter},
	{name: "server restarted", reply: true, event: func(t *testing.T, w *zktest.World, _ int64) {
		t.Helper()
		w.Server.Kill()
		time.Sleep(time.Second)
		if err := w.Server.Start(t.Context()); err != nil {
			t.Error(err)
		}
	}},
	{name: "session expired", reply: true, robs: true, event: func(t *testing.T, w *zktest.World, session int64) {
		t.Helper()
		w.Server.ExpireSession(session)
	}},
	{name: "deleted by hand", reply: true, robs: true, event: func(t *testing.T, w *zktest.World, session int64) {
		t.Helper()
		c := w.Connect(t, "hand")
		names, _, err := c.Children(path).Do(t.Context())
		if err != nil && !errors.Is(err, zk.ErrNoNode) {
			t.Error(err)
		}
		for _, name := range names {
			if _, stat, err := c.Get(path + "/" + name).Do(t.Context()); err == nil && stat.EphemeralOwner == session {
				_ = c.Delete(path + "/" + name).Do(t.Context()) // or it has gone by itself
			}
		}
	}},
}

// sweep runs a scenario with each fault at each frame of host a in turn, until the scenario is over before the fault.
func sweep(t *testing.T, scenario func(t *testing.T, w *zktest.World, a *client.Client, f aFault)) {
	t.Helper()
	for _, f := range faults {
		hit := true
		for n := int64(1); hit; n++ {
			t.Run(fmt.Sprintf("%s/%d", f.name, n), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					a := w.Connect(t, "a")
					session := a.Session().ID()
					var seen atomic.Int64
					var events sync.WaitGroup
					remove := w.Net.Intercept(func(frame fault.Frame) fault.Action {
						if !ours(frame) || frame.Reply != f.reply || seen.Add(1) != n {
							return fault.Pass
						}
						if f.event != nil { // not in the goroutine that writes
							events.Go(func() { f.event(t, w, session) })
						}
						return f.action
					})
					scenario(t, w, a, f)
					remove()
					events.Wait()
					hit = seen.Load() >= n
				})
			})
			if n > 100 {
				t.Fatal("the scenario never ends")
			}
		}
	}
}

// enterAnyhow enters again as long as sessions are lost and connections do not come back.
func enterAnyhow(ctx context.Context, d *barrier.Double) (*barrier.Member, error) {
	for {
		m, err := d.Enter(ctx)
		if err == nil || !client.Retryable(err) {
			return m, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func leaveAnyhow(ctx context.Context, m *barrier.Member) error {
	for {
		err := m.Leave(ctx)
		if err == nil || !client.Retryable(err) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// Two rounds of two members, a fault at one of them. In the first round the one with the fault waits for the other, in the second the other
// way round. Nobody is in before both came, nobody is out before both left, and nothing is left.
func TestSweepDouble(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World, a *client.Client, f aFault) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		b := w.Connect(t, "b")
		var came, left [2]atomic.Int32
		var all sync.WaitGroup
		for i, c := range []*client.Client{a, b} {
			d := double(t, c, 2)
			all.Go(func() {
				for round := range 2 {
					if round != i {
						time.Sleep(15 * time.Second) // a dropped frame is noticed, and the connection made anew
					}
					came[round].Add(1)
					m, err := enterAnyhow(ctx, d)
					if err != nil && f.robs && left[round].Load() == 1 {
						return // robbed when the barrier had opened: the other one was let in, and has left
					}
					if err != nil {
						t.Errorf("round %d: %d does not enter: %v", round, i, err)
						return
					}
					if n := came[round].Load(); n != 2 {
						t.Errorf("round %d: %d enters, and %d came", round, i, n)
					}
					if round != i {
						time.Sleep(15 * time.Second)
					}
					left[round].Add(1)
					if err := leaveAnyhow(ctx, m); err != nil {
						t.Errorf("round %d: %d does not leave: %v", round, i, err)
						return
					}
					if n := left[round].Load(); n != 2 && !f.robs {
						t.Errorf("round %d: %d leaves, and %d left", round, i, n)
					}
				}
			})
		}
		all.Wait()
		time.Sleep(8 * time.Second)
		if names := children(t, b); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// An Enter that is cancelled, with a fault on the way: nothing stays.
func TestSweepDoubleCancelled(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World, a *client.Client, _ aFault) {
		b := w.Connect(t, "b")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := enterAnyhow(ctx, double(t, a, 2)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("cancelling took %v", d-time.Second)
		}
		time.Sleep(9 * time.Second)
		if names := children(t, b); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A barrier that is set, waited at and removed, with a fault at each frame.
func TestSweepBarrier(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World, a *client.Client, _ aFault) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		b := w.Connect(t, "b")
		anyhow := func(verb func(context.Context) error) error {
			for {
				err := verb(ctx)
				if err == nil || !client.Retryable(err) {
					return err
				}
				time.Sleep(100 * time.Millisecond)
			}
		}
		here, there := simple(t, a), simple(t, b)
		must(t, anyhow(here.Set))
		var opened atomic.Bool
		var all sync.WaitGroup
		for _, wait := range []func(context.Context) error{here.Wait, there.Wait} {
			all.Go(func() {
				if err := anyhow(wait); err != nil {
					t.Errorf("waiting: %v", err)
				}
				if !opened.Load() {
					t.Error("passed a closed barrier")
				}
			})
		}
		time.Sleep(10 * time.Second)
		opened.Store(true)
		must(t, anyhow(here.Remove))
		all.Wait()
		if ok, _, err := b.Exists(path).Do(ctx); err != nil || ok {
			t.Errorf("closed still: %v, %v", ok, err)
		}
	})
}
