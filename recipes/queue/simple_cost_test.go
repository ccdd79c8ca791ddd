package queue_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// One item at a time, offered and polled: the network's latency is all that takes time, so time counts round trips.
func TestSimpleCost(t *testing.T) {
	const oneWay, cycles = time.Millisecond, 20
	for _, tt := range []struct {
		name            string
		apart, receipts bool
		requests, trips int
	}{
		{"by one process", false, false, 2, 2},
		{"by two processes", true, false, 3, 3},
		{"by two processes with receipts", true, true, 3, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				var opts []queue.SimpleOption
				if tt.receipts {
					opts = append(opts, queue.SimpleReceipts(simpleReceipts))
				}
				consumer := simple(t, w.Connect(t, "a"), opts...)
				producer := consumer
				if tt.apart {
					producer = simple(t, w.Connect(t, "b"), opts...)
				}
				for range 2 { // makes the path and watches it
					simpleOffer(t, producer, "x")
					simplePoll(t, consumer, "x")
				}
				before, start := simpleRequests(w), time.Now()
				for range cycles {
					simpleOffer(t, producer, "x")
					simplePoll(t, consumer, "x")
				}
				if d := time.Since(start); d != time.Duration(cycles*tt.trips)*2*oneWay {
					t.Errorf("%v round trips an item, want %d", float64(d)/float64(cycles*2*oneWay), tt.trips)
				}
				if n := simpleRequests(w) - before; n != int64(cycles*tt.requests) {
					t.Errorf("%v requests an item, want %d", float64(n)/cycles, tt.requests)
				}
			}, zktest.WithNetwork(fault.WithLatency(oneWay)))
		})
	}
}

// A backlog is polled with one request an item and little more, a batch with 3 requests for a hundred.
func TestSimpleBacklogCost(t *testing.T) {
	for _, batch := range []int{1, 100} {
		t.Run(fmt.Sprint(batch), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				const items = 1000
				producer, consumer := simple(t, w.Connect(t, "a")), simple(t, w.Connect(t, "b"))
				for range items / 100 {
					_, err := producer.OfferMany(t.Context(), make([][]byte, 100)...)
					simpleMust(t, err)
				}
				before := simpleRequests(w)
				for n := 0; n < items; {
					got, err := consumer.PollMany(t.Context(), batch)
					simpleMust(t, err)
					n += len(got)
				}
				want := 1.05
				if batch > 1 {
					want = 0.03
				}
				if each := float64(simpleRequests(w)-before) / items; each > want {
					t.Errorf("%v requests an item, want %v", each, want)
				}
			})
		})
	}
}

// A Take that waits costs 3 requests and an event an item; however many wait in one process.
func TestSimpleTakeCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const waiting, items = 8, 20
		producer, consumer := simple(t, w.Connect(t, "a")), simple(t, w.Connect(t, "b"))
		got := make(chan error, items)
		for range waiting {
			go func() {
				for {
					_, err := consumer.Take(t.Context())
					got <- err
					if err != nil {
						return
					}
				}
			}()
		}
		item := func() {
			simpleOffer(t, producer, "x")
			simpleMust(t, <-got)
			synctest.Wait()
		}
		item()
		item()
		before, events := simpleRequests(w), w.Server.Stats().WatchEvents
		for range items {
			item()
		}
		if each := float64(simpleRequests(w)-before) / items; each > 4 {
			t.Errorf("%v requests an item, offer included, want 4", each)
		}
		if n := w.Server.Stats().WatchEvents - events; n != items {
			t.Errorf("%v events an item, want 1", float64(n)/items)
		}
		simpleMust(t, consumer.Close(t.Context()))
		for range waiting {
			if err := <-got; err == nil {
				t.Error("took from a closed queue")
			}
		}
	})
}

// The herd: of processes that wait, those that come too late pay one event and one request an item, and few of them try to delete it.
func TestSimpleHerdCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const processes, items = 8, 40
		producer := simple(t, w.Connect(t, "producer"))
		simpleOffer(t, producer, "x")
		simplePoll(t, producer, "x")
		got := make(chan error, items)
		ctx := t.Context()
		queues := make([]*queue.Simple, processes)
		for i := range queues {
			queues[i] = simple(t, w.Connect(t, fmt.Sprint("taker", i)))
			go func() {
				for {
					_, err := queues[i].Take(ctx)
					got <- err
					if err != nil {
						return
					}
				}
			}()
		}
		item := func() {
			time.Sleep(time.Second) // all wait again
			simpleOffer(t, producer, "x")
			simpleMust(t, <-got)
		}
		for range 10 {
			item()
		}
		before, events, deletes := simpleRequests(w), w.Server.Stats().WatchEvents, w.Server.Stats().Requests["multi"]
		for range items {
			item()
		}
		time.Sleep(time.Second)
		each := float64(simpleRequests(w)-before) / items
		tries := float64(w.Server.Stats().Requests["multi"]-deletes)/items - 1 // the offer is one, too
		t.Logf("%.1f requests, %.1f events and %.2f deletes an item", each, float64(w.Server.Stats().WatchEvents-events)/items, tries)
		if each > processes+5 {
			t.Errorf("%.1f requests an item with %d waiting", each, processes)
		}
		if tries > 1.5 {
			t.Errorf("%.2f deletes an item", tries)
		}
		for _, q := range queues {
			simpleMust(t, q.Close(ctx))
			if err := <-got; err == nil {
				t.Error("took from a closed queue")
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(100*time.Microsecond)))
}
