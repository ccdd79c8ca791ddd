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

// A consumer that keeps up with one producer is woken for each item by one event, and has it in two round trips: one lists the queue, and with that
// reads the item and, with a lock path, locks it; the other deletes what there is. Besides there are the put and the listing that leaves the next watch.
// Curator takes 4 requests, 6 with a lock path, in as many round trips.
func TestCostWoken(t *testing.T) {
	modesWith(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		producer, consumer := fifo(t, w.Connect(t, "a"), opts...), fifo(t, w.Connect(t, "b"), opts...)
		want := woken{requests: 4, trips: 3}
		if len(opts) > 0 {
			want.requests = 5
		}
		costWoken(t, w, &consumer.Queue, want, func() { put(t, producer, "x") })
	})
}

// The same priority again is foreseen, too; an id is not, and takes its round trip.
func TestCostWokenByOthers(t *testing.T) {
	modesWith(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		p, err := queue.NewPriority(c, path, queue.String{}, opts...)
		must(t, err)
		defer func() { must(t, p.Close(t.Context())) }()
		i, err := queue.NewIDs(c, path+"-ids", queue.String{}, opts...)
		must(t, err)
		defer func() { must(t, i.Close(t.Context())) }()
		want := woken{requests: 4, trips: 3}
		if len(opts) > 0 {
			want.requests = 5
		}
		costWoken(t, w, &p.Queue, want, func() {
			_, err := p.Put(t.Context(), 7, "x")
			must(t, err)
		})
		want.requests, want.trips = 5, 4
		if len(opts) > 0 {
			want.requests = 6
		}
		costWoken(t, w, &i.Queue, want, func() {
			_, err := i.Put(t.Context(), "id", "x")
			must(t, err)
		})
	})
}

type woken struct {
	requests int64
	trips    float64
}

// costWoken counts what an item costs, from before its put until it is done, and until its consumer waits again.
func costWoken(t *testing.T, w *zktest.World, consumer *queue.Queue[string], want woken, put func()) {
	t.Helper()
	const items, known = 50, 2 // the first items tell what the next will be like
	got := make(chan error)
	go func() {
		for range known + items {
			it, err := consumer.Take(t.Context())
			if err == nil {
				err = it.Done(t.Context())
			}
			got <- err
		}
	}()
	for range known {
		time.Sleep(time.Second) // it waits
		put()
		must(t, <-got)
	}
	time.Sleep(time.Second)
	var trips float64
	reqs, events, _ := cost(w, func() {
		for range items {
			_, _, each := cost(w, func() {
				put()
				must(t, <-got)
			})
			trips += each
			time.Sleep(time.Second)
		}
	})
	if reqs != want.requests*items-1 || events != items || trips != want.trips*items { // after the last nobody waits
		t.Errorf("%d requests, %d events and %v round trips for %d items", reqs, events, trips, items)
	}
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
