package lock_test

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What each kind costs uncontended, as its documentation says.
func TestUncontendedCostOfKinds(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	for _, row := range []struct {
		name             string
		of               func(t *testing.T, c *client.Client) taker
		requests, rounds int
	}{
		{"kazoo's names", sweptKinds["kazoo's names"].app, 3, 2},
		{"go-zookeeper's names", func(t *testing.T, c *client.Client) taker {
			t.Helper()
			return taking(mutex(t, c, lock.WithNames(lock.GoZookeeper)).Lock)
		}, 3, 2},
		{"a pattern", func(t *testing.T, c *client.Client) taker {
			t.Helper()
			return taking(mutex(t, c, lock.WithPatterns("__lock__")).Lock)
		}, 3, 2},
		{"reentrant, entered twice", sweptKinds["reentrant"].app, 3, 2},
		{"revocable", sweptKinds["revocable"].app, 4, 2},
		{"write", sweptKinds["write"].app, 3, 2},
		{"read", sweptKinds["read"].app, 3, 2},
		{"reentrant rw, downgraded", sweptKinds["reentrant rw"].app, 6, 4},
		{"semaphore mutex", sweptKinds["semaphore mutex"].app, 6, 3},
		{"multi, a mutex and a semaphore", sweptKinds["multi"].app, 3 + 6, 2 + 3},
	} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			take := row.of(t, w.Connect(t, "a"))
			cycle := func() time.Duration {
				start := time.Now()
				held, err := take(t.Context())
				must(t, err)
				d := time.Since(start)
				synctest.Wait() // a revocable lock's watch is on its way
				start = time.Now()
				must(t, held.Unlock())
				return d + time.Since(start)
			}
			cycle() // makes the folders
			time.Sleep(time.Second)
			const cycles = 20
			before, spent := requests(w), time.Duration(0)
			for range cycles {
				spent += cycle()
			}
			time.Sleep(time.Second)
			if n := requests(w) - before; n != int64(cycles*row.requests) {
				t.Errorf("%s: %v requests a cycle, want %d", row.name, float64(n)/cycles, row.requests)
			}
			if spent != time.Duration(cycles*row.rounds*2)*oneWay {
				t.Errorf("%s: %v round trips a cycle, want %d", row.name, float64(spent)/float64(cycles*2*oneWay), row.rounds)
			}
		}, zktest.WithNetwork(fault.WithLatency(oneWay)))
	}
}

// Behind others each cycle takes 5 requests and one event with whatever names, also when they mix.
func TestContendedCostOfNames(t *testing.T) {
	for name, opts := range map[string][][]lock.Option{
		"kazoo":        {{lock.WithNames(lock.Kazoo)}},
		"go-zookeeper": {{lock.WithNames(lock.GoZookeeper)}},
		"mixed":        {{lock.WithPatterns("__lock__")}, {lock.WithNames(lock.Kazoo), lock.WithPatterns("-lock-")}},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				starter := acquire(t, mutex(t, w.Connect(t, "starter"), opts[0]...))
				var all sync.WaitGroup
				const cycles, contenders = 20, 8
				for i := range contenders {
					m := mutex(t, w.Connect(t, fmt.Sprint("host", i)), opts[i%len(opts)]...)
					all.Go(func() {
						for range cycles {
							held, err := m.Lock(t.Context())
							if err != nil {
								t.Error(err)
								return
							}
							time.Sleep(time.Millisecond)
							if err := held.Unlock(); err != nil {
								t.Error(err)
							}
						}
					})
				}
				time.Sleep(time.Millisecond) // all of them wait
				reqs, events := requests(w), w.Server.Stats().WatchEvents
				must(t, starter.Unlock())
				all.Wait()
				const n = contenders * cycles
				// The starter's delete is not theirs; three requests of each one's first cycle were made before the count.
				if got := requests(w) - reqs - 1 + 3*contenders; got != 5*n {
					t.Errorf("%.2f requests a cycle, want 5", float64(got)/n)
				}
				if got := w.Server.Stats().WatchEvents - events; got != n {
					t.Errorf("%.2f watch events a cycle, want 1", float64(got)/n)
				}
			})
		})
	}
}

// turns has contenders take and give back a lock so many times each, every time behind the others, and returns the requests and events of all.
func turns(t *testing.T, w *zktest.World, of func(t *testing.T, c *client.Client) taker, contenders, cycles int) (reqs, events int64) {
	t.Helper()
	starter, err := of(t, w.Connect(t, "starter"))(t.Context())
	must(t, err)
	var all sync.WaitGroup
	for i := range contenders {
		take := of(t, w.Connect(t, fmt.Sprint("host", i)))
		all.Go(func() {
			for range cycles {
				held, err := take(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Millisecond)
				if err := held.Unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	time.Sleep(time.Millisecond) // all of them wait
	reqs, events = requests(w), w.Server.Stats().WatchEvents
	must(t, starter.Unlock())
	all.Wait()
	time.Sleep(time.Millisecond) // for what is given back in the background
	return requests(w) - reqs, w.Server.Stats().WatchEvents - events
}

// Behind others a turn of each kind costs what its documentation says. It is what more turns cost more, so that the first and the last, which are
// behind fewer, do not count.
func TestContendedCostOfKinds(t *testing.T) {
	kinds := herdKinds()
	for name, want := range map[string]struct{ requests, events int64 }{
		"mutex":                    {5, 1},
		"reentrant":                {5, 1},
		"write":                    {5, 1},
		"reentrant rw, write":      {5, 1},
		"revocable":                {6, 2}, // its own watch, and its own delete's event
		"semaphore mutex":          {10, 2},
		"semaphore":                {10, 2},
		"multi":                    {5 + 6, 1}, // all wait for the first; the other is free by then
		"multi, a semaphore first": {10 + 3, 2},
	} {
		t.Run(name, func(t *testing.T) {
			const contenders, few, many = 8, 5, 25
			var reqs, events [2]int64
			for i, cycles := range []int{few, many} {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					reqs[i], events[i] = turns(t, w, kinds[name].of, contenders, cycles)
				})
			}
			const n = contenders * (many - few)
			if got := reqs[1] - reqs[0]; got != n*want.requests {
				t.Errorf("%.2f requests a turn, want %d", float64(got)/n, want.requests)
			}
			if got := events[1] - events[0]; got != n*want.events {
				t.Errorf("%.2f events a turn, want %d", float64(got)/n, want.events)
			}
		})
	}
}
