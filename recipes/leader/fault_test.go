package leader_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
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
	sudden bool                                               // the server gives the lead to another before the one who loses it can know
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
	{name: "session expired", reply: true, sudden: true, event: func(t *testing.T, w *zktest.World, session int64) {
		t.Helper()
		w.Server.ExpireSession(session)
	}},
	{name: "deleted by hand", reply: true, sudden: true, event: func(t *testing.T, w *zktest.World, session int64) {
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
	{name: "foreign child", reply: true, event: func(t *testing.T, w *zktest.World, _ int64) {
		t.Helper()
		c := w.Connect(t, "hand")
		if _, err := c.Create(path + "/readme").Parents().Do(t.Context()); err != nil && !errors.Is(err, zk.ErrNodeExists) {
			t.Error(err)
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

// referee sees that there is one leader at a time, and that epochs grow. Where the server can give the lead away before its loser can
// know, a term may even begin behind a later one: that is what epochs are for, and it must end.
type referee struct {
	sudden    bool
	mu        sync.Mutex // guards what follows
	last      *leader.Term
	overtaken []*leader.Term
}

func (r *referee) begins(t *testing.T, term *leader.Term) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && r.last.Path() != term.Path() {
		if r.last.Context().Err() == nil && term.Context().Err() == nil && !r.sudden {
			t.Errorf("two leaders: %s and %s", r.last.Path(), term.Path())
		}
		if term.Epoch() <= r.last.Epoch() {
			if !r.sudden {
				t.Errorf("epochs %d, then %d", r.last.Epoch(), term.Epoch())
			}
			r.overtaken = append(r.overtaken, term)
			return
		}
	}
	r.last = term
}

// settled checks, at the end, that no term outlived one that was given later.
func (r *referee) settled(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, term := range r.overtaken {
		if term.Context().Err() == nil {
			t.Errorf("epoch %d goes on behind %d", term.Epoch(), r.last.Epoch())
		}
	}
}

// watch lets the referee hear of a latch's terms until it is closed.
func (r *referee) watch(t *testing.T, l *leader.Latch) {
	t.Helper()
	heard := l.Changes(t.Context())
	go func() {
		for c := range heard {
			if c.Term != nil {
				r.begins(t, c.Term)
			}
		}
	}()
}

// left checks that no participant's znode stays.
func left(t *testing.T, c *client.Client) {
	t.Helper()
	time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew; less than the session timeout
	names, _, err := c.Children(path).Do(t.Context())
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		t.Fatal(err)
	}
	if names = slices.DeleteFunc(names, func(name string) bool { return name == "readme" }); len(names) != 0 {
		t.Errorf("left: %v", names)
	}
}

// Two latches, a fault at one of them: one leads at a time, somebody does in the end, and nothing is left.
func TestSweepLatch(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World, a *client.Client, f aFault) {
		r := &referee{sudden: f.sudden}
		b := w.Connect(t, "b")
		one := start(t, a)
		r.watch(t, one)
		two := start(t, b)
		r.watch(t, two)
		time.Sleep(10 * time.Second)
		if (one.Term() == nil) == (two.Term() == nil) {
			t.Errorf("after the fault: %v, %v", one.Term(), two.Term())
		}
		_ = one.Close(t.Context()) // may not be confirmed
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		if _, err := two.Await(ctx); err != nil {
			t.Errorf("the other one: %v", err)
		}
		_ = two.Close(t.Context())
		left(t, b)
		r.settled(t)
	})
}

// The same from behind: the one with the fault waits first.
func TestSweepLatchBehind(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World, a *client.Client, f aFault) {
		r := &referee{sudden: f.sudden}
		b := w.Connect(t, "b")
		first := start(t, b)
		r.watch(t, first)
		await(t, first)
		behind := start(t, a)
		r.watch(t, behind)
		time.Sleep(10 * time.Second)
		if f.name != "server restarted" && behind.Term() != nil {
			t.Errorf("leads at %s, and the first is %v", behind.Term().Path(), first.Term())
		}
		_ = first.Close(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := behind.Await(ctx); err != nil {
			t.Errorf("the one behind: %v", err)
		}
		_ = behind.Close(t.Context())
		left(t, b)
		r.settled(t)
	})
}

// A Selector that goes on until it has led twice to the end, beside another.
func TestSweepSelector(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World, a *client.Client, f aFault) {
		r := &referee{sudden: f.sudden}
		b := w.Connect(t, "b")
		var all sync.WaitGroup
		for _, c := range []*client.Client{a, b} {
			s := selector(t, c, leader.WithRequeue())
			all.Go(func() {
				enough, terms := errors.New("enough"), 0
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				err := s.Run(ctx, func(ctx context.Context) error {
					r.begins(t, leader.FromContext(ctx))
					select {
					case <-time.After(500 * time.Millisecond):
					case <-ctx.Done():
						return context.Cause(ctx)
					}
					if terms++; terms == 2 {
						return enough
					}
					return nil
				})
				if !errors.Is(err, enough) {
					t.Errorf("ended with %v after %d terms", err, terms)
				}
			})
		}
		all.Wait()
		left(t, b)
		r.settled(t)
	})
}

// Golden names: what Curator and its users see.
func TestNames(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for _, tt := range []struct {
			suffix string
			begin  func() (end func())
		}{
			{"-latch-0000000000", func() func() {
				l := start(t, c)
				return func() { must(t, l.Close(t.Context())) }
			}},
			{"-lock-0000000001", func() func() {
				ctx, cancel := context.WithCancel(t.Context())
				var all sync.WaitGroup
				s := selector(t, c)
				all.Go(func() { _ = s.Run(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil }) })
				return func() { cancel(); all.Wait() }
			}},
		} {
			end := tt.begin()
			time.Sleep(time.Second)
			if got := names(t, c); len(got) != 1 || len(got[0]) != len("_c_")+36+len(tt.suffix) ||
				!strings.HasPrefix(got[0], "_c_") || !strings.HasSuffix(got[0], tt.suffix) {
				t.Errorf("%v, want _c_<uuid>%s", got, tt.suffix)
			}
			end()
		}
	})
}
