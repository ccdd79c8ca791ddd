package leader_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

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

// A latch that closes and joins again, alone: three requests in two round trips.
func TestRejoinCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		must(t, start(t, c).Close(t.Context())) // makes the folder
		const cycles = 20
		before, began := requests(w), time.Now()
		for range cycles {
			l := start(t, c)
			await(t, l)
			must(t, l.Close(t.Context()))
		}
		if d := time.Since(began); d != cycles*2*2*oneWay {
			t.Errorf("%v round trips a cycle, want 2", float64(d)/float64(cycles*2*oneWay))
		}
		if n := requests(w) - before; n != cycles*3 {
			t.Errorf("%v requests a cycle, want 3", float64(n)/cycles)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// From the call of a leader's Close until the next leads: two round trips, the delete and one listing, and one event, however many wait. Those
// who are close to the front watch their own znodes, and the one who leaves hears of its own.
func TestFailoverCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	for _, waiting := range []int{1, 8, 32} {
		t.Run(fmt.Sprint(waiting), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a")
				first := start(t, c)
				var rest []*leader.Latch
				for i := range waiting {
					rest = append(rest, start(t, w.Connect(t, fmt.Sprint("host", i))))
				}
				time.Sleep(time.Second)
				for i, next := range rest {
					if next.Term() != nil {
						t.Fatal("leads too early")
					}
					reqs, events, began := requests(w), w.Server.Stats().WatchEvents, time.Now()
					var all sync.WaitGroup
					all.Go(func() { must(t, first.Close(t.Context())) })
					await(t, next)
					if d := time.Since(began); d != 2*2*oneWay {
						t.Errorf("%v round trips, want 2", float64(d)/float64(2*oneWay))
					}
					all.Wait()
					synctest.Wait()
					if n := requests(w) - reqs; n != 2 {
						t.Errorf("failover %d: %d requests, want 2", i, n)
					}
					// The one that leaves takes its own znode's watch away by deleting: that is its event.
					if n := w.Server.Stats().WatchEvents - events; n != 2 {
						t.Errorf("failover %d: %d events, want 2", i, n)
					}
					first = next
				}
			}, zktest.WithNetwork(fault.WithLatency(oneWay)))
		})
	}
}

// A term of a Selector, uncontended: three requests in two round trips.
func TestSelectorCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		s := selector(t, w.Connect(t, "a"))
		nothing := func(context.Context) error { return nil }
		must(t, s.Run(t.Context(), nothing))
		const cycles = 20
		before, began := requests(w), time.Now()
		for range cycles {
			must(t, s.Run(t.Context(), nothing))
		}
		if d := time.Since(began); d != cycles*2*2*oneWay {
			t.Errorf("%v round trips a cycle, want 2", float64(d)/float64(cycles*2*oneWay))
		}
		if n := requests(w) - before; n != cycles*3 {
			t.Errorf("%v requests a cycle, want 3", float64(n)/cycles)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// A change of leader costs an observer two requests and one event; those who come and go behind the leader cost it nothing.
func TestObserverCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		first := start(t, a)
		seen := observe(t, w.Connect(t, "watcher"))
		<-seen
		var mine int64
		w.Net.Intercept(func(f fault.Frame) fault.Action {
			if f.Host == "watcher" && (!f.Reply || f.Notification) && f.Op != "ping" {
				mine++
			}
			return fault.Pass
		})
		for range 5 {
			second, passer := start(t, a), start(t, a)
			must(t, passer.Close(t.Context()))
			synctest.Wait()
			if mine != 0 {
				t.Errorf("%d frames for a passer-by", mine)
			}
			must(t, first.Close(t.Context()))
			<-seen
			synctest.Wait()
			if mine != 3 {
				t.Errorf("%d frames a change, want 2 requests and 1 event", mine)
			}
			mine, first = 0, second
		}
	})
}

// The first latch at a path that does not exist: two round trips, and nothing is asked for twice.
func TestFirstUseCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		_, err := c.Create("/first").Do(t.Context())
		must(t, err)
		l, err := leader.NewLatch(c, "/first/latch")
		must(t, err)
		before, began := requests(w), time.Now()
		must(t, l.Start(t.Context()))
		await(t, l)
		if n, d := requests(w)-before, time.Since(began); n != 5 || d != 2*2*oneWay {
			t.Errorf("%d requests in %v round trips, want 5 in 2", n, float64(d)/float64(2*oneWay))
		}
		must(t, l.Close(t.Context()))
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}
