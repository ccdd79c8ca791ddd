package lock_test

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
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

func rw(tb testing.TB, c *client.Client, opts ...lock.Option) *lock.RWMutex {
	tb.Helper()
	m, err := lock.NewRWMutex(c, path, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// holder is what the tests need of a hold.
type holder interface {
	Path() string
	Token() int64
	Context() context.Context
	Unlock() error
}

type side struct {
	held holder
	err  error
}

// waitFor starts a wait for one side of the lock.
func waitFor[T holder](ctx context.Context, t *testing.T, take func(context.Context) (T, error)) <-chan side {
	t.Helper()
	done := make(chan side, 1)
	go func() {
		held, err := take(ctx)
		done <- side{held, err}
	}()
	synctest.Wait()
	return done
}

func waits(t *testing.T, who string, done <-chan side) {
	t.Helper()
	synctest.Wait()
	if len(done) != 0 {
		t.Fatalf("%s does not wait", who)
	}
}

func got(t *testing.T, done <-chan side) holder {
	t.Helper()
	r := <-done
	must(t, r.err)
	return r.held
}

// Readers share, a writer does not, and nobody overtakes: a reader behind a waiting writer waits as well.
func TestRW(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		m, other := rw(t, c, lock.WithData([]byte("ada"))), rw(t, w.Connect(t, "b"))
		one, two := got(t, waitFor(ctx, t, m.RLock)), got(t, waitFor(ctx, t, other.RLock))
		names := contenders(t, c)
		if len(names) != 2 || !strings.HasPrefix(names[0], "_c_") || !strings.HasSuffix(names[0], "-__READ__0000000000") {
			t.Errorf("folder: %v", names)
		}
		if data, _, err := c.Get(one.Path()).Do(ctx); string(data) != "ada" || err != nil {
			t.Errorf("data %q, %v", data, err)
		}
		if _, err := other.TryLock(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("try: %v", err)
		}
		writer := waitFor(ctx, t, other.Lock)
		waits(t, "the writer", writer)
		late := waitFor(ctx, t, m.RLock)
		waits(t, "the late reader", late)
		if _, err := m.TryRLock(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("try: %v", err)
		}
		must(t, two.Unlock())
		waits(t, "the writer", writer)
		must(t, one.Unlock())
		held := got(t, writer)
		if !strings.Contains(held.Path(), "-__WRIT__") || held.Token() <= two.Token() {
			t.Errorf("writer at %s, token %d", held.Path(), held.Token())
		}
		second := waitFor(ctx, t, m.Lock)
		waits(t, "the late reader", late)
		must(t, held.Unlock())
		r := got(t, late)
		waits(t, "the second writer", second)
		must(t, r.Unlock())
		must(t, got(t, second).Unlock())
		if names := contenders(t, c); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A downgrade lets the readers that wait in, and no writer, wherever it queued; the znode has the writer's number and is not numbered itself.
func TestDowngrade(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		held, err := rw(t, c).Lock(ctx)
		must(t, err)
		reader := waitFor(ctx, t, rw(t, b).RLock)
		waits(t, "the reader", reader)
		writer := waitFor(ctx, t, rw(t, b).Lock)
		waits(t, "the writer", writer)

		read, err := held.Downgrade(ctx)
		must(t, err)
		if !errors.Is(context.Cause(held.Context()), lock.ErrDowngraded) || read.Context().Err() != nil {
			t.Errorf("write hold: %v; read hold: %v", context.Cause(held.Context()), context.Cause(read.Context()))
		}
		if strings.Contains(read.Path(), "__WRIT__") || !strings.HasSuffix(read.Path(), "-__READ__"+held.Path()[len(held.Path())-10:]) {
			t.Errorf("from %s to %s", held.Path(), read.Path())
		}
		// The new znode is younger than the writer that waits; the token is not.
		_, stat, err := c.Get(read.Path()).Do(ctx)
		must(t, err)
		if read.Token() != held.Token() || stat.Czxid <= read.Token() {
			t.Errorf("tokens %d, then %d of a znode made at %d", held.Token(), read.Token(), stat.Czxid)
		}
		other := got(t, reader)
		if other.Token() <= read.Token() || other.Token() >= stat.Czxid {
			t.Errorf("tokens %d, then %d of one that queued before the znode of %d", read.Token(), other.Token(), stat.Czxid)
		}
		if _, err := c.Txn(read.Guard()).Do(ctx); err != nil {
			t.Error(err)
		}
		must(t, other.Unlock())
		waits(t, "the writer", writer)
		if names := contenders(t, c); len(names) != 2 {
			t.Errorf("folder: %v", names)
		}
		must(t, held.Unlock()) // nothing any more
		if _, err := held.Downgrade(ctx); !errors.Is(err, lock.ErrDowngraded) {
			t.Errorf("twice: %v", err)
		}
		waits(t, "the writer", writer)
		must(t, read.Unlock())
		last := got(t, writer)
		if last.Token() <= read.Token() || last.Token() >= stat.Czxid {
			t.Errorf("tokens %d, then %d of one that queued before the znode of %d", read.Token(), last.Token(), stat.Czxid)
		}
		must(t, last.Unlock())
		if _, err := c.Txn(read.Guard()).Do(ctx); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("guarded by a hold that is over: %v", err)
		}
	})
}

// A write lock that was lost cannot be downgraded, even if that is not known yet.
func TestDowngradeLost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		held, err := rw(t, c).Lock(ctx)
		must(t, err)
		must(t, b.Delete(held.Path()).Do(ctx))
		if read, err := held.Downgrade(ctx); !errors.Is(err, lock.ErrDeleted) || read != nil {
			t.Errorf("deleted: %v", err)
		}
		held, err = rw(t, c).Lock(ctx)
		must(t, err)
		w.Server.ExpireSession(c.Session().ID())
		if read, err := held.Downgrade(ctx); !errors.Is(err, client.ErrSessionLost) || read != nil {
			t.Errorf("expired: %v", err)
		}
		time.Sleep(time.Second)
		if names := contenders(t, b); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// Znodes as Curator before 5.5 leaves them when it downgrades: the reader's number is higher than the writer's. Equal numbers, as from
// 5.5 on, in either order of the listing. Go waits for both forms, and grants beside them, as Curator 5.5 does.
func TestDowngradedByCurator(t *testing.T) {
	const uuid = "/_c_%08d-b78b-405c-b366-a82880292079-"
	for _, tt := range []struct {
		name     string
		children []string
	}{
		{"5.4", []string{"__WRIT__0000000000", "__READ__0000000001"}},
		{"5.5", []string{"__WRIT__0000000000", "__READ__0000000000"}},
		{"5.5, listed first", []string{"__READ__0000000000", "__WRIT__0000000000"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				c := w.Connect(t, "a")
				theirs := map[string]string{}
				for i, name := range tt.children {
					at, err := c.Create(path + fmt.Sprintf(uuid, i) + name).ParentContainers().Do(ctx)
					must(t, err)
					theirs[name[:8]] = at
				}
				writer := waitFor(ctx, t, rw(t, c).Lock)
				waits(t, "the writer", writer)
				reader := waitFor(ctx, t, rw(t, c).RLock)
				waits(t, "the reader", reader)
				must(t, c.Delete(theirs["__WRIT__"]).Do(ctx))
				waits(t, "the writer", writer)
				waits(t, "the reader", reader)
				must(t, c.Delete(theirs["__READ__"]).Do(ctx))
				must(t, got(t, writer).Unlock())
				must(t, got(t, reader).Unlock())
			})
		})
	}
}

// Uncontended: three requests in two round trips for either side, and three in two for a downgrade.
func TestRWCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		m := rw(t, w.Connect(t, "a"))
		warm, err := m.RLock(ctx) // makes the folder
		must(t, err)
		must(t, warm.Unlock())
		measure := func(name string, wantRequests, wantTrips int64, f func()) {
			before, start := requests(w), time.Now()
			f()
			if n, trips := requests(w)-before, int64(time.Since(start)/(2*oneWay)); n != wantRequests || trips != wantTrips {
				t.Errorf("%s: %d requests in %d round trips", name, n, trips)
			}
		}
		measure("read", 3, 2, func() {
			held, err := m.RLock(ctx)
			must(t, err)
			must(t, held.Unlock())
		})
		var held *lock.WriteHeld
		measure("write", 2, 1, func() {
			held, err = m.Lock(ctx)
			must(t, err)
		})
		var read *lock.Held
		measure("downgrade", 3, 2, func() {
			read, err = held.Downgrade(ctx)
			must(t, err)
		})
		measure("release", 1, 1, func() { must(t, read.Unlock()) })
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// Whatever frame is lost while a writer gets in behind another, downgrades and leaves: nobody holds beside it who may not.
func TestSweepRW(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		bystander := w.Connect(t, "b")
		first, err := rw(t, bystander).Lock(ctx)
		must(t, err)
		next := waitFor(ctx, t, rw(t, w.Connect(t, zktest.AppHost)).Lock)
		time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew
		waits(t, "the writer", next)
		reader := waitFor(ctx, t, rw(t, bystander).RLock)
		writer := waitFor(ctx, t, rw(t, bystander).Lock)
		unlocked(t, first.Unlock())
		held := got(t, next).(*lock.WriteHeld)
		waits(t, "the reader", reader)
		read, err := held.Downgrade(ctx)
		must(t, err)
		waits(t, "the last writer", writer)
		other := got(t, reader)
		if read.Context().Err() != nil || other.Token() <= read.Token() || read.Token() != held.Token() {
			t.Errorf("read hold %v, tokens %d, %d, %d, %d",
				context.Cause(read.Context()), first.Token(), held.Token(), read.Token(), other.Token())
		}
		unlocked(t, other.Unlock())
		time.Sleep(8 * time.Second)
		waits(t, "the last writer", writer)
		_ = read.Unlock() // may not be confirmed
		last := got(t, writer)
		if last.Token() <= read.Token() || last.Token() <= other.Token() {
			t.Errorf("tokens %d, %d, then %d", read.Token(), other.Token(), last.Token())
		}
		unlocked(t, last.Unlock())
		time.Sleep(8 * time.Second)
		if names := contenders(t, bystander); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// The same for a reader that waits, and for one that gives up.
func TestSweepReader(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		bystander := w.Connect(t, "b")
		first, err := rw(t, bystander).Lock(t.Context())
		must(t, err)
		a := rw(t, w.Connect(t, zktest.AppHost))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := a.RLock(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		next := waitFor(t.Context(), t, a.RLock)
		time.Sleep(9 * time.Second)
		waits(t, "the reader", next)
		unlocked(t, first.Unlock())
		held := got(t, next)
		if held.Token() <= first.Token() || held.Context().Err() != nil {
			t.Errorf("tokens %d, %d; %v", first.Token(), held.Token(), context.Cause(held.Context()))
		}
		_ = held.Unlock()
		time.Sleep(8 * time.Second)
		if names := contenders(t, bystander); len(names) != 0 {
			t.Errorf("left: %v", names)
		}
	})
}

// A holder's session ends, its znode is deleted by hand, the server is restarted: told, let go, and kept.
func TestRWLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		read, err := rw(t, a).RLock(ctx)
		must(t, err)
		writer := waitFor(ctx, t, rw(t, b).Lock)
		w.Server.Kill()
		time.Sleep(time.Second)
		must(t, w.Server.Start(ctx))
		time.Sleep(3 * time.Second)
		waits(t, "the writer", writer)
		if read.Context().Err() != nil {
			t.Errorf("after a restart: %v", context.Cause(read.Context()))
		}
		w.Server.ExpireSession(a.Session().ID())
		<-read.Context().Done()
		if cause := context.Cause(read.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		held := got(t, writer)
		reader := waitFor(ctx, t, rw(t, a).RLock)
		waits(t, "the reader", reader)
		time.Sleep(time.Second)
		must(t, b.Delete(held.Path()).Do(ctx))
		<-held.Context().Done()
		if cause := context.Cause(held.Context()); !errors.Is(cause, lock.ErrDeleted) {
			t.Errorf("cause %v", cause)
		}
		must(t, held.Unlock())
		must(t, got(t, reader).Unlock())
	})
}
