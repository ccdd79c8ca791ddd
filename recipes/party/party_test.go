package party_test

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
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The znodes are kazoo's: names, data, modes of members and of the folder.
func TestShape(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		for _, tc := range []struct {
			p    *party.Party
			name string
		}{
			{deep(t, a, "ada"), `^[0-9a-f]{32}__party__$`},
			{shallow(t, a, "ada"), `^[0-9a-f]{32}-ada$`},
			{shallow(t, a, ""), `^[0-9a-f]{32}-$`},
		} {
			m := join(t, tc.p)
			names := children(t, a, path)
			if len(names) != 1 || !regexp.MustCompile(tc.name).MatchString(names[0]) || m.Path() != path+"/"+names[0] {
				t.Fatalf("znodes %q, member at %s", names, m.Path())
			}
			data, stat, err := a.Get(m.Path()).Do(t.Context())
			must(t, err)
			if string(data) != m.ID() || stat.EphemeralOwner != a.Session().ID() || stat.Czxid != m.Token() {
				t.Errorf("data %q, %+v; token %d", data, stat, m.Token())
			}
			must(t, m.Leave())
		}
		// kazoo makes the folder once, so it must not be one that the server removes.
		time.Sleep(5 * time.Minute)
		if ok, _, err := a.Exists(path).Do(t.Context()); !ok || err != nil {
			t.Errorf("the folder is gone: %v", err)
		}
	})
}

func TestMembers(t *testing.T) {
	for _, kind := range makers {
		t.Run(kind.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				one, err := kind.make(a, path, party.WithID("one"))
				must(t, err)
				two, err := kind.make(b, path, party.WithID("two-2"))
				must(t, err)
				if n, err := one.Len(t.Context()); n != 0 || err != nil || len(here(t, one)) != 0 {
					t.Errorf("%d in a party that nobody made: %v", n, err)
				}
				m := join(t, one)
				also := join(t, one) // two members with one id
				other := join(t, two)
				if got := here(t, two); !slices.Equal(got, []string{"one", "one", "two-2"}) {
					t.Errorf("members %q", got)
				}
				must(t, also.Leave())
				if n, err := two.Len(t.Context()); n != 2 || err != nil {
					t.Errorf("%d members, %v", n, err)
				}
				if _, err := b.Txn(m.Guard(), b.Set(path)).Do(t.Context()); err != nil {
					t.Errorf("while it is in: %v", err)
				}
				must(t, m.Leave())
				must(t, m.Leave())
				if cause := context.Cause(m.Context()); !errors.Is(cause, party.ErrLeft) {
					t.Errorf("cause %v", cause)
				}
				if _, err := b.Txn(m.Guard(), b.Set(path)).Do(t.Context()); !errors.Is(err, zk.ErrNoNode) {
					t.Errorf("when it is out: %v", err)
				}
				if got := here(t, one); !slices.Equal(got, []string{"two-2"}) || other.Context().Err() != nil {
					t.Errorf("members %q", got)
				}
				must(t, other.Leave())
			})
		})
	}
}

// Foreign children: a Party leaves them out of account, a shallow one counts them, as kazoo does.
func TestForeignChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		_, err := a.Create(path + "/config").Data([]byte("x")).Parents().Do(t.Context())
		must(t, err)
		m := join(t, deep(t, a, "ada"))
		if n, err := deep(t, a, "").Len(t.Context()); n != 1 || err != nil || !slices.Equal(here(t, deep(t, a, "")), []string{"ada"}) {
			t.Errorf("%d in the party: %v", n, err)
		}
		want := []string{client.Base(m.Path()), "config"}
		slices.Sort(want)
		if got := here(t, shallow(t, a, "")); !slices.Equal(got, want) {
			t.Errorf("shallow: %q, want %q", got, want)
		}
		must(t, m.Leave())
	})
}

func TestBadArguments(t *testing.T) {
	for _, kind := range makers {
		for _, path := range []string{"", "a", "/a/", "/a//b", "/a/../b", "/a\x00"} {
			if p, err := kind.make(nil, path); !errors.Is(err, zk.ErrInvalidPath) || p != nil {
				t.Errorf("%s at %q: %v", kind.name, path, err)
			}
		}
		if p, err := kind.make(nil, path, party.WithID("\xff")); err == nil || p != nil {
			t.Errorf("%s: an id that is not UTF-8", kind.name)
		}
	}
	if p, err := party.NewShallow(nil, path, party.WithID("a/b")); err == nil || p != nil {
		t.Error("a slash in a znode's name")
	}
	if p, err := party.New(nil, path, party.WithID("a/b")); err != nil || p == nil {
		t.Errorf("a slash in a znode's data: %v", err)
	}
}

// A membership goes on without a connection and ends with its session, before the others see that.
func TestMembershipLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		m := join(t, deep(t, a, "ada"))
		seen := make(chan time.Time, 1)
		go func() {
			for change, err := range deep(t, b, "").Changes(t.Context()) {
				if err == nil && len(change.Left) == 1 {
					seen <- time.Now()
					return
				}
			}
		}()
		w.Host("a").Partition()
		time.Sleep(3 * time.Second)
		if m.Context().Err() != nil {
			t.Errorf("ended while suspended: %v", context.Cause(m.Context()))
		}
		if cause := ended(m.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		over := time.Now()
		if by := (<-seen).Sub(over); by < 0 {
			t.Errorf("others saw it %v before the member", -by)
		}
		w.Host("a").Heal()
		must(t, a.WaitConnected(t.Context()))
		must(t, m.Leave())
		time.Sleep(time.Minute)
		if got := here(t, deep(t, b, "")); len(got) != 0 {
			t.Errorf("%q survived silently", got)
		}
	})
}

func TestMembershipDeletedByHand(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		m := join(t, shallow(t, a, "ada"))
		_, err := b.Set(m.Path()).Data([]byte("other")).Do(t.Context()) // changed data is no loss
		must(t, err)
		synctest.Wait()
		if m.Context().Err() != nil {
			t.Fatalf("ended: %v", context.Cause(m.Context()))
		}
		must(t, b.Delete(m.Path()).Do(t.Context()))
		if cause := ended(m.Context()); !errors.Is(cause, party.ErrDeleted) {
			t.Errorf("cause %v", cause)
		}
		must(t, m.Leave())
	})
}

// A Join whose context ends, or that is refused, leaves nothing behind, and says path and recipe.
func TestJoinFails(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		cause := errors.New("no patience")
		ctx, cancel := context.WithCancelCause(t.Context())
		w.Host("a").Partition()
		go func() {
			time.Sleep(time.Second)
			cancel(cause)
		}()
		if m, err := deep(t, a, "").Join(ctx); !errors.Is(err, cause) || m != nil {
			t.Errorf("got %v", err)
		}
		w.Host("a").Heal()
		time.Sleep(5 * time.Second)
		if names := children(t, b, path); len(names) != 0 {
			t.Errorf("left: %q", names)
		}
		_, err := b.Create("/closed").ACL(client.World(zk.PermRead)).Do(t.Context())
		must(t, err)
		p, err := party.New(a, "/closed")
		must(t, err)
		_, err = p.Join(t.Context())
		if !errors.Is(err, zk.ErrNoAuth) || !regexp.MustCompile(`^party: join /closed: `).MatchString(err.Error()) {
			t.Errorf("got %v", err)
		}
	})
}

// It works below a namespace, and everything it makes has the provider's list.
func TestNamespaceAndACL(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		acl := []zk.ACL{client.World(zk.PermAll &^ zk.PermAdmin)}
		c := w.Connect(t, "a", client.WithACLProvider(func(string) []zk.ACL { return acl }))
		for _, kind := range makers {
			p, err := kind.make(c.Namespace("/space"), path, party.WithID("ada"))
			must(t, err)
			m := join(t, p)
			if got := here(t, p); !slices.Equal(got, []string{"ada"}) {
				t.Errorf("members %q", got)
			}
			for _, at := range []string{"/space", "/space/parties", "/space" + path, "/space" + m.Path()} {
				got, _, err := c.GetACL(at).Do(t.Context())
				if err != nil || !slices.Equal(got, acl) {
					t.Errorf("%s: %v, %v", at, got, err)
				}
			}
			must(t, m.Leave())
			if names := children(t, c, "/space"+path); len(names) != 0 {
				t.Errorf("left: %q", names)
			}
		}
	})
}
