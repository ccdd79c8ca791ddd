package lock_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

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
