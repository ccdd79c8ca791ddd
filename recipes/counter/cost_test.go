package counter_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Uncontended: one request, one round trip. The network's latency is all that takes time, so time counts round trips.
func TestUncontendedCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	for name, opts := range map[string][]counter.Option{
		"plain": nil, "with a queue": {counter.WithLock(path)}, "with receipts": {counter.WithReceipts("/receipts")},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				n := number(t, w.Connect(t, "a"), opts...)
				add(t, n, 1)
				add(t, n, 1) // makes the receipt: there was nothing to change before
				const cycles = 20
				before, start := requests(w), time.Now()
				for range cycles {
					add(t, n, 1)
				}
				if d := time.Since(start); d != cycles*2*oneWay {
					t.Errorf("%v round trips a change, want 1", float64(d)/float64(cycles*2*oneWay))
				}
				if got := requests(w) - before; got != cycles {
					t.Errorf("%v requests a change, want 1", float64(got)/cycles)
				}
			}, zktest.WithNetwork(fault.WithLatency(oneWay)))
		})
	}
}

// Contended: eight busy processes that queue need no more than three requests a change, all of them taken together, and nobody is left behind.
func TestContendedCost(t *testing.T) {
	const oneWay = 100 * time.Microsecond
	for _, tt := range []struct {
		contenders int
		queue      string
	}{{2, path}, {8, path}, {32, path}, {8, lockPath}} {
		contenders, queue := tt.contenders, tt.queue
		t.Run(fmt.Sprint(contenders, queue), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				bystander := w.Connect(t, "bystander")
				numbers := make([]*counter.Int64, contenders)
				for i := range numbers {
					numbers[i] = number(t, w.Connect(t, fmt.Sprint("host", i)), counter.WithLock(queue))
				}
				before, start := requests(w), time.Now()
				var all sync.WaitGroup
				const cycles = 64
				ends := make([]time.Duration, contenders)
				for i, n := range numbers {
					all.Go(func() {
						for range cycles {
							if _, err := n.Add(t.Context(), 1); err != nil {
								t.Error(err)
								return
							}
						}
						ends[i] = time.Since(start)
					})
				}
				all.Wait()
				total := float64(contenders * cycles)
				each := float64(requests(w)-before) / total
				trips := float64(time.Since(start)) / float64(2*oneWay) / total
				t.Logf("%.2f requests and %.2f round trips a change", each, trips)
				if each > 3 {
					t.Errorf("%.2f requests a change", each)
				}
				if v, err := number(t, bystander).Get(t.Context()); err != nil || v != int64(total) {
					t.Errorf("%v changes made %d, %v", total, v, err)
				}
				time.Sleep(time.Second) // the last turn ends
				if names := children(t, bystander, queue); len(names) != 0 {
					t.Errorf("left: %v", names)
				}
				// Fair: the queue lets nobody run to the end while the others wait.
				if slices.Min(ends)*2 < slices.Max(ends) {
					t.Errorf("the first and the last one ended after %v and %v", slices.Min(ends), slices.Max(ends))
				}
			}, zktest.WithNetwork(fault.WithLatency(oneWay)))
		})
	}
}

// Contention that is over is forgotten: then a change is one request again.
func TestContentionEnds(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		n := number(t, w.Connect(t, "a"), counter.WithLock(lockPath), counter.WithAttempts(1))
		add(t, n, 1)
		add(t, n, 1)
		add(t, number(t, w.Connect(t, "b")), 1)
		if res := add(t, n, 1); res.LockedAttempts == 0 {
			t.Errorf("no contention: %+v", res)
		}
		time.Sleep(time.Second)
		add(t, n, 1) // in a turn, and nobody was there
		time.Sleep(time.Second)
		before := requests(w)
		if res := add(t, n, 1); res.LockedAttempts != 0 || requests(w)-before != 1 {
			t.Errorf("%d requests: %+v", requests(w)-before, res)
		}
	})
}
