package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A connection that ends at any frame loses no watch, doubles none and leaves none behind at the server.
func TestWatchesAndEveryFrame(t *testing.T) {
	for _, version := range []server.Version{server.V38, server.V39} {
		for _, action := range []fault.Action{fault.Cut, fault.CutAfter, fault.Drop} {
			t.Run(fmt.Sprintf("%v/%v", version, action), func(t *testing.T) {
				n := 1
				for fired := true; fired; n++ {
					zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
						fired = sweep(t, w, n, action)
					}, zktest.Version(version))
					if t.Failed() {
						t.Fatalf("frame %d", n)
					}
				}
				if n < 25 {
					t.Errorf("only %d frames", n)
				}
			})
		}
	}
}

func sweep(t *testing.T, w *zktest.World, n int, action fault.Action) (fired bool) {
	t.Helper()
	ctx := t.Context()
	c, other := w.Connect(t, "a"), w.Connect(t, "other")
	for _, path := range []string{"/w", "/w/r", "/w/d", "/w/k"} {
		_, err := other.Create(path).Do(ctx)
		must(t, err)
	}
	// A notification that vanishes while its connection lives is no fault that a network has.
	rule := fault.Nth(n, fault.Match{}.Host("a").When("not a notification", func(f fault.Frame) bool {
		return action != fault.Drop || !f.Notification
	}), action)
	w.Net.Inject(rule)

	persistent, err := c.Watch("/w").Do(ctx)
	must(t, err)
	recursive, err := c.Watch("/w/r").Recursive().Do(ctx)
	must(t, err)
	second, err := c.Watch("/w/r").Do(ctx)
	must(t, err)
	_, _, data, err := c.Get("/w/d").DoW(ctx)
	must(t, err)
	_, _, exist, err := c.Exists("/w/e").DoW(ctx)
	must(t, err)
	_, _, child, err := c.Children("/w/k").DoW(ctx)
	must(t, err)
	_, _, served, err := c.Get("/w/r").DoW(ctx)
	must(t, err)

	_, err = other.Set("/w").Do(ctx)
	must(t, err)
	_, err = other.Create("/w/r/x").Do(ctx)
	must(t, err)
	_, err = other.Set("/w/r").Do(ctx)
	must(t, err)
	_, err = other.Set("/w/d").Do(ctx)
	must(t, err)
	_, err = other.Create("/w/e").Do(ctx)
	must(t, err)
	_, err = other.Create("/w/k/x").Do(ctx)
	must(t, err)
	_, _, err = c.Exists("/").Do(ctx)
	must(t, err)
	time.Sleep(20 * time.Second) // a lost frame is noticed by the next ping

	event(t, data, zk.EventNodeDataChanged, "/w/d")
	event(t, exist, zk.EventNodeCreated, "/w/e")
	event(t, child, zk.EventNodeChildrenChanged, "/w/k")
	event(t, served, zk.EventNodeDataChanged, "/w/r")
	heard(t, persistent, "EventNodeDataChanged /w", "EventNodeChildrenChanged /w")
	heard(t, recursive, "EventNodeCreated /w/r/x", "EventNodeDataChanged /w/r")
	heard(t, second, "EventNodeChildrenChanged /w/r", "EventNodeDataChanged /w/r")

	for _, watch := range []*client.Watch{persistent, recursive, second} {
		must(t, watch.Close(ctx))
		for ev := range watch.Events() {
			if !client.Missed(ev) { // the fault was after the last look
				t.Errorf("heard %+v late", ev)
			}
		}
		if !errors.Is(watch.Err(), client.ErrWatchRemoved) {
			t.Errorf("a closed watch: %v", watch.Err())
		}
	}
	time.Sleep(20 * time.Second)
	for _, path := range []string{"/w", "/w/r", "/w/d", "/w/e", "/w/k"} {
		if has, err := c.CheckWatches(path).Do(ctx); has || err != nil {
			t.Errorf("the server still has a watch of %s: %v, %v", path, has, err)
		}
	}
	return rule.Fired() > 0
}

// heard checks that a watch told each of these events once, in order, or says that it may have missed what it has not told.
func heard(t *testing.T, w *client.Watch, want ...string) {
	t.Helper()
	missed, skipped := false, false
	for {
		select {
		case ev, ok := <-w.Events():
			text := fmt.Sprintf("%v %s", ev.Type, ev.Path)
			switch {
			case !ok:
				t.Errorf("the watch has ended: %v", w.Err())
				return
			case client.Missed(ev):
				missed = true
				continue
			}
			for len(want) > 0 && want[0] != text {
				// What a one-shot on the path is told of the time without a connection is told here, too, before the watch stands.
				want, skipped = want[1:], true
			}
			if len(want) == 0 || want[0] != text {
				t.Errorf("heard %s, which is not owed any more", text)
				return
			}
			want = want[1:]
			continue
		default:
		}
		if (skipped || len(want) > 0) && !missed {
			t.Errorf("not all was heard, not %q", want)
		}
		return
	}
}

// A session that is lost ends every watch, with a cause, whatever ended it.
func TestWatchesEndWithTheirSession(t *testing.T) {
	for name, fate := range map[string]func(t *testing.T, w *zktest.World, c *client.Client){
		"expired": func(t *testing.T, w *zktest.World, c *client.Client) {
			t.Helper()
			w.Server.ExpireSession(c.Session().ID())
		},
		"partitioned": func(t *testing.T, w *zktest.World, _ *client.Client) {
			t.Helper()
			w.Host("a").Partition()
			time.Sleep(time.Minute)
			w.Host("a").Heal()
		},
		"closed": func(t *testing.T, _ *zktest.World, c *client.Client) {
			t.Helper()
			must(t, c.Close(t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				c := w.Connect(t, "a")
				stays, err := c.Watch("/").Recursive().Do(ctx)
				must(t, err)
				_, _, once, err := c.Children("/").DoW(ctx)
				must(t, err)
				fate(t, w, c)
				want := client.ErrSessionLost
				if name == "closed" {
					want = client.ErrClosed
				}
				for range stays.All(ctx) {
					t.Error("an event")
				}
				if !errors.Is(stays.Err(), want) {
					t.Errorf("a watch that stays: %v", stays.Err())
				}
				for ev := range once.All(ctx) {
					if ev.Type != zk.EventNotWatching || ev.Err == nil {
						t.Errorf("a one-shot: %+v", ev)
					}
				}
				if !errors.Is(once.Err(), want) {
					t.Errorf("a one-shot: %v", once.Err())
				}
				if name == "closed" {
					if _, err := c.Watch("/").Do(ctx); !errors.Is(err, client.ErrClosed) {
						t.Errorf("a watch of a closed client: %v", err)
					}
					return
				}
				again, err := c.Watch("/").Do(ctx) // in the next session
				must(t, err)
				_, err = c.Create("/n").Do(ctx)
				must(t, err)
				if ev := <-again.Events(); ev.Type != zk.EventNodeChildrenChanged {
					t.Errorf("the next session's: %+v", ev)
				}
			})
		})
	}
}

// A server that comes back with its sessions has no watches any more: they are set again, and tell of what comes.
func TestWatchesSurviveServerRestart(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, other := w.Connect(t, "a"), w.Connect(t, "other")
		stays, err := c.Watch("/").Recursive().Do(ctx)
		must(t, err)
		_, _, once, err := c.Exists("/n").DoW(ctx)
		must(t, err)
		id := c.Session().ID()
		w.Server.Kill()
		time.Sleep(time.Second)
		must(t, w.Server.Start(ctx))
		event(t, stays, client.EventRearmed, "/")
		_, err = other.Create("/n").Do(ctx)
		must(t, err)
		event(t, once, zk.EventNodeCreated, "/n")
		event(t, stays, zk.EventNodeCreated, "/n")
		if c.Session().ID() != id {
			t.Error("the session is another")
		}
	})
}

// A server that knows no watches that stay is told from one that fails, and the session goes on.
func TestWatchUnsupported(t *testing.T) {
	for _, version := range []server.Version{server.V34, server.V35} {
		t.Run(version.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				c := w.Connect(t, "a")
				id := c.Session().ID()
				_, _, once, err := c.Children("/").DoW(ctx)
				must(t, err)
				_, err = c.Watch("/").Recursive().Do(ctx)
				if !errors.Is(err, client.ErrUnsupported) || !errors.Is(err, client.ErrUnimplemented) {
					t.Errorf("got %v", err)
				}
				_, err = c.Create("/n").Do(ctx)
				must(t, err)
				event(t, once, zk.EventNodeChildrenChanged, "/")
				if c.Session().ID() != id {
					t.Error("the session is another")
				}
			}, zktest.Version(version))
		})
	}
}

// Nothing newer than a one-shot needs is sent: giving one up on a server before 3.5 does not cost the connection.
func TestStopOnOldServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		states := c.States(ctx)
		<-states
		_, _, once, err := c.Children("/").DoW(ctx)
		must(t, err)
		must(t, once.Close(ctx))
		time.Sleep(time.Minute)
		select {
		case s := <-states:
			t.Errorf("state %v", s.State)
		default:
		}
	}, zktest.Version(server.V34))
}

// A watch lives as long as its context, and a receiver that is too slow is told so.
func TestWatchContextAndOverflow(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		c := w.Connect(t, "a")
		watch, err := c.Watch("/n").Buffer(2).Do(ctx)
		must(t, err)
		_, err = c.Create("/n").Do(ctx)
		must(t, err)
		for range 9 {
			_, err = c.Set("/n").Do(ctx)
			must(t, err)
		}
		var got []zk.EventType
		for ev := range watch.All(ctx) {
			got = append(got, ev.Type)
			if client.Missed(ev) {
				break
			}
		}
		if fmt.Sprint(got) != fmt.Sprint([]zk.EventType{zk.EventNodeCreated, zk.EventNodeDataChanged, client.EventOverflow}) ||
			watch.Dropped() != 8 || watch.Err() != nil {
			t.Errorf("got %v, dropped %d, %v", got, watch.Dropped(), watch.Err())
		}
		_, err = c.Set("/n").Do(ctx)
		must(t, err)
		event(t, watch, zk.EventNodeDataChanged, "/n")
		why := errors.New("enough")
		cancel(why)
		for range watch.Events() {
			t.Error("an event")
		}
		if !errors.Is(watch.Err(), why) {
			t.Errorf("ended with %v", watch.Err())
		}
		if _, err := c.Watch("/n").Do(ctx); !errors.Is(err, why) {
			t.Errorf("a watch with a context that is over: %v", err)
		}
		if _, err := c.Watch("/n").Buffer(0).Do(t.Context()); err == nil {
			t.Error("a buffer of 0")
		}
		if _, err := c.Watch("n").Do(t.Context()); err == nil {
			t.Error("a bad path")
		}
	})
}
