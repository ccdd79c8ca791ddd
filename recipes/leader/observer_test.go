package leader_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/zktest"
)

type sight struct {
	who leader.Participant
	err error
}

// observe streams who leads, as client c sees it.
func observe(t *testing.T, c *client.Client) <-chan sight {
	t.Helper()
	o, err := leader.NewLatchObserver(c, path)
	must(t, err)
	seen := make(chan sight, 16)
	go func() {
		defer close(seen)
		for who, err := range o.Leaders(t.Context()) {
			seen <- sight{who, err}
		}
	}()
	return seen
}

func TestParticipants(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		o, err := leader.NewLatchObserver(c, path)
		must(t, err)
		if all, err := o.Participants(ctx); err != nil || len(all) != 0 {
			t.Errorf("of nobody: %v, %v", all, err)
		}
		if who, err := o.Leader(ctx); err != nil || who != (leader.Participant{}) {
			t.Errorf("of nobody: %v, %v", who, err)
		}
		one, two := start(t, c, leader.WithID("one")), start(t, c, leader.WithID("two"))
		term := await(t, one)
		all, err := o.Participants(ctx)
		must(t, err)
		want := leader.Participant{ID: "one", Path: term.Path(), Epoch: term.Epoch(), Leader: true}
		if len(all) != 2 || all[0] != want || all[1].ID != "two" || all[1].Leader || all[1].Epoch <= term.Epoch() {
			t.Errorf("%+v", all)
		}
		if who, err := two.Observer().Leader(ctx); err != nil || who != want {
			t.Errorf("%+v, %v", who, err)
		}
	})
}

// The stream tells every leader, through faults of the observer's own, and ends with the reason.
func TestLeaders(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, watcher := w.Connect(t, "a"), w.Connect(t, "watcher")
		seen := observe(t, watcher)
		expect := func(id string) {
			t.Helper()
			synctest.Wait()
			select {
			case s := <-seen:
				if s.err != nil || s.who.ID != id || s.who.Leader != (id != "") {
					t.Errorf("%+v, want %q", s, id)
				}
			default:
				t.Errorf("nothing seen, want %q", id)
			}
		}
		expect("") // no path
		one := start(t, a, leader.WithID("one"))
		expect("one")
		two := start(t, a, leader.WithID("two"))
		three := start(t, a, leader.WithID("three"))
		must(t, two.Close(ctx)) // unnoticed
		must(t, one.Close(ctx))
		expect("three")
		must(t, three.Close(ctx))
		expect("") // no participant
		four := start(t, a, leader.WithID("four"))
		expect("four")

		w.Host("watcher").Cut()
		time.Sleep(time.Second)
		w.Server.ExpireSession(watcher.Session().ID())
		time.Sleep(time.Second)
		must(t, four.Close(ctx))
		expect("")
		must(t, a.Delete(path).Do(ctx))
		start(t, a, leader.WithID("five"))
		expect("five")
		must(t, watcher.Close(ctx))
		if s := <-seen; !errors.Is(s.err, client.ErrClosed) || !strings.Contains(s.err.Error(), path) {
			t.Errorf("%+v", s)
		}
		if s, ok := <-seen; ok {
			t.Errorf("after the end: %+v", s)
		}
	})
}

// A loop that is left leaves no watch.
func TestLeadersLeavesNoWatch(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, watcher := w.Connect(t, "a"), w.Connect(t, "watcher")
		o, err := leader.NewLatchObserver(watcher, path)
		must(t, err)
		l := start(t, a)
		seen := 0
		for who, err := range o.Leaders(ctx) {
			must(t, err)
			if seen++; seen == 1 {
				must(t, l.Close(ctx))
				l = start(t, a, leader.WithID("next"))
				continue
			}
			if who.ID == "next" {
				break
			}
		}
		synctest.Wait()
		for _, name := range names(t, a) {
			if there, err := watcher.CheckWatches(path + "/" + name).Do(ctx); err != nil || there {
				t.Errorf("watch on %s: %v, %v", name, there, err)
			}
		}
	})
}
