package party_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Everybody who comes and goes is told of once, from before the party is there, and over lost connections and sessions.
func TestChanges(t *testing.T) {
	for _, kind := range makers {
		t.Run(kind.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				watcher, err := kind.make(b, path)
				must(t, err)
				changes := make(chan party.Change, 100)
				ctx, cancel := context.WithCancelCause(t.Context())
				over := make(chan error, 1)
				go func() {
					for change, err := range watcher.Changes(ctx) {
						if err != nil {
							over <- err
							return
						}
						changes <- change
					}
				}()
				next := func(now, joined, left []string) {
					t.Helper()
					c := <-changes
					if !slices.Equal(ids(c.Members), now) || !slices.Equal(ids(c.Joined), joined) || !slices.Equal(ids(c.Left), left) {
						t.Fatalf("got %+v, want %q joined %q left %q", c, now, joined, left)
					}
				}
				next(nil, nil, nil)
				p, err := kind.make(a, path, party.WithID("x"))
				must(t, err)
				q, err := kind.make(a, path, party.WithID("y"))
				must(t, err)
				x := join(t, p)
				synctest.Wait()
				y := join(t, q)
				next([]string{"x"}, []string{"x"}, nil)
				next([]string{"x", "y"}, []string{"y"}, nil)
				w.Host("b").Cut()
				must(t, x.Leave())
				next([]string{"y"}, nil, []string{"x"})
				w.Server.ExpireSession(b.Session().ID())
				time.Sleep(time.Second)
				must(t, y.Leave())
				next(nil, nil, []string{"y"})
				must(t, b.Delete(path).Do(t.Context())) // and with the folder nobody
				synctest.Wait()
				x = join(t, p)
				next([]string{"x"}, []string{"x"}, nil)
				must(t, x.Leave())
				next(nil, nil, []string{"x"})
				cause := errors.New("enough")
				cancel(cause)
				if err := <-over; !errors.Is(err, cause) {
					t.Errorf("ended with %v", err)
				}
				synctest.Wait()
				if left, err := b.CheckWatches(path).Children().Do(t.Context()); left || err != nil {
					t.Errorf("a watch is left: %v, %v", left, err)
				}
			})
		})
	}
}

// One who stays is in again in the next session, under the same name, and says why it was out.
func TestStay(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		s, err := shallow(t, a, "ada").Stay(t.Context())
		must(t, err)
		changes := s.Changes(t.Context())
		first := <-changes
		if first.Err != nil || first.Membership == nil || s.Membership() != first.Membership {
			t.Fatalf("at first %+v", first)
		}
		in := func() *party.Membership {
			t.Helper()
			for c := range changes {
				if c.Membership != nil {
					return c.Membership
				}
			}
			t.Fatal("the stay is over")
			return nil
		}
		w.Server.ExpireSession(a.Session().ID())
		if cause := ended(first.Membership.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		second := in()
		if second.Token() <= first.Membership.Token() || second.Path() != first.Membership.Path() {
			t.Errorf("%s %d, then %s %d", first.Membership.Path(), first.Membership.Token(), second.Path(), second.Token())
		}
		must(t, b.Delete(second.Path()).Do(t.Context()))
		third := in()
		if got := here(t, shallow(t, b, "")); !slices.Equal(got, []string{"ada"}) {
			t.Errorf("members %q", got)
		}
		must(t, s.Leave())
		must(t, s.Leave())
		if !errors.Is(context.Cause(third.Context()), party.ErrLeft) || s.Membership() != nil {
			t.Errorf("after Leave: %v", context.Cause(third.Context()))
		}
		last := <-changes
		if _, open := <-changes; open || !errors.Is(last.Err, party.ErrLeft) {
			t.Errorf("the last change is %+v", last)
		}
		if names := children(t, b, path); len(names) != 0 {
			t.Errorf("left: %q", names)
		}
	})
}

// The client declares the session lost before the server does. The znode of the old session must not be taken for the new one's.
func TestStayMeetsItsOldSelf(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		s, err := deep(t, a, "ada").Stay(t.Context())
		must(t, err)
		first := s.Membership()
		w.Host("a").Partition()
		<-first.Context().Done() // a third of the timeout before the server's clock runs out, at least
		w.Host("a").Heal()
		for c := range s.Changes(t.Context()) {
			if c.Membership != nil {
				break
			}
		}
		time.Sleep(time.Minute)
		m := s.Membership()
		if m == nil {
			t.Fatal("it is out")
		}
		_, stat, err := b.Get(m.Path()).Do(t.Context())
		must(t, err)
		if stat.EphemeralOwner != a.Session().ID() || m.Path() != first.Path() {
			t.Errorf("%s belongs to %x", m.Path(), stat.EphemeralOwner)
		}
		must(t, s.Leave())
	})
}

// A stay ends with the client, and says so.
func TestStayEndsWithTheClient(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		s, err := deep(t, a, "ada").Stay(t.Context())
		must(t, err)
		must(t, a.Close(t.Context()))
		var last party.Presence
		for last = range s.Changes(t.Context()) {
			continue
		}
		if !errors.Is(last.Err, client.ErrClosed) {
			t.Errorf("the last change is %+v", last)
		}
		must(t, s.Leave())
	})
}
