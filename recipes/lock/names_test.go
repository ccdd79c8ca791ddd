package lock_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// forms are the shapes of the znodes' names.
var forms = map[lock.Names]string{
	lock.Curator:     `^_c_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-lock-[0-9]{10}$`,
	lock.GoZookeeper: `^_c_[0-9a-f]{32}-lock-[0-9]{10}$`,
	lock.Kazoo:       `^[0-9a-f]{32}__lock__[0-9]{10}$`,
}

func TestNames(t *testing.T) {
	for names, form := range forms {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			held := acquire(t, mutex(t, c, lock.WithNames(names), lock.WithData([]byte("ada"))))
			if name := client.Base(held.Path()); !regexp.MustCompile(form).MatchString(name) {
				t.Errorf("%v: %s", names, name)
			}
			data, stat, err := c.Get(held.Path()).Do(t.Context())
			if err != nil || string(data) != "ada" || stat.EphemeralOwner != c.Session().ID() || stat.Czxid != held.Token() {
				t.Errorf("%v: %q, %+v, %v", names, data, stat, err)
			}
			next := waiting(t.Context(), t, mutex(t, c, lock.WithNames(names)))
			must(t, held.Unlock())
			r := <-next
			must(t, r.err)
			must(t, r.held.Unlock())
			must(t, c.Delete(path).Do(t.Context()))
			must(t, c.Delete("/locks").Do(t.Context()))
		})
	}
}

// kazoo makes a lock's path once, and then expects it to stay.
func TestKazooNamesMakeAPathThatStays(t *testing.T) {
	for names, stays := range map[lock.Names]bool{lock.Curator: false, lock.GoZookeeper: false, lock.Kazoo: true} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			must(t, acquire(t, mutex(t, c, lock.WithNames(names))).Unlock())
			time.Sleep(3 * time.Minute) // the server looks for empty containers once a minute
			if ok, _, err := c.Exists(path).Do(t.Context()); ok != stays || err != nil {
				t.Errorf("%v: there: %v, %v", names, ok, err)
			}
		})
	}
}

// Each row of the table in Names's documentation.
func TestNamesTable(t *testing.T) {
	type who struct {
		name string
		opts []lock.Option
	}
	var (
		curator     = who{"Curator", nil}
		goZookeeper = who{"GoZookeeper", []lock.Option{lock.WithNames(lock.GoZookeeper)}}
		honouring   = who{"Curator with __lock__", []lock.Option{lock.WithPatterns("__lock__")}}
		zkHonouring = who{"GoZookeeper with __lock__", []lock.Option{lock.WithNames(lock.GoZookeeper), lock.WithPatterns("__lock__")}}
		kazoo       = who{"Kazoo", []lock.Option{lock.WithNames(lock.Kazoo)}}
		kazooToo    = who{"Kazoo with -lock-", []lock.Option{lock.WithNames(lock.Kazoo), lock.WithPatterns("-lock-")}}
	)
	for _, row := range []struct {
		holder  who
		waiters []who
		others  []who
	}{
		{curator, []who{curator, goZookeeper, honouring, zkHonouring, kazooToo}, []who{kazoo}},
		{goZookeeper, []who{curator, goZookeeper, honouring, zkHonouring, kazooToo}, []who{kazoo}},
		{honouring, []who{curator, goZookeeper, honouring, zkHonouring, kazooToo}, []who{kazoo}},
		{kazoo, []who{honouring, zkHonouring, kazoo, kazooToo}, []who{curator, goZookeeper}},
		{kazooToo, []who{honouring, zkHonouring, kazoo, kazooToo}, []who{curator, goZookeeper}},
	} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			held := acquire(t, mutex(t, c, row.holder.opts...))
			for _, other := range row.others {
				free, err := mutex(t, c, other.opts...).TryLock(t.Context())
				if err != nil {
					t.Fatalf("%s waits for %s: %v", other.name, row.holder.name, err)
				}
				must(t, free.Unlock())
			}
			for _, waiter := range row.waiters {
				if _, err := mutex(t, c, waiter.opts...).TryLock(t.Context()); !errors.Is(err, lock.ErrNotAcquired) {
					t.Fatalf("%s does not wait for %s: %v", waiter.name, row.holder.name, err)
				}
			}
			var queue []<-chan result
			for _, waiter := range row.waiters {
				queue = append(queue, waiting(t.Context(), t, mutex(t, c, waiter.opts...)))
			}
			must(t, held.Unlock())
			for _, next := range queue {
				r := <-next
				must(t, r.err)
				must(t, r.held.Unlock())
			}
		})
	}
}

// A mixed queue has one order, that of the numbers.
func TestMixedQueueIsFair(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		mixed := []*lock.Mutex{
			mutex(t, c, lock.WithPatterns("__lock__")),
			mutex(t, c, lock.WithNames(lock.Kazoo), lock.WithPatterns("-lock-")),
			mutex(t, c, lock.WithNames(lock.GoZookeeper), lock.WithPatterns("__lock__")),
		}
		held := acquire(t, mixed[0])
		var queue []<-chan result
		for i := range 9 {
			queue = append(queue, waiting(t.Context(), t, mixed[i%3]))
		}
		for i, next := range queue {
			must(t, held.Unlock())
			synctest.Wait()
			for _, later := range queue[i+1:] {
				if len(later) != 0 {
					t.Fatalf("a later contender holds before the %dth", i)
				}
			}
			r := <-next
			must(t, r.err)
			held = r.held
		}
		must(t, held.Unlock())
	})
}

// A create whose answer is lost is found by the id in its name, whatever the name, and one that is given up is withdrawn.
func TestLostCreateIsFoundByItsName(t *testing.T) {
	for names := range forms {
		t.Run(fmt.Sprint(names), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				b := w.Connect(t, "b")
				must(t, acquire(t, mutex(t, b, lock.WithNames(names))).Unlock())
				creates := w.Server.Stats().Requests["create"]
				m := mutex(t, w.Connect(t, "a"), lock.WithNames(names))
				rule := fault.Once(ours("a", true), fault.Cut)
				w.Net.Inject(rule)
				held := acquire(t, m)
				if n := w.Server.Stats().Requests["create"] - creates; n != 1 || rule.Fired() != 1 {
					t.Errorf("%d creates, %d answers lost", n, rule.Fired())
				}
				if all := contenders(t, b); len(all) != 1 || path+"/"+all[0] != held.Path() || exists(t, b, held.Path()) != held.Token() {
					t.Errorf("held at %s, token %d: %v", held.Path(), held.Token(), all)
				}
				must(t, held.Unlock())

				heal := w.Net.Inject(fault.Always(ours("a", true), fault.Drop)) // the connection hangs, and then the context ends
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				if _, err := m.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("got %v", err)
				}
				if all := contenders(t, b); len(all) != 1 {
					t.Errorf("nothing was there to withdraw: %v", all)
				}
				heal()
				time.Sleep(9 * time.Second) // less than the session timeout
				if all := contenders(t, b); len(all) != 0 {
					t.Errorf("left: %v", all)
				}
			})
		})
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	for what, opts := range map[string][]lock.Option{
		"no such names": {lock.WithNames(lock.Kazoo + 1)},
		"empty pattern": {lock.WithPatterns("a", "")},
	} {
		if m, err := lock.NewMutex(nil, path, opts...); err == nil || m != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, opt := range map[string]lock.Option{"kazoo's names": lock.WithNames(lock.Kazoo), "a pattern": lock.WithPatterns("__lock__")} {
		if m, err := lock.NewRWMutex(nil, path, opt); err == nil || m != nil {
			t.Errorf("RW mutex with %s: %v", what, err)
		}
		if s, err := lock.NewSemaphore(nil, path, 1, opt); err == nil || s != nil {
			t.Errorf("semaphore with %s: %v", what, err)
		}
	}
	if got := fmt.Sprint(lock.Curator, lock.GoZookeeper, lock.Kazoo, lock.Kazoo+1); got != "Curator GoZookeeper Kazoo Names(3)" {
		t.Error(got)
	}
}
