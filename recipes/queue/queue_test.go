package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	path  = "/queues/one"
	locks = "/queues/one-locks"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// closer closes a queue with its test.
func closer[Q interface {
	Close(ctx context.Context) error
}](tb testing.TB, q Q, err error) Q {
	tb.Helper()
	must(tb, err)
	tb.Cleanup(func() {
		if err := q.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return q
}

func fifo(tb testing.TB, c *client.Client, opts ...queue.Option) *queue.FIFO[string] {
	tb.Helper()
	q, err := queue.NewFIFO(c, path, queue.String{}, opts...)
	return closer(tb, q, err)
}

var safely = queue.WithLockPath(locks)

func put(tb testing.TB, q *queue.FIFO[string], values ...string) {
	tb.Helper()
	for _, v := range values {
		if _, err := q.Put(tb.Context(), v); err != nil {
			tb.Fatal(err)
		}
	}
}

type taker interface {
	Take(ctx context.Context) (*queue.Item[string], error)
}

func take(tb testing.TB, q taker) *queue.Item[string] {
	tb.Helper()
	it, err := q.Take(tb.Context())
	must(tb, err)
	return it
}

// children lists a folder, in order; nil if there is none.
func children(tb testing.TB, c *client.Client, path string) []string {
	tb.Helper()
	names, _, err := c.Children(path).Do(tb.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	must(tb, err)
	slices.Sort(names)
	return names
}

func empty(tb testing.TB, c *client.Client, paths ...string) {
	tb.Helper()
	for _, path := range paths {
		if names := children(tb, c, path); len(names) > 0 {
			tb.Errorf("left in %s: %v", path, names)
		}
	}
}

// modes are the two ways of consuming.
func modes(t *testing.T, body func(t *testing.T, w *zktest.World, opts ...queue.Option)) {
	t.Helper()
	t.Run("unsafe", func(t *testing.T) { zktest.Virtual(t, func(t *testing.T, w *zktest.World) { body(t, w) }) })
	t.Run("safe", func(t *testing.T) { zktest.Virtual(t, func(t *testing.T, w *zktest.World) { body(t, w, safely) }) })
}

func TestFIFO(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		producer, consumer := fifo(t, a, opts...), fifo(t, b, opts...)
		put(t, producer, "1", "2")
		if names := children(t, a, path); !slices.Equal(names, []string{"queue-0000000000", "queue-0000000001"}) {
			t.Errorf("items %v", names)
		}
		if stat := exists(t, a, path); stat.EphemeralOwner != 0 || stat.DataLength != 0 {
			t.Errorf("the folder %+v", stat)
		}
		for _, want := range []string{"1", "2"} {
			it := take(t, consumer)
			if it.Value() != want || len(it.Values) != 1 || it.Context().Err() != nil {
				t.Errorf("took %q, want %s, %v", it.Values, want, it.Context().Err())
			}
			must(t, it.Done(t.Context()))
			if err := it.Done(t.Context()); !errors.Is(err, queue.ErrSettled) || !errors.Is(context.Cause(it.Context()), queue.ErrSettled) {
				t.Errorf("done twice: %v, %v", err, context.Cause(it.Context()))
			}
		}
		empty(t, a, path, locks)
		next := taking(t.Context(), t, consumer)
		put(t, producer, "3")
		if r := <-next; r.err != nil || r.it.Value() != "3" {
			t.Errorf("took %+v", r)
		} else {
			must(t, r.it.Done(t.Context()))
		}
		if n, err := producer.Len(t.Context()); n != 0 || err != nil {
			t.Errorf("%d items, %v", n, err)
		}
	})
}

func exists(tb testing.TB, c *client.Client, path string) *zk.Stat {
	tb.Helper()
	ok, stat, err := c.Exists(path).Do(tb.Context())
	if !ok || err != nil {
		tb.Fatalf("%s: %v, %v", path, ok, err)
	}
	return stat
}

type taken struct {
	it  *queue.Item[string]
	err error
}

// taking starts a Take and returns once it waits.
func taking(ctx context.Context, tb testing.TB, q taker) <-chan taken {
	tb.Helper()
	got := make(chan taken, 1)
	go func() {
		it, err := q.Take(ctx)
		got <- taken{it, err}
	}()
	synctest.Wait()
	select {
	case r := <-got:
		tb.Fatalf("Take does not wait: %+v", r)
	default:
	}
	return got
}

// With a lock path the item stays until it is done, under a lock of its name.
func TestSafeHolds(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one, two := fifo(t, a, safely), fifo(t, b, safely)
		put(t, one, "1", "2")
		first, second := take(t, one), take(t, two)
		if first.Value() != "1" || second.Value() != "2" {
			t.Errorf("took %q and %q", first.Values, second.Values)
		}
		if names := children(t, a, locks); !slices.Equal(names, children(t, a, path)) || len(names) != 2 {
			t.Errorf("locks %v", names)
		}
		if stat := exists(t, a, locks+"/queue-0000000001"); stat.EphemeralOwner != b.Session().ID() {
			t.Errorf("lock %+v", stat)
		}
		must(t, first.Requeue(t.Context()))
		if names := children(t, a, path); !slices.Equal(names, []string{"queue-0000000001", "queue-0000000002"}) {
			t.Errorf("after requeue %v", names)
		}
		must(t, second.Release(t.Context()))
		next := take(t, one)
		if next.Value() != "2" || next.Path() != path+"/queue-0000000001" {
			t.Errorf("after release %q at %s", next.Values, next.Path())
		}
		must(t, next.Done(t.Context()))
		again := take(t, two)
		if again.Value() != "1" {
			t.Errorf("after requeue %q", again.Values)
		}
		must(t, again.Done(t.Context()))
		empty(t, a, path, locks)
	})
}

// Who waits for items that others hold is woken when they are released, requeued, or their holder dies.
func TestEveryoneIsWoken(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		one, two := fifo(t, a, safely), fifo(t, b, safely)
		put(t, one, "1")
		it := take(t, one)
		next := taking(t.Context(), t, two)
		must(t, it.Release(t.Context()))
		r := <-next
		must(t, r.err)
		next = taking(t.Context(), t, one)
		must(t, r.it.Requeue(t.Context()))
		r = <-next
		must(t, r.err)
		next = taking(t.Context(), t, two)
		w.Server.ExpireSession(a.Session().ID())
		start := time.Now()
		r2 := <-next
		must(t, r2.err)
		if d := time.Since(start); d > 2*time.Second {
			t.Errorf("woken after %v", d)
		}
		<-r.it.Context().Done()
		if cause := context.Cause(r.it.Context()); !errors.Is(cause, client.ErrSessionLost) {
			t.Errorf("cause %v", cause)
		}
		if err := r.it.Done(t.Context()); !errors.Is(err, queue.ErrNotHeld) {
			t.Errorf("done with what is lost: %v", err)
		}
		must(t, r2.it.Done(t.Context()))
		empty(t, b, path, locks)
	})
}

func TestManyAtOnce(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := fifo(t, c, opts...)
		var values []string
		for i := range 100 {
			values = append(values, fmt.Sprint(i))
		}
		paths, err := q.PutAll(t.Context(), values...)
		must(t, err)
		if len(paths) != 100 || !strings.HasSuffix(paths[99], "/queue-0000000099") {
			t.Errorf("%d paths, %v", len(paths), paths)
		}
		for got := 0; got < 100; {
			items, err := q.TakeMany(t.Context(), 40)
			must(t, err)
			for _, it := range items {
				if it.Value() != values[got] {
					t.Fatalf("item %d is %q", got, it.Value())
				}
				got++
				must(t, it.Done(t.Context()))
			}
		}
		_, err = q.PutMany(t.Context(), values...)
		must(t, err)
		it := take(t, q)
		if !slices.Equal(it.Values, values) {
			t.Errorf("many in one: %q", it.Values)
		}
		must(t, it.Done(t.Context()))
		empty(t, c, path, locks)
	})
}
