package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

// consume runs a Consume in the background and returns what stops it.
func consume(
	tb testing.TB, q *queue.FIFO[string], f func(ctx context.Context, v string) error, opts ...queue.ConsumeOption,
) (stop func()) {
	tb.Helper()
	ctx, cancel := context.WithCancelCause(tb.Context())
	ended := make(chan error, 1)
	go func() { ended <- q.Consume(ctx, f, opts...) }()
	stopped := errors.New("stopped")
	return sync.OnceFunc(func() {
		cancel(stopped)
		if err := <-ended; !errors.Is(err, stopped) {
			tb.Errorf("Consume: %v", err)
		}
	})
}

func TestConsume(t *testing.T) {
	for _, workers := range []int{1, 4} {
		modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
			c := w.Connect(t, "a")
			var mu sync.Mutex
			var got, want []string
			var most, now atomic.Int64
			for i := range 100 {
				want = append(want, fmt.Sprintf("%03d", i))
			}
			q := fifo(t, c, opts...)
			stop := consume(t, q, func(_ context.Context, v string) error {
				most.Store(max(most.Load(), now.Add(1)))
				time.Sleep(time.Second)
				now.Add(-1)
				mu.Lock()
				defer mu.Unlock()
				got = append(got, v)
				return nil
			}, queue.Workers(workers))
			_, err := fifo(t, w.Connect(t, "b"), opts...).PutAll(t.Context(), want...)
			must(t, err)
			time.Sleep(2 * time.Minute)
			stop()
			if workers > 1 {
				slices.Sort(got)
			}
			if !slices.Equal(got, want) || most.Load() != int64(workers) {
				t.Errorf("%d at once, worked on %v", most.Load(), got)
			}
			empty(t, c, path, locks)
		})
	}
}

var errWork = errors.New("no luck")

// With a lock path the value that failed comes again, with those behind it and not with those before it.
func TestConsumeRequeues(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		q := fifo(t, c, safely)
		_, err := q.PutMany(t.Context(), "1", "2", "3")
		must(t, err)
		put(t, q, "4")
		var got []string
		var told []error
		stop := consume(t, q, func(_ context.Context, v string) error {
			got = append(got, v)
			if v == "2" && len(got) < 4 {
				return errWork
			}
			return nil
		}, queue.OnError(func(err error) { told = append(told, err) }))
		time.Sleep(time.Second)
		stop()
		if !slices.Equal(got, []string{"1", "2", "4", "2", "3"}) {
			t.Errorf("worked on %v", got)
		}
		var work *queue.WorkError
		if len(told) != 1 || !errors.As(told[0], &work) || !errors.Is(work, errWork) || work.Path != path+"/queue-0000000000" {
			t.Errorf("told %v", told)
		}
		empty(t, c, path, locks)
	})
}

func TestConsumeDrops(t *testing.T) {
	for name, opts := range map[string][]queue.Option{"unsafe": nil, "drop": {safely, queue.WithErrorMode(queue.Drop)}} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a")
				q := fifo(t, c, opts...)
				_, err := q.PutMany(t.Context(), "1", "2", "3")
				must(t, err)
				var got []string
				stop := consume(t, q, func(_ context.Context, v string) error {
					got = append(got, v)
					return errWork
				})
				time.Sleep(time.Second)
				stop()
				if !slices.Equal(got, []string{"1", "2", "3"}) {
					t.Errorf("worked on %v", got)
				}
				empty(t, c, path, locks)
			})
		})
	}
}

// What Consume has taken ahead it gives back when it ends, in its place.
func TestConsumeReleasesWhatItHasNotBegun(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := fifo(t, c, opts...)
		var want []string
		for i := range 40 {
			want = append(want, fmt.Sprint(i))
		}
		_, err := q.PutAll(t.Context(), want...)
		must(t, err)
		var got []string
		stop := consume(t, q, func(ctx context.Context, v string) error {
			if len(got) == 20 {
				<-ctx.Done() // with others taken ahead
				got = append(got, v)
				return nil
			}
			got = append(got, v)
			return nil
		})
		time.Sleep(time.Second)
		stop()
		rest := drain(t, q, 40-len(got))
		all := append(got, rest...)
		if len(opts) == 0 {
			slices.Sort(all) // those that were put again come last
			slices.Sort(want)
		}
		if !slices.Equal(all, want) || len(got) != 21 {
			t.Errorf("worked on %v, left %v", got, rest)
		}
		empty(t, c, path, locks)
	})
}

// Bad items come as errors that have their data, once, and do not stop what follows.
func TestBadItems(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := fifo(t, c, opts...)
		put(t, q, "1")
		for _, data := range []string{"", "junk", "\x00\x01\x00\x01\x01\x7f\xff\xff\xffx"} {
			_, err := c.Create(path + "/queue-").Sequential().Data([]byte(data)).Do(t.Context())
			must(t, err)
		}
		for _, stranger := range []string{"readme", "qn-0000000000", "queu"} {
			_, err := c.Create(path + "/" + stranger).Do(t.Context())
			must(t, err)
		}
		put(t, q, "2")
		drain(t, q, 1)
		for _, data := range []string{"", "junk", "\x00\x01\x00\x01\x01\x7f\xff\xff\xffx"} {
			_, err := q.Take(t.Context())
			var bad *queue.ItemError
			if !errors.As(err, &bad) || !errors.Is(err, queue.ErrBadItem) || string(bad.Data) != data || !strings.HasPrefix(bad.Path, path+"/queue-") {
				t.Errorf("a bad item: %v", err)
			}
		}
		if got := drain(t, q, 1); got[0] != "2" {
			t.Errorf("behind bad items %v", got)
		}
		if names := children(t, c, path); !slices.Equal(names, []string{"qn-0000000000", "queu", "readme"}) {
			t.Errorf("left %v", names)
		}
	})
}

// A put listener is told of each item, flush waits for all, and the order is that of the calls.
func TestPutAsync(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		q := fifo(t, w.Connect(t, "a"))
		var told []string
		remove := q.OnPut(func(p queue.Put) { told = append(told, p.Path) })
		var want []string
		for i := range 1000 {
			want = append(want, fmt.Sprint(i))
			q.PutAsync(t.Context(), want[i])
		}
		must(t, q.Flush(t.Context()))
		remove()
		put(t, q, "unheard")
		if len(told) != 1000 || told[999] != path+"/queue-0000000999" {
			t.Errorf("told %d times", len(told))
		}
		if got := drain(t, q, 1000); !slices.Equal(got, want) {
			t.Errorf("order %v", got)
		}
	})
}

// Close waits for puts, releases what is held, and ends what waits.
func TestClose(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		q, err := queue.NewFIFO(c, path, queue.String{}, safely)
		must(t, err)
		put(t, q, "1")
		it := take(t, q)
		next := taking(t.Context(), t, q)
		last := q.PutAsync(t.Context(), "2")
		must(t, q.Close(t.Context()))
		must(t, q.Close(t.Context()))
		if r := <-next; r.err == nil && r.it.Value() != "2" || r.err != nil && !errors.Is(r.err, queue.ErrClosed) {
			t.Errorf("the waiting taker: %+v", r)
		}
		if _, err := last.Wait(); err != nil {
			t.Errorf("the last put: %v", err)
		}
		if cause := context.Cause(it.Context()); !errors.Is(cause, queue.ErrClosed) {
			t.Errorf("the held item: %v", cause)
		}
		if err := it.Done(t.Context()); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("done after close: %v", err)
		}
		if _, err := q.Put(t.Context(), "3"); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("put after close: %v", err)
		}
		if _, err := q.Take(t.Context()); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("take after close: %v", err)
		}
		empty(t, c, locks)
		if names := children(t, c, path); len(names) != 2 {
			t.Errorf("items %v", names)
		}
	})
}

// A pause before what failed comes again: twice as long each time, up to the longest, and the first one again after a success. Meanwhile nobody
// else has it, and the end of Consume does not wait for it.
func TestConsumePausesAfterFailures(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		q := fifo(t, c, safely)
		put(t, q, "bad")
		var at []time.Duration
		begin := time.Now()
		stop := consume(t, q, func(context.Context, string) error {
			at = append(at, time.Since(begin).Round(time.Second))
			if len(at) == 6 {
				return nil
			}
			return errWork
		}, queue.PauseAfterFailure(time.Second, 5*time.Second))
		time.Sleep(500 * time.Millisecond)
		if names := children(t, c, locks); len(names) != 1 {
			t.Errorf("locks in the pause: %v", names)
		}
		time.Sleep(59*time.Second + 500*time.Millisecond)
		put(t, q, "bad again")
		time.Sleep(2 * time.Second)
		stopping := time.Now()
		stop()
		want := []time.Duration{0, 1, 3, 7, 12, 17, 60, 61}
		for i := range want {
			want[i] *= time.Second
		}
		if took := time.Since(stopping); !slices.Equal(at, want) || took > 100*time.Millisecond {
			t.Errorf("worked at %v, stopped after %v", at, took)
		}
		if n, err := q.Len(t.Context()); n != 1 || err != nil {
			t.Errorf("%d items left, %v", n, err)
		}
	})
}

func TestPauseOption(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		q := fifo(t, w.Connect(t, "a"), safely)
		for _, opt := range []queue.ConsumeOption{queue.PauseAfterFailure(-1, 1), queue.PauseAfterFailure(2, 1)} {
			if err := q.Consume(t.Context(), nil, opt); err == nil {
				t.Error("no error")
			}
		}
	})
}
