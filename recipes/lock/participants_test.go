package lock_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// who is participants in short: data, and what they do.
func who(t *testing.T, list func(context.Context) ([]lock.Participant, error)) []string {
	t.Helper()
	all, err := list(t.Context())
	must(t, err)
	var short []string
	for _, p := range all {
		text := string(p.Data)
		if p.Reads {
			text += " reads"
		}
		if p.Holds {
			text += " holds"
		}
		short = append(short, text)
	}
	return short
}

func named(name string) lock.Option { return lock.WithData([]byte(name)) }

func TestMutexParticipants(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		if all := who(t, mutex(t, b).Participants); all != nil {
			t.Errorf("nobody: %v", all)
		}
		held := acquire(t, mutex(t, a, named("ada")))
		next := waiting(t.Context(), t, mutex(t, b, named("bob")))
		all, err := mutex(t, b).Participants(t.Context())
		must(t, err)
		want := lock.Participant{Path: held.Path(), Data: []byte("ada"), Token: held.Token(), Session: a.Session().ID(), Holds: true}
		if len(all) != 2 || !reflect.DeepEqual(all[0], want) || string(all[1].Data) != "bob" || all[1].Holds || all[1].Session != b.Session().ID() {
			t.Errorf("got %+v", all)
		}
		must(t, held.Unlock())
		r := <-next
		must(t, r.err)
		if all := who(t, mutex(t, b).Participants); !slices.Equal(all, []string{"bob holds"}) {
			t.Errorf("got %v", all)
		}
		must(t, r.held.Unlock())
	})
}

// With Curator's names everything under the path takes part, as in Curator; with kazoo's what has a contender's name.
func TestParticipantsByNames(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		held := acquire(t, mutex(t, c, named("ada")))
		_, err := c.Create(path + "/readme").Data([]byte("text")).Do(t.Context())
		must(t, err)
		kazoo := acquire(t, mutex(t, c, lock.WithNames(lock.Kazoo), named("kai")))
		for _, row := range []struct {
			want string
			opts []lock.Option
		}{
			{"[ada holds kai text]", []lock.Option{lock.WithPatterns("__lock__")}},
			{"[kai holds]", []lock.Option{lock.WithNames(lock.Kazoo)}},
			{"[ada holds kai]", []lock.Option{lock.WithNames(lock.Kazoo), lock.WithPatterns("-lock-")}},
		} {
			if got := fmt.Sprint(who(t, mutex(t, c, row.opts...).Participants)); got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		}
		must(t, kazoo.Unlock())
		must(t, held.Unlock())
	})
}

func TestRWParticipants(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		one, two := got(t, waitFor(ctx, t, rw(t, c, named("one")).RLock)), got(t, waitFor(ctx, t, rw(t, c, named("two")).RLock))
		writer := waitFor(ctx, t, rw(t, c, named("writer")).Lock)
		late := waitFor(ctx, t, rw(t, c, named("late")).RLock)
		check := func(want ...string) {
			t.Helper()
			if all := who(t, rw(t, c).Participants); !slices.Equal(all, want) {
				t.Errorf("got %q", all)
			}
		}
		check("one reads holds", "two reads holds", "writer", "late reads")
		must(t, one.Unlock())
		must(t, two.Unlock())
		held := got(t, writer)
		check("writer holds", "late reads")
		read, err := held.(*lock.WriteHeld).Downgrade(ctx)
		must(t, err)
		check("writer reads holds", "late reads holds")
		must(t, read.Unlock())
		must(t, got(t, late).Unlock())
		check()
	})
}

func TestSemaphoreParticipants(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		limit, err := counter.NewSharedCount(c, "/limit", 2)
		must(t, err)
		must(t, limit.Start(ctx))
		defer limit.Close()
		take := func(name string) <-chan side {
			s, err := lock.NewSharedSemaphore(c, semaphorePath, limit, named(name))
			must(t, err)
			return waitFor(ctx, t, s.Acquire)
		}
		shared, err := lock.NewSharedSemaphore(c, semaphorePath, limit)
		must(t, err)
		check := func(want ...string) {
			t.Helper()
			if all := who(t, shared.Participants); !slices.Equal(all, want) {
				t.Errorf("got %q", all)
			}
		}
		check()
		one, two, three, four := take("one"), take("two"), take("three"), take("four")
		check("one holds", "two holds", "three", "four")
		_, err = limit.Set(ctx, 3)
		must(t, err)
		synctest.Wait()
		check("one holds", "two holds", "three holds", "four")
		for _, held := range []<-chan side{one, two, three, four} {
			must(t, got(t, held).Unlock())
		}
		check()
		limit.Close()
		if _, err := shared.Participants(ctx); !errors.Is(err, counter.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSemaphoreMutex(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		m, err := lock.NewSemaphoreMutex(a, semaphorePath, named("ada"))
		must(t, err)
		other, err := lock.NewSemaphoreMutex(b, semaphorePath, named("bob"))
		must(t, err)
		held, err := m.Lock(ctx)
		must(t, err)
		if names := under(t, b, "leases"); len(names) != 1 || client.Base(held.Path()) != names[0] || !strings.HasPrefix(names[0], "_c_") {
			t.Errorf("held at %s: %v", held.Path(), names)
		}
		if _, err := other.TryLock(ctx); !errors.Is(err, lock.ErrNotAcquired) {
			t.Errorf("try: %v", err)
		}
		next := waitFor(ctx, t, other.Lock)
		waits(t, "the other", next)
		if all := who(t, m.Participants); !slices.Equal(all, []string{"ada holds", "bob"}) {
			t.Errorf("participants: %v", all)
		}
		must(t, held.Unlock())
		r := got(t, next)
		if r.Token() <= held.Token() {
			t.Errorf("tokens %d, then %d", held.Token(), r.Token())
		}
		must(t, r.Unlock())
		clean(t, a)
		if m, err := lock.NewSemaphoreMutex(a, "x"); !errors.Is(err, zk.ErrInvalidPath) || m != nil {
			t.Errorf("got %v", err)
		}
	})
}

// A request and one for each participant, in two round trips; the semaphore's two folders are listed in one flight.
func TestParticipantsCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, b := w.Connect(t, "a"), w.Connect(t, "b")
		var all []interface{ Unlock() error }
		for range 3 {
			held, err := rw(t, c).RLock(t.Context())
			must(t, err)
			lease, err := semaphore(t, c, 3).Acquire(t.Context())
			must(t, err)
			all = append(all, held, lease)
		}
		time.Sleep(time.Second) // they watch their own znodes by now
		for name, row := range map[string]struct {
			list     func(context.Context) ([]lock.Participant, error)
			requests int64
		}{
			"RW mutex":  {rw(t, b).Participants, 1 + 3},
			"semaphore": {semaphore(t, b, 3).Participants, 2 + 3},
		} {
			reqs, start := requests(w), time.Now()
			got, err := row.list(t.Context())
			must(t, err)
			if n, d := requests(w)-reqs, time.Since(start); n != row.requests || d != 4*oneWay || len(got) != 3 {
				t.Errorf("%s: %d participants, %d requests, %v", name, len(got), n, d)
			}
		}
		for _, held := range all {
			must(t, held.Unlock())
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// Znodes that vanish between the listing and the reading are left out (CURATOR-358, -436): whoever leaves, whenever.
func TestParticipantsMayVanish(t *testing.T) {
	for leaves := range 3 {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			ctx := t.Context()
			c, b := w.Connect(t, "a"), w.Connect(t, "b")
			first := acquire(t, mutex(t, c, named("0")))
			second, third := waiting(ctx, t, mutex(t, c, named("1"))), waiting(ctx, t, mutex(t, c, named("2")))
			names := contenders(t, b)
			w.Net.Intercept(once(fault.Request("getData").Host("b"), func() {
				must(t, c.Delete(path+"/"+names[leaves]).Do(ctx))
			}))
			all := who(t, mutex(t, b).Participants)
			if len(all) != 2 || !strings.HasSuffix(all[0], " holds") || strings.HasSuffix(all[1], " holds") || strings.Contains(fmt.Sprint(all), fmt.Sprint(leaves)) {
				t.Errorf("%d left: %v", leaves, all)
			}
			must(t, first.Unlock())
			for range 2 { // the one that was deleted is behind the other by now
				select {
				case r := <-second:
					must(t, r.held.Unlock())
				case r := <-third:
					must(t, r.held.Unlock())
				}
			}
		})
	}
}

// once does something before the first matching frame goes on its way.
func once(match fault.Match, do func()) func(fault.Frame) fault.Action {
	var first sync.Once
	return func(f fault.Frame) fault.Action {
		if match.Matches(f) {
			first.Do(do)
		}
		return fault.Pass
	}
}
