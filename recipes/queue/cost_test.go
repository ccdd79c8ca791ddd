package queue_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/queue"
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

const oneWay = 5 * time.Millisecond

// cost runs cycles and counts requests, watch events and round trips.
func cost(w *zktest.World, cycles func()) (reqs, events int64, trips float64) {
	reqs, events = requests(w), w.Server.Stats().WatchEvents
	start := time.Now()
	cycles()
	return requests(w) - reqs, w.Server.Stats().WatchEvents - events, float64(time.Since(start)) / float64(2*oneWay)
}

// One put and one take at a time, with a queue that is never empty: Curator takes 4 requests, and 6 with a lock path.
func TestCostOneAtATime(t *testing.T) {
	modesWith(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		const items = 320
		q := fifo(t, w.Connect(t, "a"), opts...)
		put(t, q, "first")
		drain(t, q, 1)
		reqs, _, trips := cost(w, func() {
			for i := range items {
				put(t, q, fmt.Sprint(i))
			}
		})
		if reqs != items || trips != items {
			t.Errorf("%d requests and %v round trips for %d puts", reqs, trips, items)
		}
		reqs, events, trips := cost(w, func() { drain(t, q, items) })
		each := int64(1) // the delete
		if len(opts) > 0 {
			each = 2 // the lock, and the delete of both
		}
		// Besides, the queue is listed once and read 32 items at a time.
		if reqs > each*items+items/32+2 || trips > float64(each*items+items/32+2) || events > 2 {
			t.Errorf("%d requests, %d events and %v round trips to take %d items", reqs, events, trips, items)
		}
	})
}

// Many at once: a transaction puts, locks, or deletes hundreds.
func TestCostBatched(t *testing.T) {
	modesWith(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		const items = 2560
		q := fifo(t, w.Connect(t, "a"), opts...)
		put(t, q, "first")
		drain(t, q, 1)
		reqs, _, trips := cost(w, func() {
			for i := range items {
				q.PutAsync(t.Context(), fmt.Sprint(i))
			}
			must(t, q.Flush(t.Context()))
		})
		if reqs > items/256+2 || trips > items/256+2 {
			t.Errorf("%d requests and %v round trips for %d puts", reqs, trips, items)
		}
		reqs, events, trips := cost(w, func() {
			for left := items; left > 0; {
				got, err := q.TakeMany(t.Context(), 256)
				must(t, err)
				left -= len(got)
				var all sync.WaitGroup
				for _, it := range got {
					all.Go(func() {
						if err := it.Done(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
			}
		})
		if reqs > 5*items/256+5 || events > 3 {
			t.Errorf("%d requests, %d events and %v round trips to take %d items", reqs, events, trips, items)
		}
	})
}

// A consumer that keeps up with one producer: what it costs to be woken for each item.
func TestCostWoken(t *testing.T) {
	modesWith(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		const items = 50
		producer, consumer := fifo(t, w.Connect(t, "a"), opts...), fifo(t, w.Connect(t, "b"), opts...)
		got := make(chan error)
		go func() {
			for range items + 1 {
				it, err := consumer.Take(t.Context())
				if err == nil {
					err = it.Done(t.Context())
				}
				got <- err
			}
		}()
		put(t, producer, "first")
		must(t, <-got)
		time.Sleep(time.Second)
		reqs, events, _ := cost(w, func() {
			for range items {
				put(t, producer, "x")
				must(t, <-got)
				time.Sleep(time.Second) // it waits again
			}
		})
		t.Logf("%v requests and %v events an item", float64(reqs)/items, float64(events)/items)
		if reqs > 6*items || events > 2*items {
			t.Errorf("%v requests and %v events an item", float64(reqs)/items, float64(events)/items)
		}
	})
}

// A producer does not wake a consumer that has work, and one listing serves all that it finds.
func TestCostBusyConsumerIsNotWoken(t *testing.T) {
	modesWith(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		producer, consumer := fifo(t, w.Connect(t, "a"), opts...), fifo(t, w.Connect(t, "b"), opts...)
		_, err := producer.PutAll(t.Context(), make([]string, 100)...)
		must(t, err)
		drain(t, consumer, 1)
		_, events, _ := cost(w, func() {
			for range 50 {
				put(t, producer, "x")
				drain(t, consumer, 1)
			}
		})
		if events > 1 {
			t.Errorf("%d events", events)
		}
	})
}

func modesWith(t *testing.T, body func(t *testing.T, w *zktest.World, opts ...queue.Option)) {
	t.Helper()
	latency := zktest.WithNetwork(fault.WithLatency(oneWay))
	t.Run("unsafe", func(t *testing.T) {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) { body(t, w) }, latency)
	})
	t.Run("safe", func(t *testing.T) {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) { body(t, w, safely) }, latency)
	})
}
