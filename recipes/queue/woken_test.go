package queue_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// framed is an item of one value as Curator's producers make it.
func framed(v string) []byte {
	return append(append([]byte{0, 1, 0, 1, 1, 0, 0, 0, byte(len(v))}, v...), 2)
}

// waits takes everything in the background, one at a time.
func waits(t *testing.T, q *queue.FIFO[string]) <-chan string {
	t.Helper()
	got := make(chan string, 100)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	t.Cleanup(func() { cancel(); <-ended })
	go func() {
		defer close(ended)
		for {
			it, err := q.Take(ctx)
			if err == nil {
				got <- it.Value()
				err = it.Done(t.Context())
			}
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				t.Error(err)
			}
		}
	}()
	return got
}

// An item comes before the one that was foreseen, and at the same time: the order is kept, and the lock of the guess given back.
func TestWokenKeepsTheOrder(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		got := waits(t, fifo(t, w.Connect(t, "b"), opts...))
		var want []string
		expect := func(values ...string) {
			t.Helper()
			want = values
			for _, v := range want {
				if have := <-got; have != v {
					t.Errorf("%s, not %s", have, v)
				}
			}
			time.Sleep(time.Minute) // it waits again
		}
		for _, v := range []string{"1", "2", "3"} {
			put(t, fifo(t, c), v)
			expect(v)
		}
		create := func(name, v string) client.CreateBuilder { return c.Create(path + "/" + name).Data(framed(v)) }
		_, err := c.Txn(create("queue-", "second").Sequential(), create("queue-0000000000", "first")).Do(t.Context())
		must(t, err)
		expect("first", "second")
		// Here it is not there at all.
		_, err = c.Txn(create("queue-0000000001", "fourth"), create("queue-0000000000", "third")).Do(t.Context())
		must(t, err)
		expect("third", "fourth")
		// Or it was a child of somebody else that came, and goes.
		for _, name := range []string{"stranger", "another"} {
			_, err = create(name, "").Do(t.Context())
			must(t, err)
			time.Sleep(time.Second)
			must(t, c.Delete(path+"/"+name).Do(t.Context()))
			time.Sleep(time.Second)
		}
		for _, v := range []string{"5", "6", "7"} {
			put(t, fifo(t, c), v)
			expect(v)
		}
		empty(t, c, path, locks)
	})
}

// The queue is made anew while a consumer waits for its next item: numbers begin again, and what was foreseen means nothing.
func TestWokenByAQueueMadeAnew(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		got := waits(t, fifo(t, w.Connect(t, "b"), opts...))
		for range 3 {
			for _, v := range []string{"1", "2", "3"} {
				put(t, fifo(t, c), v)
				if have := <-got; have != v {
					t.Errorf("%s, not %s", have, v)
				}
				time.Sleep(time.Minute)
			}
			must(t, c.Delete(path).Do(t.Context()))
		}
	})
}

// Two who wait for each item: one has it, and nothing is left.
func TestWokenTogether(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		one, two := waits(t, fifo(t, w.Connect(t, "b"), opts...)), waits(t, fifo(t, w.Connect(t, "c"), opts...))
		for i := range 20 {
			v := fmt.Sprint(i)
			put(t, fifo(t, c), v)
			time.Sleep(time.Minute)
			if n := len(one) + len(two); n != 1 {
				t.Fatalf("%s was taken %d times", v, n)
			}
			select {
			case have := <-one:
				v = have
			case have := <-two:
				v = have
			}
			if v != fmt.Sprint(i) {
				t.Errorf("%s, not %d", v, i)
			}
		}
		empty(t, c, path, locks)
	})
}

// A server that does not read several znodes at once is asked for each, in one flight.
func TestWokenOnOldServers(t *testing.T) {
	for _, v := range []server.Version{server.V34, server.V35} {
		for _, opts := range [][]queue.Option{nil, {safely}} {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a")
				got := waits(t, fifo(t, w.Connect(t, "b"), opts...))
				for i := range 5 {
					time.Sleep(time.Minute)
					_, _, trips := cost(w, func() {
						put(t, fifo(t, c), fmt.Sprint(i))
						if v := <-got; v != fmt.Sprint(i) {
							t.Errorf("%s, not %d", v, i)
						}
					})
					if want := float64(3 - len(opts)); i > 2 && trips != want {
						t.Errorf("%v round trips, not %v", trips, want)
					}
				}
			}, zktest.Version(v), zktest.WithNetwork(fault.WithLatency(oneWay)))
		}
	}
}

// Without a lock path, and woken for each item, all come once, or are told of. The items are foreseen.
func TestSweepTakeUnsafelyWoken(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		producer, consumer := fifo(t, s.Connect(t, "b")), fifo(t, s.Client(t))
		want := make(map[string]bool) // whether it was put, as far as the producer knows
		produced := make(chan struct{})
		go func() {
			defer close(produced)
			for _, v := range []string{"0", "1", "2", "3", "."} {
				time.Sleep(time.Second)
				for {
					_, err := producer.Put(t.Context(), v)
					if want[v] = err == nil; err == nil || v != "." && client.MayHaveApplied(err) {
						break
					}
				}
			}
		}()
		got := make(map[string]int)
		for got["."] == 0 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			it, err := consumer.Take(ctx)
			cancel()
			var about *queue.ItemError
			switch {
			case err == nil:
				got[it.Value()]++
				must(t, it.Done(t.Context()))
			case errors.As(err, &about):
				if !errors.Is(err, queue.ErrUnknown) || len(about.Data) != 11 {
					t.Errorf("%v with %q", err, about.Data)
				}
				got[string(about.Data[9:10])]++
			default:
				retried(t, err)
			}
		}
		<-produced
		for v, sure := range want {
			if n := got[v]; v != "." && (n > 1 || n == 0 && sure) {
				t.Errorf("%s came %d times; was it put: %v", v, n, sure)
			}
		}
	}, folders)
}

// A Take that waits, and is given up when its item comes, holds nothing and loses nothing.
func TestSweepCancelledWokenTake(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		b := s.Connect(t, "b")
		other, consumer := fifo(t, b, safely), fifo(t, s.Client(t), safely)
		there := make(map[string]bool) // what was put and not taken
		for i := range 4 {             // the third is foreseen, and the last one's Take is too late
			ctx, cancel := context.WithTimeout(t.Context(), time.Second+time.Duration(2-i)*time.Millisecond)
			took := make(chan string, 1)
			go func() {
				defer close(took)
				it, err := consumer.Take(ctx)
				if err == nil && it.Done(t.Context()) == nil {
					took <- it.Value()
				}
			}()
			time.Sleep(time.Second)
			v := fmt.Sprint(i)
			_, err := other.Put(t.Context(), v)
			there[v] = err == nil
			delete(there, <-took)
			cancel()
		}
		found := content(t, b)
		for v, sure := range there {
			if n := found[v]; n > 1 || n == 0 && sure && !s.Fault.Robs {
				t.Errorf("%s is there %d times; was it put: %v", v, n, sure)
			}
		}
	}, folders, zktest.LeavesNothing(settled))
}

// With a lock path one consumer has the items in the order in which they were put, whatever happens to it and to two producers.
func TestHistoryInOrder(t *testing.T) {
	history.Seeds(t, 20, func(t *testing.T, r *rand.Rand) {
		var log history.Log[history.QueueCall, history.QueueAnswer]
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			hosts := []string{"a", "b", "c"}
			forever := client.WithRetry(client.RetryForever(time.Second))
			watcher := fifo(t, w.Connect(t, "watcher", forever), safely)
			consumer := fifo(t, w.Connect(t, "c", forever), safely)
			chaos := history.Begin(t, w, r, history.Faults{Hosts: hosts, Every: 2 * time.Second, Robs: true})
			var producers, consumers sync.WaitGroup
			for i, host := range hosts[:2] {
				q := fifo(t, w.Connect(t, host), safely)
				producers.Go(func() {
					for n := range 12 {
						call := log.Begin(i, history.QueueCall{Verb: history.Put, Item: fmt.Sprint(host, n)})
						ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
						_, err := q.Put(ctx, fmt.Sprint(host, n))
						cancel()
						switch {
						case err == nil:
							call.End(history.QueueAnswer{})
						case client.MayHaveApplied(err):
							call.Unknown()
						default:
							call.Failed()
						}
						time.Sleep(time.Duration(n) * 200 * time.Millisecond)
					}
				})
			}
			ctx, cancel := context.WithCancel(t.Context())
			consumers.Go(func() { pollAll(ctx, t, consumer, &log) })
			producers.Wait()
			chaos.End()
			for n := 1; n > 0; time.Sleep(time.Second) {
				var err error
				n, err = watcher.Len(t.Context())
				must(t, err)
			}
			time.Sleep(settled)
			cancel()
			consumers.Wait()
			log.Begin(0, history.QueueCall{Verb: history.Poll}).End(history.QueueAnswer{})
			known, unknown := log.Len()
			t.Logf("%d calls, %d of them unknown", known+unknown, unknown)
		})
		history.Check(t, &log, history.Queue())
	})
}

// pollAll takes items and is done with them: together that is a poll.
func pollAll(ctx context.Context, t *testing.T, q *queue.FIFO[string], log *history.Log[history.QueueCall, history.QueueAnswer]) {
	t.Helper()
	for ctx.Err() == nil {
		call := log.Begin(2, history.QueueCall{Verb: history.Poll})
		it, err := q.Take(ctx)
		if err != nil {
			call.Failed()
			continue // the client's retry policy paces
		}
		switch err := it.Done(context.WithoutCancel(ctx)); {
		case err == nil:
			call.End(history.QueueAnswer{Found: true, Item: it.Value()})
		case client.MayHaveApplied(err):
			call.Unknown()
		case errors.Is(err, queue.ErrNotHeld):
			call.Failed()
		default:
			t.Error(err)
		}
	}
}
