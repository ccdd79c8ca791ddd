package lock_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Uncontended: three requests in two round trips. The network's latency is all that takes time, so time counts round trips.
func TestUncontendedCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		m := mutex(t, w.Connect(t, "a"))
		must(t, acquire(t, m).Unlock()) // makes the folder
		const cycles = 20
		before, start := requests(w), time.Now()
		for range cycles {
			must(t, acquire(t, m).Unlock())
		}
		if d := time.Since(start); d != cycles*2*2*oneWay {
			t.Errorf("%v round trips a cycle, want 2", float64(d)/float64(cycles*2*oneWay))
		}
		if n := requests(w) - before; n != cycles*3 {
			t.Errorf("%v requests a cycle, want 3", float64(n)/cycles)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// Contended: five requests and one watch event a cycle, however many wait. Each holder holds long enough for the one before to queue up
// again, so every cycle begins behind another's.
func TestContendedCost(t *testing.T) {
	for _, contenders := range []int{2, 8, 32} {
		t.Run(fmt.Sprint(contenders), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "starter")
				starter := acquire(t, mutex(t, c))
				var all sync.WaitGroup
				const cycles = 20
				for i := range contenders {
					m := mutex(t, w.Connect(t, fmt.Sprint("host", i)))
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
				n := int64(contenders * cycles)
				// The starter's delete is not theirs; three requests of each one's first cycle were made before the count.
				if got := requests(w) - reqs - 1 + int64(3*contenders); got != 5*n {
					t.Errorf("%.2f requests a cycle, want 5", float64(got)/float64(n))
				}
				if got := w.Server.Stats().WatchEvents - events; got != n {
					t.Errorf("%.2f watch events a cycle, want 1", float64(got)/float64(n))
				}
			})
		})
	}
}

// requests counts what clients asked for, pings apart.
func requests(w *zktest.World) int64 {
	var n int64
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}

// The first use of a path that does not exist: two round trips to find that out and to make it, and nothing is asked for twice. Only what lies above it
// costs more.
func TestFirstUseCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		_, err := c.Create("/first").Do(t.Context())
		must(t, err)
		measure := func(what string, reqs, trips int64, use func(path string) error) {
			t.Helper()
			before, start := requests(w), time.Now()
			must(t, use("/first/"+what))
			if n, d := requests(w)-before, time.Since(start); n != reqs || d != time.Duration(trips)*2*oneWay {
				t.Errorf("%s: %d requests in %v round trips, want %d in %d", what, n, float64(d)/float64(2*oneWay), reqs, trips)
			}
			time.Sleep(time.Second) // what is finished in the background
		}
		measure("mutex", 5, 2, func(path string) error {
			m, err := lock.NewMutex(c, path)
			must(t, err)
			_, err = m.Lock(t.Context())
			return err
		})
		measure("kazoo", 5, 2, func(path string) error {
			m, err := lock.NewMutex(c, path, lock.WithNames(lock.Kazoo))
			must(t, err)
			_, err = m.Lock(t.Context())
			return err
		})
		measure("semaphore", 11, 4, func(path string) error {
			s, err := lock.NewSemaphore(c, path, 1)
			must(t, err)
			_, err = s.Acquire(t.Context())
			return err
		})
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}
