package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

// settled is how long what goes on in the background takes: less than a session's timeout.
const settled = 9 * time.Second

var folders = zktest.WithFolders(path, locks)

// content is what a bystander finds in the queue: how often each value is there.
func content(tb testing.TB, c *client.Client) map[string]int {
	tb.Helper()
	time.Sleep(settled) // virtual; for a server that was restarted, too
	found := make(map[string]int)
	q, err := queue.NewFIFO(c, path, queue.String{})
	must(tb, err)
	defer func() { must(tb, q.Close(context.Background())) }()
	for n, _ := q.Len(tb.Context()); n > 0; {
		ctx, cancel := context.WithTimeout(tb.Context(), time.Second)
		it, err := q.Take(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break // strangers
		}
		must(tb, err)
		for _, v := range it.Values {
			found[v]++
		}
		must(tb, it.Done(tb.Context()))
	}
	return found
}

// A put is done once, or not at all and says so, or says that nobody knows.
func TestSweepPut(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		q := fifo(t, s.Client(t))
		answers := make(map[string]error)
		for _, v := range []string{"1", "2", "3"} {
			_, err := q.Put(t.Context(), v)
			answers[v] = err
		}
		_, err := q.PutAll(t.Context(), "4", "5")
		answers["4"], answers["5"] = err, err
		for _, v := range []string{"6", "7", "8", "9"} {
			p := q.PutAsync(t.Context(), v)
			defer func() {
				if _, err := p.Wait(); (err == nil) != (answers[v] == nil) {
					t.Errorf("%s: %v, then %v", v, answers[v], err)
				}
			}()
			defer func() { <-p.Done() }()
			_, answers[v] = p.Wait()
		}
		_ = q.Flush(t.Context())
		found := content(t, s.Connect(t, "b"))
		if len(found) == 0 {
			t.Errorf("nothing was put: %v", answers)
		}
		for v, err := range answers {
			switch n := found[v]; {
			case n > 1, err == nil && n == 0, err != nil && !client.MayHaveApplied(err) && n > 0:
				t.Errorf("%s is there %d times: %v", v, n, err)
			}
		}
		if found["4"] != found["5"] {
			t.Error("half a transaction")
		}
	}, zktest.InParallel(), folders)
}

// retried fails the test unless any sensible consumer would make the call again that failed so.
func retried(tb testing.TB, err error) {
	tb.Helper()
	if !client.Retryable(err) {
		tb.Fatal(err)
	}
}

// With a lock path every item is done once, and the consumer is woken for each.
func TestSweepTakeSafely(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		consumer := fifo(t, s.Client(t), safely)
		var planted sync.WaitGroup
		defer planted.Wait()
		planted.Go(func() {
			for i := range 4 {
				time.Sleep(time.Duration(i) * time.Second)
				// Not a Put, which may fail when the server is restarted.
				s.Plant(t, fmt.Sprintf("%s/queue-%010d", path, i), []byte(fmt.Sprintf("\x00\x01\x00\x01\x01\x00\x00\x00\x01%d\x02", i)))
			}
		})
		done, seen := make(map[string]int), make(map[string]int)
		for len(done) < 4 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			it, err := consumer.Take(ctx)
			cancel()
			if err != nil {
				retried(t, err)
				continue
			}
			seen[it.Value()]++
			if seen[it.Value()] > 1 && !s.Fault.Robs {
				t.Errorf("%s came again", it.Value())
			}
			err = it.Done(t.Context())
			switch {
			case err == nil:
				done[it.Value()]++
			case !errors.Is(err, queue.ErrNotHeld) || !s.Fault.Robs:
				t.Error(err)
			case client.MayHaveApplied(err):
				done[it.Value()]++ // and if it comes again, once more
			}
		}
		for v, n := range done {
			if n != 1 {
				t.Errorf("%s was done %d times", v, n)
			}
		}
	}, zktest.InParallel(), folders, zktest.LeavesNothing(settled))
}

// Without one every item comes once, or is told of.
func TestSweepTakeUnsafely(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		producer, consumer := fifo(t, s.Connect(t, "b")), fifo(t, s.Client(t))
		put(t, producer, "0", "1", "2", "3", "4", "5")
		var got []string
		for most := 1; len(got) < 6; most++ {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			items, err := consumer.TakeMany(ctx, most)
			cancel()
			var about *queue.ItemError
			switch {
			case errors.As(err, &about):
				if !errors.Is(err, queue.ErrUnknown) || len(about.Data) != 11 {
					t.Errorf("%v with %q", err, about.Data)
				}
				got = append(got, string(about.Data[9:10]))
			case err != nil:
				retried(t, err)
			}
			for _, it := range items {
				got = append(got, it.Values...)
				must(t, it.Done(t.Context()))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"0", "1", "2", "3", "4", "5"}) {
			t.Errorf("got %v", got)
		}
	}, zktest.InParallel(), folders, zktest.LeavesNothing(settled))
}

// Many under locks at once, by two consumers who race, worked on and put back: each value is worked on, none is left, and none is done twice.
func TestSweepConsume(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		const items = 24
		b := s.Connect(t, "b")
		other := fifo(t, b, safely)
		consumer := fifo(t, s.Client(t), safely)
		worked, failed := make(chan string, 100*items), make(map[string]bool)
		var want []string
		for i := range items {
			want = append(want, fmt.Sprintf("%02d", i))
		}
		_, err := other.PutAll(t.Context(), want[:items/2]...)
		must(t, err)
		_, err = other.PutMany(t.Context(), want[items/2:]...)
		must(t, err)
		stop := consume(t, consumer, func(_ context.Context, v string) error {
			time.Sleep(10 * time.Millisecond)
			if v[1] == '3' && !failed[v] {
				failed[v] = true
				return errWork
			}
			worked <- v
			return nil
		})
		also := consume(t, other, func(_ context.Context, v string) error {
			time.Sleep(15 * time.Millisecond)
			worked <- v
			return nil
		})
		for n := 1; n > 0; {
			time.Sleep(time.Second)
			n, err = other.Len(t.Context())
			must(t, err)
			if s.Fault.Name == zktest.ForeignChild && s.Hit() {
				n-- // the stranger stays
			}
		}
		stop()
		also()
		close(worked)
		count := make(map[string]int)
		for v := range worked {
			count[v]++
		}
		for _, v := range want {
			// The end of a session, or of a lock, gives an item to another while it is worked on.
			if n := count[v]; n == 0 || n > 1 && !s.Fault.Robs {
				t.Errorf("%s was worked on %d times", v, n)
			}
		}
	}, zktest.InParallel(), folders, zktest.LeavesNothing(settled))
}

// What is put back is there once, and what is released is there as it was.
func TestSweepRequeue(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		b := s.Connect(t, "b")
		producer, consumer := fifo(t, b), fifo(t, s.Client(t), safely)
		put(t, producer, "1", "2", "3")
		for range 2 {
			first, err := consumer.Take(t.Context())
			if err != nil {
				retried(t, err)
				continue
			}
			_ = first.Requeue(t.Context()) // if it is no longer held, the item is there
			second, err := consumer.Take(t.Context())
			if err != nil {
				retried(t, err)
				continue
			}
			_ = second.Release(t.Context())
		}
		time.Sleep(settled)
		if left := children(t, b, locks); len(left) > 0 && s.Fault.Name != zktest.ForeignChild {
			t.Errorf("locks %v", left)
		}
		found := content(t, b)
		if len(found) != 3 || found["1"] != 1 || found["2"] != 1 || found["3"] != 1 {
			t.Errorf("in the queue: %v", found)
		}
	}, zktest.InParallel(), folders)
}

// A Take that is given up holds nothing: another consumer gets the item.
func TestSweepCancelledTake(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		b := s.Connect(t, "b")
		other, consumer := fifo(t, b, safely), fifo(t, s.Client(t), safely)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		put(t, other, "1")
		it, err := consumer.Take(ctx)
		if err == nil {
			_ = it.Release(ctx)
		}
		mine, err := other.Take(t.Context())
		must(t, err)
		if mine.Value() != "1" {
			t.Errorf("got %v", mine.Values)
		}
		must(t, mine.Done(t.Context()))
	}, zktest.InParallel(), folders, zktest.LeavesNothing(settled))
}

// The same without a lock path: the item is with the caller, back in the queue, or told of by the next Take.
func TestSweepCancelledUnsafeTake(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		b := s.Connect(t, "b")
		consumer := fifo(t, s.Client(t))
		put(t, fifo(t, b), "1")
		for wait := 50 * time.Millisecond; ; wait = time.Minute {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			it, err := consumer.Take(ctx)
			cancel()
			if err == nil {
				must(t, it.Done(t.Context()))
				return
			}
			if errors.Is(err, queue.ErrUnknown) {
				return
			}
			if wait == time.Minute {
				retried(t, err)
			}
		}
	}, zktest.InParallel(), folders, zktest.LeavesNothing(settled))
}

// A removal by id counts what it has removed, or says that it does not know.
func TestSweepRemove(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		b := s.Connect(t, "b")
		producer, q := withIDs(t, b), withIDs(t, s.Client(t), safely)
		for _, id := range []string{"x", "y", "x"} {
			_, err := producer.Put(t.Context(), id, id)
			must(t, err)
		}
		n, err := q.Remove(t.Context(), "x")
		if found := content(t, b); err == nil && (n != 2 || found["x"] != 0) || found["y"] != 1 {
			t.Errorf("removed %d, %v; left %v", n, err, found)
		}
	}, zktest.InParallel(), folders, zktest.LeavesNothing(settled))
}
