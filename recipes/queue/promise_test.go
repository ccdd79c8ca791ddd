package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Under a namespace and a chroot paths are the caller's, znodes the view's.
func TestNamespace(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := fifo(t, c.Namespace("/app"), opts...)
		got, err := q.Put(t.Context(), "1")
		if got != path+"/queue-0000000000" || err != nil {
			t.Errorf("put %s, %v", got, err)
		}
		if names := children(t, c, "/app"+path); len(names) != 1 {
			t.Errorf("items %v", names)
		}
		it := take(t, q)
		if it.Path() != got {
			t.Errorf("took %s", it.Path())
		}
		must(t, it.Requeue(t.Context()))
		drain(t, q, 1)
		empty(t, c, "/app"+path, "/app"+locks)
	})
}

// Every znode has the provider's list.
func TestACLProvider(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		acl := client.Digest("ada", "secret", zk.PermAll)
		c := w.Connect(t, "a", client.WithDigest("ada", "secret"), client.WithACLProvider(func(string) []zk.ACL { return []zk.ACL{acl} }))
		q := fifo(t, c, safely)
		put(t, q, "1", "2")
		it := take(t, q)
		must(t, it.Requeue(t.Context()))
		it = take(t, q)
		for _, p := range []string{"/queues", path, locks, path + "/queue-0000000001", path + "/queue-0000000002", locks + "/queue-0000000001"} {
			got, _, err := c.GetACL(p).Do(t.Context())
			if err != nil || !slices.Equal(got, []zk.ACL{acl}) {
				t.Errorf("%s: %v, %v", p, got, err)
			}
		}
		must(t, it.Done(t.Context()))
		stranger := fifo(t, w.Connect(t, "b"), safely)
		if _, err := stranger.Put(t.Context(), "3"); !errors.Is(err, zk.ErrNoAuth) || !strings.Contains(err.Error(), path) {
			t.Errorf("a stranger puts: %v", err)
		}
		if _, err := stranger.Take(t.Context()); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("a stranger takes: %v", err)
		}
		if err := stranger.Consume(t.Context(), func(context.Context, string) error { return nil }); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("a stranger consumes: %v", err)
		}
		drain(t, q, 1)
	})
}

// A server that knows no reads of several znodes, and no containers.
func TestOldServers(t *testing.T) {
	for _, v := range []server.Version{server.V34, server.V35} {
		for _, opts := range [][]queue.Option{nil, {safely}} {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a")
				q := fifo(t, c, opts...)
				var want []string
				for i := range 50 {
					want = append(want, fmt.Sprint(i))
				}
				_, err := q.PutAll(t.Context(), want...)
				must(t, err)
				if got := drain(t, q, 50); !slices.Equal(got, want) {
					t.Errorf("took %v", got)
				}
				empty(t, c, path, locks)
			}, zktest.Version(v))
		}
	}
}

// A queue whose znodes are deleted, while it is waited for and while it is used, is made anew.
func TestFolderDeleted(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		c := w.Connect(t, "a")
		q := fifo(t, c, opts...)
		put(t, q, "1")
		drain(t, q, 1)
		next := taking(t.Context(), t, q)
		must(t, c.Delete("/queues").WithChildren().Do(t.Context()))
		put(t, q, "2")
		r := <-next
		must(t, r.err)
		must(t, r.it.Done(t.Context()))
		must(t, c.Delete("/queues").WithChildren().Do(t.Context()))
		put(t, q, "3")
		if got := drain(t, q, 1); got[0] != "3" {
			t.Errorf("took %v", got)
		}
	})
}

// Who waits is woken in the next session, too (CURATOR-623, CURATOR-311).
func TestTakeOutlivesTheSession(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		producer := fifo(t, w.Connect(t, "b"))
		consumer := fifo(t, w.Connect(t, "a", client.WithRetry(client.RetryForever(time.Second))), opts...)
		next := taking(t.Context(), t, consumer)
		w.Host("a").Partition()
		time.Sleep(time.Minute)
		put(t, producer, "1")
		w.Host("a").Heal()
		r := <-next
		must(t, r.err)
		must(t, r.it.Done(t.Context()))
	})
}

// While suspended an item stays held; when the session is lost the hold ends before another can have the item.
func TestHoldEndsBeforeTheNextBegins(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		one, two := fifo(t, w.Connect(t, "a"), safely), fifo(t, w.Connect(t, "b"), safely)
		put(t, one, "1")
		it := take(t, one)
		next := taking(t.Context(), t, two)
		w.Host("a").Partition()
		time.Sleep(3 * time.Second)
		if it.Context().Err() != nil {
			t.Errorf("the hold ended while suspended: %v", context.Cause(it.Context()))
		}
		r := <-next
		must(t, r.err)
		if it.Context().Err() == nil {
			t.Error("two hold the item")
		}
		w.Host("a").Heal()
		time.Sleep(5 * time.Second)
		if err := it.Done(t.Context()); !errors.Is(err, queue.ErrNotHeld) || !errors.Is(err, client.ErrSessionLost) {
			t.Errorf("done: %v", err)
		}
		if r.it.Context().Err() != nil {
			t.Error("a Done that came too late took the item away")
		}
		must(t, r.it.Done(t.Context()))
	})
}

// A lock that somebody deletes ends the hold, at once after the first 250 ms, and the item comes again.
func TestLockDeletedByHand(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		b := w.Connect(t, "b")
		q := fifo(t, w.Connect(t, "a"), safely)
		put(t, q, "1")
		for _, age := range []time.Duration{0, time.Second} {
			it := take(t, q)
			time.Sleep(age)
			must(t, b.Delete(locks+"/"+client.Base(it.Path())).Do(t.Context()))
			start := time.Now()
			<-it.Context().Done()
			if cause := context.Cause(it.Context()); !errors.Is(cause, queue.ErrNotHeld) || time.Since(start) > 250*time.Millisecond-age/4 {
				t.Errorf("after %v: %v", time.Since(start), cause)
			}
			if err := it.Done(t.Context()); !errors.Is(err, queue.ErrNotHeld) {
				t.Errorf("done: %v", err)
			}
		}
		drain(t, q, 1)
	})
}

// A Take whose context ends returns at once, also without a connection, and says why.
func TestTakeGivenUp(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		q := fifo(t, w.Connect(t, "a"), opts...)
		put(t, q, "1")
		w.Host("a").Partition()
		why := errors.New("why")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, why)
		defer cancel()
		start := time.Now()
		if _, err := q.Take(ctx); !errors.Is(err, why) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		start = time.Now()
		ctx, cancel = context.WithTimeoutCause(t.Context(), time.Second, why)
		defer cancel()
		if _, err := q.Put(ctx, "2"); !errors.Is(err, why) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		w.Host("a").Heal()
		drain(t, q, 1)
	})
}

// A put whose answer is lost says so, and is never repeated on a guess: an item that was there and has been taken is not put again.
func TestLostPut(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		b := fifo(t, w.Connect(t, "b"))
		a := fifo(t, w.Connect(t, "a"))
		put(t, a, "0")
		drain(t, b, 1)
		next := taking(t.Context(), t, b)
		w.Net.Inject(fault.Once(fault.Reply("multi").Host("a"), fault.Cut))
		_, err := a.Put(t.Context(), "1")
		if !client.MayHaveApplied(err) || !errors.Is(err, client.ErrConnectionLoss) {
			t.Errorf("a lost put: %v", err)
		}
		r := <-next
		must(t, r.err)
		must(t, r.it.Done(t.Context()))
		if n, err := b.Len(t.Context()); n != 0 || err != nil {
			t.Errorf("%d items, %v", n, err)
		}
		// One that did not arrive is repeated.
		w.Net.Inject(fault.Once(fault.Request("multi").Host("a"), fault.Cut))
		put(t, a, "2")
		if got := drain(t, b, 1); got[0] != "2" {
			t.Errorf("took %v", got)
		}
	})
}

// Consumers who race for a batch get disjoint parts of it, whichever transactions fail.
func TestRaceForABatch(t *testing.T) {
	modes(t, func(t *testing.T, w *zktest.World, opts ...queue.Option) {
		const items, consumers = 300, 5
		c := w.Connect(t, "p")
		values := make([]string, items)
		for i := range values {
			values[i] = fmt.Sprintf("%03d", i)
		}
		_, err := fifo(t, c).PutAll(t.Context(), values...)
		must(t, err)
		got := make(chan string, 2*items)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		for i := range consumers {
			q := fifo(t, w.Connect(t, fmt.Sprint("c", i)), opts...)
			go func() {
				defer func() { ended <- struct{}{} }()
				for {
					items, err := q.TakeMany(ctx, 20)
					if err != nil {
						return
					}
					for _, it := range items {
						got <- it.Value()
						if err := it.Done(t.Context()); err != nil {
							t.Error(err)
						}
					}
				}
			}()
		}
		var all []string
		for range items {
			all = append(all, <-got)
		}
		time.Sleep(time.Minute)
		cancel()
		for range consumers {
			<-ended
		}
		slices.Sort(all)
		if !slices.Equal(all, values) || len(got) > 0 {
			t.Errorf("took %d more, %v", len(got), all)
		}
		empty(t, c, path, locks)
	})
}

// A context without time bounds a put to a full queue, too.
func TestPutGivenUpWhileFull(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		q := fifo(t, w.Connect(t, "a"), queue.WithMaxItems(1))
		put(t, q, "1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if _, err := q.Put(ctx, "2"); !errors.Is(err, context.DeadlineExceeded) || client.MayHaveApplied(err) {
			t.Errorf("got %v", err)
		}
		drain(t, q, 1)
		put(t, q, "3")
		drain(t, q, 1)
	})
}

// A codec's errors come back from Put, and from Take with the item's data.
func TestCodec(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		type job struct{ N int }
		c := w.Connect(t, "a")
		jobs, err := queue.NewFIFO(c, path, queue.JSON[job]{})
		jobs = closer(t, jobs, err)
		_, err = jobs.Put(t.Context(), job{7})
		must(t, err)
		it, err := jobs.Take(t.Context())
		must(t, err)
		if it.Value().N != 7 {
			t.Errorf("took %+v", it.Value())
		}
		must(t, it.Done(t.Context()))
		put(t, fifo(t, c), "no json")
		if _, err := jobs.Take(t.Context()); !errors.Is(err, queue.ErrBadItem) {
			t.Errorf("took %v", err)
		}
		anything, err := queue.NewFIFO(c, path, queue.JSON[any]{})
		anything = closer(t, anything, err)
		if _, err := anything.Put(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if _, err := anything.Put(t.Context(), make(chan int)); err == nil {
			t.Error("a channel is JSON")
		}
		raw, err := queue.NewFIFO(c, path, queue.Bytes{})
		raw = closer(t, raw, err)
		data, err := raw.Take(t.Context())
		must(t, err)
		if string(data.Value()) != "null" {
			t.Errorf("took %q", data.Value())
		}
		must(t, data.Done(t.Context()))
	})
}
