package group_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/tenant"
	"github.com/zookit-go/zookit/recipes/group"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

const path = "/groups/one"

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// second drops a call's result.
func second[T any](_ T, err error) error { return err }

func wantError(tb testing.TB, what string, err, want error) {
	tb.Helper()
	if !errors.Is(err, want) {
		tb.Errorf("%s: got %v, want %v", what, err, want)
	}
}

// join starts a member that is closed at the end.
func join(tb testing.TB, c *client.Client, id string) *group.Member {
	tb.Helper()
	m, err := group.NewMember(c, path, id, []byte("data of "+id))
	must(tb, err)
	must(tb, m.Start(tb.Context()))
	tb.Cleanup(func() { _ = m.Close(context.Background()) }) // the test has seen what it wanted
	return m
}

type seer interface{ Members() map[string][]byte }

// wantMembers checks that each sees the same, as fmt prints it.
func wantMembers(tb testing.TB, want string, seers ...seer) {
	tb.Helper()
	for i, s := range seers {
		all := map[string]string{}
		for id, data := range s.Members() {
			all[id] = string(data)
		}
		if got := fmt.Sprint(all); got != "map["+want+"]" {
			tb.Errorf("%d sees %s, want %s", i, got, want)
		}
	}
}

// Who is in sees who is in, and what they say.
func TestMembers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		view, err := group.NewView(w.Connect(t, "c"), path)
		must(t, err)
		must(t, view.Start(ctx)) // before there is a group
		defer view.Close()
		wantMembers(t, "", view)
		one := join(t, a, "one")
		wantMembers(t, "one:data of one", one) // itself, at once
		two := join(t, b, "two")
		synctest.Wait()
		wantMembers(t, "one:data of one two:data of two", one, two, view)
		must(t, one.SetData(ctx, []byte("new")))
		synctest.Wait()
		wantMembers(t, "one:new two:data of two", one, two, view)
		if one.ID() != "one" || string(one.Data()) != "new" || !one.State().Stands || one.Wait(ctx) != nil || one.Err() != nil {
			t.Errorf("%s, %q, %+v, %v", one.ID(), one.Data(), one.State(), one.Err())
		}
		_, err = b.Create(path + "/0123456789abcdef0123456789abcdef__party__").Data([]byte("kazoo")).Ephemeral().Do(ctx)
		must(t, err)
		synctest.Wait()
		wantMembers(t, "0123456789abcdef0123456789abcdef__party__:kazoo one:new two:data of two", one, two, view)
		must(t, b.Delete(path+"/0123456789abcdef0123456789abcdef__party__").Do(ctx))
		must(t, two.Close(ctx))
		must(t, two.Close(ctx))
		synctest.Wait()
		wantMembers(t, "one:new", one, view)
		must(t, one.Close(ctx))
		synctest.Wait()
		wantMembers(t, "", view)
		must(t, second(b.Create(path+"/late").Do(ctx))) // and what is below is nobody
		must(t, second(b.Create(path+"/late/child").Do(ctx)))
		synctest.Wait()
		wantMembers(t, "late:", view)
		must(t, b.Delete(path).WithChildren().Do(ctx)) // the whole group, and another one
		must(t, second(b.Create(path+"/new").Parents().Do(ctx)))
		synctest.Wait()
		wantMembers(t, "new:", view)
	})
}

// The stream tells of everybody who is in, and then of every change.
func TestChanges(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one, two := join(t, a, "one"), join(t, b, "two")
		synctest.Wait()
		var heard []string
		var end error
		go func() {
			for change, err := range one.Changes(ctx) {
				if end = err; err == nil {
					heard = append(heard, fmt.Sprintf("%s %s %s", change.Kind, change.ID, change.Data))
				}
			}
		}()
		want := func(want ...string) {
			t.Helper()
			synctest.Wait()
			if fmt.Sprint(heard) != fmt.Sprint(want) {
				t.Errorf("heard %q, want %q", heard, want)
			}
			heard = nil
		}
		want("Joined one data of one", "Joined two data of two")
		must(t, two.SetData(ctx, []byte("x")))
		want("Changed two x")
		must(t, two.SetData(ctx, []byte("x"))) // nothing new
		want()
		// Deleted and made anew, with the same data and the same version: another one, in one step or not.
		must(t, second(b.Txn(b.Delete(path+"/two"), b.Create(path+"/two").Data([]byte("x")).Ephemeral()).Do(ctx)))
		want("Left two x", "Joined two x")
		w.Server.ExpireSession(b.Session().ID())
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if got := fmt.Sprint(heard); got != "[Left two x Joined two x]" {
			t.Errorf("heard %s", got)
		}
		heard = nil
		must(t, two.Close(ctx))
		want("Left two x")
		must(t, one.Close(ctx))
		synctest.Wait()
		wantError(t, "the end", end, group.ErrClosed)
		wantError(t, "err", one.Err(), group.ErrClosed)
	})
}

// On a new connection everything is looked at again: what happened meanwhile is told.
func TestMeanwhile(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one, two, three := join(t, a, "one"), join(t, b, "two"), join(t, b, "three")
		for _, away := range []time.Duration{3 * time.Second, time.Minute} { // with the same session, and with another
			synctest.Wait()
			w.Host("a").Partition()
			time.Sleep(time.Second)
			must(t, two.SetData(ctx, []byte(away.String())))
			must(t, b.Delete(path+"/three").Do(ctx))
			time.Sleep(away)
			w.Host("a").Heal()
			time.Sleep(10 * time.Second)
			must(t, one.Wait(ctx))
			wantMembers(t, "one:data of one three:data of three two:"+away.String(), one, two, three)
		}
	})
}

// A member that goes between the listing and the reading is no error (CURATOR-358, -436), and one that comes and goes quickly does not stay.
func TestVanishes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		for _, id := range []string{"stays", "goes"} {
			must(t, second(b.Create(path+"/"+id).Parents().Do(ctx)))
		}
		w.Net.Inject(fault.Always(fault.Request("getData").Host("a"), fault.Delay(time.Second)))
		view, err := group.NewView(a, path)
		must(t, err)
		defer view.Close()
		time.AfterFunc(500*time.Millisecond, func() { _ = b.Delete(path + "/goes").Do(ctx) }) // seen below
		must(t, view.Start(ctx))
		wantMembers(t, "stays:", view)
		must(t, second(b.Create(path+"/brief").Do(ctx)))
		time.Sleep(100 * time.Millisecond)
		must(t, b.Delete(path+"/brief").Do(ctx))
		time.Sleep(10 * time.Second)
		wantMembers(t, "stays:", view)
	})
}

// Refused, the view says why, and sees again when it may.
func TestRefused(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create(path).Parents().ACL(client.World(zk.PermCreate|zk.PermAdmin)).Do(ctx)))
		m, err := group.NewMember(a, path, "one", nil)
		must(t, err)
		wantError(t, "start", m.Start(ctx), zk.ErrNoAuth)
		must(t, second(b.SetACL(path).ACL(client.World(zk.PermAll)).Do(ctx)))
		must(t, m.Start(ctx))
		w.Server.ExpireSession(a.Session().ID())
		must(t, second(b.SetACL(path).ACL(client.World(zk.PermAdmin)).Do(ctx)))
		time.Sleep(10 * time.Second)
		wantError(t, "err", m.Err(), zk.ErrNoAuth)
		wantError(t, "wait", m.Wait(ctx), zk.ErrNoAuth)
		must(t, second(b.SetACL(path).ACL(client.World(zk.PermAll)).Do(ctx)))
		time.Sleep(time.Minute)
		must(t, m.Err())
		must(t, m.Wait(ctx))
		must(t, m.Close(ctx))
	})
}

func TestMisuse(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		for _, id := range []string{"", "a/b", "..", "\x00"} {
			_, err := group.NewMember(c, path, id, nil)
			wantError(t, "id "+id, err, zk.ErrInvalidPath)
		}
		_, err := group.NewView(c, "one")
		wantError(t, "path", err, zk.ErrInvalidPath)
		_, err = group.NewMember(c, "one", "id", nil)
		wantError(t, "path", err, zk.ErrInvalidPath)
		m, err := group.NewMember(c, path, "one", nil)
		must(t, err)
		wantError(t, "not started", m.Err(), group.ErrNotStarted)
		wantMembers(t, "one:", m)
		must(t, m.Start(ctx))
		if err := m.Start(ctx); !errors.Is(err, group.ErrStarted) || !strings.Contains(err.Error(), path) {
			t.Errorf("twice: %v", err)
		}
		must(t, m.Close(ctx))
		wantError(t, "closed", m.Start(ctx), group.ErrClosed)
		never, err := group.NewView(c, path)
		must(t, err)
		never.Close()
		never.Close()
		wantError(t, "closed", never.Start(ctx), group.ErrClosed)
		for _, err := range never.Changes(ctx) {
			wantError(t, "closed", err, group.ErrClosed)
		}
	})
}

// A Start that is given up leaves nothing, and can be repeated.
func TestGivenUp(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		m, err := group.NewMember(a, path, "one", nil)
		must(t, err)
		w.Host("a").Partition()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		wantError(t, "start", m.Start(ctx), context.DeadlineExceeded)
		w.Host("a").Heal()
		must(t, m.Start(t.Context()))
		must(t, m.Close(t.Context()))
	})
}

// Servers before 3.6 have no recursive watches, and the group is seen all the same, a lost session included.
func TestOldServers(t *testing.T) {
	for _, v := range []server.Version{server.V34, server.V35} {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				view, err := group.NewView(a, path)
				must(t, err)
				must(t, view.Start(ctx)) // before there is a group
				defer view.Close()
				one, two := join(t, a, "one"), join(t, b, "two")
				synctest.Wait()
				wantMembers(t, "one:data of one two:data of two", one, two, view)
				must(t, two.SetData(ctx, []byte("new")))
				synctest.Wait()
				wantMembers(t, "one:data of one two:new", one, two, view)
				w.Server.ExpireSession(a.Session().ID())
				time.Sleep(10 * time.Second)
				must(t, two.Close(ctx))
				synctest.Wait()
				wantMembers(t, "one:data of one", one, view)
				must(t, errors.Join(one.Err(), view.Err()))
			}, zktest.Version(v))
		})
	}
}

// A closed client ends it.
func TestClientClosed(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		m := join(t, a, "one")
		must(t, a.Close(t.Context()))
		synctest.Wait()
		wantError(t, "err", m.Err(), client.ErrClosed)
		for _, err := range m.Changes(t.Context()) {
			wantError(t, "changes", err, client.ErrClosed)
		}
		must(t, m.Close(t.Context()))
	})
}

// In a namespace and with a provider of access control lists: all znodes are inside and have its list.
func TestTenant(t *testing.T) {
	tenant.Check(t, func(t *testing.T, _ *zktest.World, c *client.Client, look func() []string) {
		one, two := join(t, c, "one"), join(t, c, "two")
		synctest.Wait()
		wantMembers(t, "one:data of one two:data of two", one, two)
		if got := fmt.Sprint(look()); got != "[/groups /groups/one /groups/one/one /groups/one/two]" {
			t.Errorf("%s", got)
		}
	})
}

// Whatever is lost, each sees the other in the end, and nothing is left of who has closed.
func TestSweep(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx := t.Context()
		one, two := join(t, s.Client(t), "one"), join(t, s.Connect(t, "b"), "two")
		_ = one.SetData(ctx, []byte("x"))
		must(t, two.SetData(ctx, []byte("y")))
		time.Sleep(20 * time.Second) // the fault is noticed, and mended
		must(t, one.SetData(ctx, []byte("z")))
		time.Sleep(20 * time.Second)
		saw, other := one.Members(), two.Members()
		for _, all := range []map[string][]byte{saw, other} {
			delete(all, "readme")
			if z := string(all["one"]); s.Fault.Name == zktest.WrittenByHand && z == "written by hand" {
				all["one"] = []byte("z") // which stays until the next SetData
			}
		}
		if fmt.Sprint(saw) != fmt.Sprint(other) || fmt.Sprintf("%s", saw) != "map[one:z two:y]" {
			t.Errorf("one sees %s, two sees %s", saw, other)
		}
		_ = one.Close(ctx) // may not be confirmed
		time.Sleep(9 * time.Second)
		others := two.Members()
		delete(others, "readme")
		if got := fmt.Sprintf("%s", others); got != "map[two:y]" {
			t.Errorf("then %s", got)
		}
		must(t, two.Close(ctx))
	}, zktest.InParallel(), zktest.WithFolders(path), zktest.LeavesNothing(time.Second, path))
}
