package queue_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

func priorities(tb testing.TB, c *client.Client, opts ...queue.Option) *queue.Priority[string] {
	tb.Helper()
	q, err := queue.NewPriority(c, path, queue.String{}, opts...)
	return closer(tb, q, err)
}

func delays(tb testing.TB, c *client.Client, opts ...queue.Option) *queue.Delay[string] {
	tb.Helper()
	q, err := queue.NewDelay(c, path, queue.String{}, opts...)
	return closer(tb, q, err)
}

func withIDs(tb testing.TB, c *client.Client, opts ...queue.Option) *queue.IDs[string] {
	tb.Helper()
	q, err := queue.NewIDs(c, path, queue.String{}, opts...)
	return closer(tb, q, err)
}

// drain takes and finishes so many items.
func drain(tb testing.TB, q taker, n int) (values []string) {
	tb.Helper()
	for range n {
		it := take(tb, q)
		values = append(values, it.Values...)
		must(tb, it.Done(tb.Context()))
	}
	return values
}

func TestPriority(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := priorities(t, c, opts...)
		for _, p := range []int32{5, 0, -1, 1<<31 - 1, -1 << 31, 5} {
			_, err := q.Put(t.Context(), p, fmt.Sprint(p))
			must(t, err)
		}
		if got := drain(t, q, 6); !slices.Equal(got, []string{"-2147483648", "-1", "0", "5", "5", "2147483647"}) {
			t.Errorf("order %v", got)
		}
		empty(t, c, path, locks)
	})
}

// An urgent item overtakes after at most as many as WithRefresh says.
func TestPriorityOvertakes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		q := priorities(t, w.Connect(t, "a"), queue.WithRefresh(3))
		_, err := q.PutAll(t.Context(), 9, strings.Split("abcdefgh", "")...)
		must(t, err)
		drain(t, q, 1)
		_, err = q.Put(t.Context(), 1, "urgent")
		must(t, err)
		if got := drain(t, q, 8); !slices.Equal(got[:3], []string{"b", "c", "urgent"}) {
			t.Errorf("order %v", got)
		}
	})
}

// What is put back keeps its key (CURATOR-56, CURATOR-224, and what Curator does not do for priorities and times).
func TestRequeueKeepsTheKey(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		requeue := func(q taker) {
			t.Helper()
			before := children(t, c, path)[0]
			it := take(t, q)
			must(t, it.Requeue(t.Context()))
			after := children(t, c, path)[0]
			if n := len(before) - 10; before[:n] != after[:n] || before >= after || len(before) != len(after) {
				t.Errorf("%s became %s", before, after)
			}
			drain(t, q, 1)
		}
		f := fifo(t, c, opts...)
		put(t, f, "x")
		requeue(f)
		p := priorities(t, c, opts...)
		_, err := p.Put(t.Context(), -7, "x")
		must(t, err)
		requeue(p)
		d := delays(t, c, opts...)
		_, err = d.Put(t.Context(), time.Now(), "x")
		must(t, err)
		requeue(d)
		i := withIDs(t, c, opts...)
		_, err = i.Put(t.Context(), "a/b|c", "x")
		must(t, err)
		requeue(i)
		empty(t, c, path, locks)
	})
}

// A taker sleeps until the first item is due, and is woken for one that is due before.
func TestDelay(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := delays(t, c, opts...)
		start := time.Now()
		at := func(v string, d time.Duration) {
			_, err := q.Put(t.Context(), start.Add(d), v)
			must(t, err)
		}
		at("hour", time.Hour)
		at("minute", time.Minute)
		at("past", -time.Minute)
		if got := drain(t, q, 1); got[0] != "past" {
			t.Errorf("first %v", got)
		}
		next := taking(t.Context(), t, q)
		at("second", time.Second)
		for _, want := range []time.Duration{time.Second, time.Minute, time.Hour} {
			r := <-next
			must(t, r.err)
			if d := time.Since(start); d != want {
				t.Errorf("%s after %v", r.it.Value(), d)
			}
			must(t, r.it.Done(t.Context()))
			if want < time.Hour {
				next = taking(t.Context(), t, q)
			}
		}
		empty(t, c, path, locks)
	})
}

func TestIDs(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := withIDs(t, c, opts...)
		for i, id := range []string{"z", "a/b|c", "z", "y", "z"} {
			_, err := q.Put(t.Context(), id, fmt.Sprint(i))
			must(t, err)
		}
		if names := children(t, c, path); !slices.Contains(names, "queue-|a_b_c|0000000001") {
			t.Errorf("items %v", names)
		}
		it := take(t, q)
		if it.ID() != "z" || it.Value() != "0" {
			t.Errorf("took %q of %s", it.Values, it.ID())
		}
		n, err := q.Remove(t.Context(), "z")
		if n != 2 || err != nil {
			t.Errorf("removed %d, %v", n, err) // not the one that is held, or has been taken
		}
		if n, err := q.Remove(t.Context(), "nobody"); n != 0 || err != nil {
			t.Errorf("removed %d, %v", n, err)
		}
		must(t, it.Done(t.Context()))
		if got := drain(t, q, 2); !slices.Equal(got, []string{"1", "3"}) {
			t.Errorf("order %v", got)
		}
		if _, err := q.Put(t.Context(), "", "x"); !errors.Is(err, queue.ErrNoID) {
			t.Errorf("an empty id: %v", err)
		}
		empty(t, c, path, locks)
	})
}

// A bounded queue makes producers wait, and lets them go on when an item is taken.
func TestMaxItems(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := fifo(t, c, append(opts, queue.WithMaxItems(3))...)
		put(t, q, "1", "2", "3")
		if _, err := q.TryPut(t.Context(), "4"); !errors.Is(err, queue.ErrFull) {
			t.Errorf("a fourth: %v", err)
		}
		done := make(chan error)
		go func() {
			_, err := q.Put(t.Context(), "4")
			done <- err
		}()
		time.Sleep(time.Hour)
		select {
		case err := <-done:
			t.Fatalf("Put does not wait: %v", err)
		default:
		}
		drain(t, q, 1)
		must(t, <-done)
		if got := drain(t, q, 3); !slices.Equal(got, []string{"2", "3", "4"}) {
			t.Errorf("order %v", got)
		}
	})
}
