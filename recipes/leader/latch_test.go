package leader_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

const path = "/leaders/one"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// start starts a latch that is closed when the test ends.
func start(t *testing.T, c *client.Client, opts ...leader.LatchOption) *leader.Latch {
	t.Helper()
	l, err := leader.NewLatch(c, path, opts...)
	must(t, err)
	must(t, l.Start(t.Context()))
	t.Cleanup(func() { _ = l.Close(context.Background()) }) // the test's context has ended
	return l
}

func await(t *testing.T, l *leader.Latch) *leader.Term {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	term, err := l.Await(ctx)
	must(t, err)
	return term
}

// names lists the election's folder as a bystander sees it, by number.
func names(t *testing.T, c *client.Client) []string {
	t.Helper()
	names, _, err := c.Children(path).Do(t.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	must(t, err)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(a[max(0, len(a)-10):], b[max(0, len(b)-10):]) })
	return names
}

func TestLatch(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		first := start(t, a, leader.WithID("ada"))
		term := await(t, first)
		folder := names(t, b)
		if len(folder) != 1 || !strings.HasPrefix(folder[0], "_c_") || !strings.HasSuffix(folder[0], "-latch-0000000000") {
			t.Errorf("folder: %v", folder)
		}
		data, stat, err := b.Get(path + "/" + folder[0]).Do(ctx)
		must(t, err)
		if string(data) != "ada" || stat.EphemeralOwner != a.Session().ID() || stat.Czxid != term.Epoch() || term.Path() != path+"/"+folder[0] {
			t.Errorf("znode: %q %+v, epoch %d at %s", data, stat, term.Epoch(), term.Path())
		}
		second := start(t, b)
		synctest.Wait()
		if second.Term() != nil || first.Term() != term || term.Context().Err() != nil {
			t.Errorf("terms %v, %v", first.Term(), second.Term())
		}
		must(t, first.Close(ctx))
		must(t, first.Close(ctx))
		if cause := context.Cause(term.Context()); !errors.Is(cause, leader.ErrClosed) || first.Term() != nil {
			t.Errorf("cause %v, term %v", cause, first.Term())
		}
		next := await(t, second)
		if next.Epoch() <= term.Epoch() {
			t.Errorf("epochs %d, then %d", term.Epoch(), next.Epoch())
		}
		must(t, second.Close(ctx))
		if folder := names(t, a); len(folder) != 0 {
			t.Errorf("left: %v", folder)
		}
	})
}

// Calls out of turn.
func TestLatchLife(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		l, err := leader.NewLatch(c, path)
		must(t, err)
		if _, err := l.Await(ctx); !errors.Is(err, leader.ErrNotStarted) {
			t.Errorf("await before start: %v", err)
		}
		must(t, l.Start(ctx))
		if err := l.Start(ctx); !errors.Is(err, leader.ErrStarted) {
			t.Errorf("second start: %v", err)
		}
		await(t, l)
		if err := l.Err(); err != nil {
			t.Errorf("err %v", err)
		}
		must(t, l.Close(ctx))
		if err := l.Start(ctx); !errors.Is(err, leader.ErrClosed) {
			t.Errorf("start after close: %v", err)
		}
		if _, err := l.Await(ctx); !errors.Is(err, leader.ErrClosed) {
			t.Errorf("await after close: %v", err)
		}
		if _, ok := <-l.Changes(ctx); ok {
			t.Error("a closed latch has changes")
		}
		idle, err := leader.NewLatch(c, path)
		must(t, err)
		must(t, idle.Close(ctx))
		must(t, idle.Close(ctx))

		// Await's own context, and Close while somebody waits.
		start(t, c)
		waiter := start(t, c)
		cause := errors.New("no patience")
		ended, cancel := context.WithTimeoutCause(ctx, time.Second, cause)
		defer cancel()
		if _, err := waiter.Await(ended); !errors.Is(err, cause) {
			t.Errorf("await: %v", err)
		}
		got := make(chan error, 1)
		go func() {
			_, err := waiter.Await(ctx)
			got <- err
		}()
		synctest.Wait()
		must(t, waiter.Close(ctx))
		if err := <-got; !errors.Is(err, leader.ErrClosed) {
			t.Errorf("await during close: %v", err)
		}
	})
}

// Start that cannot join leaves nothing and can be repeated; Close ends one that is under way.
func TestLatchStartWithoutConnection(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		l, err := leader.NewLatch(a, path)
		must(t, err)
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.Start(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("start: %v", err)
		}
		got := make(chan error, 1)
		go func() { got <- l.Start(t.Context()) }()
		synctest.Wait()
		must(t, l.Close(t.Context()))
		if err := <-got; !errors.Is(err, leader.ErrClosed) {
			t.Errorf("start during close: %v", err)
		}
		w.Net.Refuse("zk", false)
		time.Sleep(5 * time.Second)
		if folder := names(t, b); len(folder) != 0 {
			t.Errorf("left: %v", folder)
		}
	})
}

func TestBadArguments(t *testing.T) {
	for _, path := range []string{"", "a", "/a/", "/a//b"} {
		if _, err := leader.NewLatch(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := leader.NewSelector(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := leader.NewLatchObserver(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := leader.NewLatch(nil, "/a", leader.WithPolicy(7)); err == nil {
		t.Error("a bad policy")
	}
	if _, err := leader.NewLatch(nil, "/a", leader.WithCloseMode(7)); err == nil {
		t.Error("a bad close mode")
	}
}

// What listeners hear, with either close mode; one that does not listen keeps nobody waiting.
func TestChanges(t *testing.T) {
	for _, mode := range []leader.CloseMode{leader.Silent, leader.Notify} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			l := start(t, w.Connect(t, "a"), leader.WithCloseMode(mode))
			_ = l.Changes(t.Context()) // nobody reads
			heard := l.Changes(t.Context())
			synctest.Wait()
			if c := <-heard; c.Term == nil || c.Term != l.Term() || c.Err != nil {
				t.Errorf("first %+v", c)
			}
			w.Net.Refuse("zk", true)
			w.Net.CutAll()
			if c := <-heard; c.Term != nil || !errors.Is(c.Err, leader.ErrSuspended) {
				t.Errorf("suspended: %+v", c)
			}
			w.Net.Refuse("zk", false)
			if c := <-heard; c.Term == nil {
				t.Errorf("reconnected: %+v", c)
			}
			must(t, l.Close(t.Context()))
			c, ok := <-heard
			if mode == leader.Notify {
				if !ok || c.Term != nil || !errors.Is(c.Err, leader.ErrClosed) {
					t.Errorf("closed: %+v, %v", c, ok)
				}
				c, ok = <-heard
			}
			if ok {
				t.Errorf("after close: %+v", c)
			}
		})
	}
}

// The policies: a cut ends a term, or does not; in the same session leadership comes back with the same znode.
func TestPolicies(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := start(t, w.Connect(t, "a"))
		term := await(t, a)
		lenient, err := leader.NewLatch(w.Connect(t, "b"), path+"/lenient", leader.WithPolicy(leader.UntilLost))
		must(t, err)
		must(t, lenient.Start(t.Context()))
		other := await(t, lenient)
		w.Net.Refuse("zk", true)
		w.Net.CutAll()
		synctest.Wait()
		if !errors.Is(context.Cause(term.Context()), leader.ErrSuspended) || a.Term() != nil {
			t.Errorf("cause %v", context.Cause(term.Context()))
		}
		if other.Context().Err() != nil {
			t.Errorf("until lost: %v", context.Cause(other.Context()))
		}
		w.Net.Refuse("zk", false)
		again := await(t, a)
		if again == term || again.Epoch() != term.Epoch() || again.Path() != term.Path() {
			t.Errorf("again at %s, %d; was at %s, %d", again.Path(), again.Epoch(), term.Path(), term.Epoch())
		}
		if lenient.Term() != other {
			t.Error("until lost: another term")
		}
		time.Sleep(2 * time.Second) // both are connected
		must(t, lenient.Close(t.Context()))
	})
}

// A partition that outlasts the session: the term ends before the next begins, with either policy.
func TestTermEndsBeforeTheNextBegins(t *testing.T) {
	for _, policy := range []leader.Policy{leader.UntilSuspended, leader.UntilLost} {
		for _, cut := range []func(*fault.Host){(*fault.Host).Partition, (*fault.Host).PartitionSend, (*fault.Host).PartitionReceive} {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				first := start(t, a, leader.WithPolicy(policy))
				term := await(t, first)
				second := start(t, b, leader.WithPolicy(policy))
				cut(w.Host("a"))
				next := await(t, second)
				if term.Context().Err() == nil {
					t.Fatal("two leaders")
				}
				cause := context.Cause(term.Context())
				if policy == leader.UntilLost && !errors.Is(cause, client.ErrSessionLost) || policy == leader.UntilSuspended && cause == nil {
					t.Errorf("cause %v", cause)
				}
				if next.Epoch() <= term.Epoch() {
					t.Errorf("epochs %d, then %d", term.Epoch(), next.Epoch())
				}
				w.Host("a").Heal()
				time.Sleep(5 * time.Second)
				if next.Context().Err() != nil || first.Term() != nil || len(names(t, b)) != 2 {
					t.Errorf("after healing: %v, %v, %v", context.Cause(next.Context()), first.Term(), names(t, b))
				}
				must(t, second.Close(t.Context()))
				if last := await(t, first); last.Epoch() <= next.Epoch() {
					t.Errorf("epochs %d, then %d", next.Epoch(), last.Epoch())
				}
			})
		}
	}
}

// Deleted by hand: a leader is told and goes to the end of the queue; so does a waiter.
func TestLatchDeletedByHand(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		first := start(t, a)
		term := await(t, first)
		second := start(t, b)
		time.Sleep(time.Second)
		must(t, b.Delete(path+"/"+names(t, b)[1]).Do(ctx))
		synctest.Wait()
		if second.Term() != nil || len(names(t, b)) != 2 {
			t.Errorf("folder %v", names(t, b))
		}
		must(t, b.Delete(term.Path()).Do(ctx))
		next := await(t, second)
		synctest.Wait()
		if !errors.Is(context.Cause(term.Context()), leader.ErrDeleted) || first.Term() != nil || len(names(t, b)) != 2 {
			t.Errorf("cause %v, folder %v", context.Cause(term.Context()), names(t, b))
		}
		time.Sleep(time.Second) // by now it watches its own znode
		must(t, b.Delete(next.Path()).Do(ctx))
		await(t, first)
		// Deleted while the connection is away.
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		synctest.Wait()
		must(t, b.Delete(path+"/"+names(t, b)[0]).Do(ctx))
		await(t, second)
		w.Net.Refuse("zk", false)
		time.Sleep(3 * time.Second)
		if first.Term() != nil || second.Term() == nil {
			t.Errorf("terms %v, %v", first.Term(), second.Term())
		}
	})
}

// A child that sorts first is waited for, as Curator does; one that sorts last does not matter; a folder that vanishes is made again.
func TestLatchForeignChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		for _, name := range []string{"/readme", "/0-first"} {
			_, err := c.Create(path + name).ParentContainers().Do(ctx)
			must(t, err)
		}
		l := start(t, c)
		time.Sleep(time.Second)
		if l.Term() != nil {
			t.Error("leads behind a foreign child")
		}
		must(t, c.Delete(path+"/0-first").Do(ctx))
		await(t, l)
		must(t, l.Close(ctx))
		must(t, c.Delete(path+"/readme").Do(ctx))
		must(t, c.Delete(path).Do(ctx))
		must(t, c.Delete("/leaders").Do(ctx))
		await(t, start(t, c))
	})
}

// Closing the client ends the latch and says so.
func TestLatchClientCloses(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		first := start(t, a)
		term := await(t, first)
		second := start(t, b)
		must(t, a.Close(t.Context()))
		if cause := context.Cause(term.Context()); !errors.Is(cause, client.ErrClosed) {
			t.Errorf("cause %v", cause)
		}
		await(t, second)
		if _, err := first.Await(t.Context()); !errors.Is(err, client.ErrClosed) {
			t.Errorf("await: %v", err)
		}
		must(t, first.Close(t.Context()))
	})
}

// A folder that may not be written ends a latch with the reason.
func TestLatchNoAuth(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		l := start(t, c)
		term := await(t, l)
		must(t, c.Delete(term.Path()).Do(ctx))
		must(t, c.Delete(path).Do(ctx))
		_, err := c.Create(path).ACL(zk.ACL{Perms: zk.PermRead, Scheme: "world", ID: "anyone"}).Do(ctx)
		must(t, err)
		<-term.Context().Done()
		time.Sleep(time.Second)
		if _, err := l.Await(ctx); !errors.Is(err, zk.ErrNoAuth) || !strings.Contains(err.Error(), path) {
			t.Errorf("await: %v", err)
		}
		other, err := leader.NewLatch(c, path)
		must(t, err)
		if err := other.Start(ctx); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("start: %v", err)
		}
	})
}

// Publishing passes for the leader alone.
func TestPublish(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		first, second := start(t, a), start(t, b)
		term := await(t, first)
		must(t, term.Publish(ctx, "/address", []byte("a:1")))
		must(t, term.Publish(ctx, "/address", []byte("a:2")))
		must(t, first.Close(ctx))
		next := await(t, second)
		data, stat, err := b.Get("/address").Do(ctx)
		must(t, err)
		if string(data) != "a:2" || stat.Mzxid > next.Epoch() && stat.Mzxid < term.Epoch() {
			t.Errorf("%q at %d, epochs %d and %d", data, stat.Mzxid, term.Epoch(), next.Epoch())
		}
		if err := term.Publish(ctx, "/address", []byte("late")); !errors.Is(err, leader.ErrClosed) {
			t.Errorf("late: %v", err)
		}
		must(t, next.Publish(ctx, "/address", []byte("b:1")))
		_, stat, err = a.Get("/address").Do(ctx)
		must(t, err)
		if stat.Mzxid <= next.Epoch() {
			t.Errorf("published at %d in epoch %d", stat.Mzxid, next.Epoch())
		}
		// Before the leader knows that its znode is gone, the server does.
		w.Net.Inject(fault.Always(fault.Notification().Host("b"), fault.Drop))
		must(t, a.Delete(next.Path()).Do(ctx))
		if err := next.Publish(ctx, "/address", []byte("late")); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("deleted: %v", err)
		}
		data, _, err = a.Get("/address").Do(ctx)
		must(t, err)
		if string(data) != "b:1" {
			t.Errorf("%q", data)
		}
	})
}

// Under a chroot all paths are the caller's own.
func TestLatchUnderChroot(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		outside := w.Connect(t, "b")
		_, err := outside.Create("/app").Do(ctx)
		must(t, err)
		c, err := client.Connect(ctx, w.Addr+"/app", client.WithDial(w.Host("a").DialContext))
		must(t, err)
		l := start(t, c, leader.WithID("ada"))
		term := await(t, l)
		time.Sleep(time.Second)
		if there, _, err := outside.Exists("/app" + term.Path()).Do(ctx); err != nil || !there {
			t.Errorf("%s is not below the chroot: %v", term.Path(), err)
		}
		if who, err := l.Observer().Leader(ctx); err != nil || who.ID != "ada" || who.Path != term.Path() {
			t.Errorf("%+v, %v", who, err)
		}
		must(t, term.Publish(ctx, "/address", []byte("a:1")))
		must(t, outside.Delete("/app"+term.Path()).Do(ctx))
		<-term.Context().Done()
		if again := await(t, l); again.Epoch() <= term.Epoch() {
			t.Errorf("epochs %d, then %d", term.Epoch(), again.Epoch())
		}
		must(t, l.Close(ctx))
		must(t, c.Close(ctx))
	})
}
