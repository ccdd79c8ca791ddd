package lock_test

import (
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// woken counts the watch events that each host was sent, apart from those that it brought about itself by deleting its own znode.
type woken struct {
	mu     sync.Mutex
	mine   map[string]string // who has deleted a path
	events map[string]int
	own    int
}

func watchWoken(w *zktest.World) *woken {
	k := &woken{mine: map[string]string{}, events: map[string]int{}}
	w.Net.Intercept(func(f fault.Frame) fault.Action {
		k.mu.Lock()
		defer k.mu.Unlock()
		switch {
		case f.Notification && k.mine[f.Path] == f.Host:
			k.own++
		case f.Notification:
			k.events[f.Host]++
		case !f.Reply && f.Op == "delete":
			k.mine[f.Path] = f.Host
		}
		return fault.Pass
	})
	return k
}

// since is what happened since the last call.
func (k *woken) since() (events map[string]int, own int) {
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	events, own = maps.Clone(k.events), k.own
	clear(k.events)
	k.own = 0
	return events, own
}

// herdKind is a kind of lock, and what one release brings about while 32 wait.
type herdKind struct {
	of      func(t *testing.T, c *client.Client) taker
	holders int // at a time
	passes  int // besides the next holder: who comes to the semaphore's gate then
}

func herdKinds() map[string]herdKind {
	kinds := map[string]herdKind{
		"reentrant rw, write": {func(t *testing.T, c *client.Client) taker { t.Helper(); return taking(reentrantRW(t, c).Lock) }, 1, 0},
		"semaphore of four": {func(t *testing.T, c *client.Client) taker {
			t.Helper()
			return taking(semaphoreAt(t, c, path, 4).Acquire)
		}, 4, 1},
		"multi, a semaphore first": {func(t *testing.T, c *client.Client) taker {
			t.Helper()
			return taking(multi(t, semaphoreAt(t, c, path+"/2", 1), at(t, c, path+"/1")).Lock)
		}, 1, 1},
		"go-zookeeper's names": {func(t *testing.T, c *client.Client) taker {
			t.Helper()
			return taking(mutex(t, c, lock.WithNames(lock.GoZookeeper)).Lock)
		}, 1, 0},
	}
	for _, name := range []string{"mutex", "kazoo's names", "revocable", "reentrant", "write", "multi"} {
		kinds[name] = herdKind{sweptKinds[name].app, 1, 0}
	}
	for _, name := range []string{"semaphore", "semaphore mutex"} {
		kinds[name] = herdKind{sweptKinds[name].app, 1, 1}
	}
	return kinds
}

// Of 32 who wait, for long enough to watch their own znodes as well, one release wakes the next and nobody else, by one event; a semaphore's next holder
// then lets one more, by one event, to the gate that all but one wait at. That goes on until nobody waits.
func TestNoHerd(t *testing.T) {
	for name, kind := range herdKinds() {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			const waiters = 32
			held := make(chan anyHold, waiters+kind.holders)
			for i := range waiters + kind.holders {
				take := kind.of(t, w.Connect(t, fmt.Sprint("host", i)))
				go func() {
					h, err := take(t.Context())
					if err != nil {
						t.Error(err)
						return
					}
					held <- h
				}()
				time.Sleep(10 * time.Millisecond) // in order
			}
			time.Sleep(time.Second)
			k := watchWoken(w)
			for left := waiters; left > 0; left-- {
				if len(held) != kind.holders {
					t.Fatalf("%s: %d holders, %d waiters", name, len(held), left)
				}
				k.since()
				before := w.Server.Stats().WatchEvents
				must(t, (<-held).Unlock())
				time.Sleep(time.Second)
				events, own := k.since()
				want := min(1+kind.passes, left)
				for _, n := range events {
					if n != 1 {
						t.Errorf("%s: events %v", name, events)
					}
				}
				if len(events) != want {
					t.Errorf("%s: with %d waiters %d were woken, want %d: %v", name, left, len(events), want, events)
				}
				if n := w.Server.Stats().WatchEvents - before; n != int64(want+own) {
					t.Errorf("%s: the server says %d events, of which %d of one's own znode", name, n, own)
				}
			}
			for range kind.holders {
				must(t, (<-held).Unlock())
			}
		})
	}
}

// Readers that wait for one writer are woken together, each by one event, since all of them hold then; a writer behind many readers is woken by nobody but
// the last before it, and once for each that it comes to stand behind.
func TestNoHerdOfReaders(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		write, err := rw(t, w.Connect(t, "writer")).Lock(t.Context())
		must(t, err)
		const n = 32
		var reads []<-chan side
		for i := range n {
			reads = append(reads, waitFor(t.Context(), t, rw(t, w.Connect(t, fmt.Sprint("host", i))).RLock))
		}
		next := waitFor(t.Context(), t, rw(t, w.Connect(t, "next")).Lock)
		time.Sleep(time.Second)
		k := watchWoken(w)
		must(t, write.Unlock())
		time.Sleep(time.Second)
		events, own := k.since()
		if len(events) != n || own != 1 || events["next"] != 0 {
			t.Errorf("readers: %v", events)
		}
		for i, read := range reads {
			must(t, got(t, read).Unlock())
			if events, _ := k.since(); i < n-1 && len(events) != 0 || i == n-1 && (len(events) != 1 || events["next"] != 1) {
				t.Errorf("reader %d of %d: %v", i+1, n, events)
			}
		}
		must(t, got(t, next).Unlock())
	})
}
