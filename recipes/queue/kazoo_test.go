package queue_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

const kazooPath = "/queues/kazoo"

func kazooQueue(tb testing.TB, c *client.Client) *queue.KazooQueue {
	tb.Helper()
	q, err := queue.NewKazooQueue(c, kazooPath)
	simpleMust(tb, err)
	return q
}

func kazooLocking(tb testing.TB, c *client.Client) *queue.KazooLocking {
	tb.Helper()
	q, err := queue.NewKazooLocking(c, kazooPath)
	simpleMust(tb, err)
	return q
}

// kazooGet gets an item that must be this one; "" stands for none.
func kazooGet(tb testing.TB, q *queue.KazooQueue, want string) {
	tb.Helper()
	item, ok, err := q.Get(tb.Context())
	if err != nil || string(item) != want || ok != (want != "") {
		tb.Fatalf("got %q %v, %v; want %q", item, ok, err, want)
	}
}

// kazooLock locks an item that must be this one; "" stands for none.
func kazooLock(tb testing.TB, q *queue.KazooLocking, want string) *queue.KazooEntry {
	tb.Helper()
	e, err := q.TryGet(tb.Context())
	switch {
	case err != nil:
		tb.Fatal(err)
	case e == nil && want != "":
		tb.Fatalf("got nothing, want %q", want)
	case e != nil && string(e.Data()) != want:
		tb.Fatalf("got %q, want %q", e.Data(), want)
	}
	return e
}

// Golden vector: entry-, three digits of priority, ten of the server's; raw bytes; persistent, as kazoo's ensure_path makes it.
func TestKazooShape(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		q := kazooQueue(t, c)
		for i, tt := range []struct {
			priority int
			name     string
		}{{queue.KazooPriority, "entry-100-0000000000"}, {0, "entry-000-0000000001"}, {999, "entry-999-0000000002"}} {
			paths, err := q.Put(ctx, tt.priority, fmt.Append(nil, i))
			if err != nil || len(paths) != 1 || paths[0] != kazooPath+"/"+tt.name {
				t.Errorf("%q, %v; want %s", paths, err, tt.name)
			}
		}
		if data, _, err := c.Get(kazooPath + "/entry-000-0000000001").Do(ctx); string(data) != "1" || err != nil {
			t.Errorf("%q, %v", data, err)
		}
		if n := w.Server.Stats().Requests["createContainer"]; n != 0 {
			t.Errorf("%d containers", n)
		}
		for _, priority := range []int{-1, 1000} {
			if _, err := q.Put(ctx, priority, nil); err == nil || !strings.Contains(err.Error(), kazooPath) {
				t.Errorf("priority %d: %v", priority, err)
			}
		}
		if n, err := q.Len(ctx); n != 3 || err != nil {
			t.Errorf("%d items, %v", n, err)
		}
	})
}

// The lowest priority first, then the oldest, also of what came after the last look.
func TestKazooOrder(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := kazooQueue(t, w.Connect(t, "a")), kazooQueue(t, w.Connect(t, "b"))
		kazooGet(t, a, "")
		put := func(priority int, items ...string) {
			t.Helper()
			data := make([][]byte, len(items))
			for i := range items {
				data[i] = []byte(items[i])
			}
			_, err := b.Put(ctx, priority, data...)
			simpleMust(t, err)
		}
		put(100, "c", "d", "e")
		put(5, "a")
		put(50, "b")
		for _, want := range []string{"a", "b", "c"} {
			kazooGet(t, a, want)
		}
		put(7, "later and first")
		for _, want := range []string{"later and first", "d", "e", ""} {
			kazooGet(t, a, want)
		}
		got := make(chan string)
		go func() {
			item, err := a.Take(ctx)
			if err != nil {
				t.Error(err)
			}
			got <- string(item)
		}()
		synctest.Wait()
		put(100, "f")
		if item := <-got; item != "f" {
			t.Errorf("took %q", item)
		}
		simpleMust(t, a.Close(ctx))
		if _, err := a.Put(ctx, 1, nil); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}

// Golden vector: entries/, and taken/ with the same name, ephemeral, 32 hexadecimal digits.
func TestKazooLockingShape(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		q := kazooLocking(t, c)
		kazooLock(t, q, "")
		paths, err := q.Put(ctx, 7, []byte("x"))
		if err != nil || paths[0] != kazooPath+"/entries/entry-007-0000000000" {
			t.Errorf("%q, %v", paths, err)
		}
		e := kazooLock(t, q, "x")
		data, stat, err := c.Get(kazooPath + "/taken/entry-007-0000000000").Do(ctx)
		if err != nil || len(data) != 32 || strings.Trim(string(data), "0123456789abcdef") != "" ||
			stat.EphemeralOwner != c.Session().ID() || stat.Czxid != e.Token() {
			t.Errorf("%q %+v, %v; token %d", data, stat, err, e.Token())
		}
		if e.Path() != paths[0] || e.Context().Err() != nil {
			t.Errorf("%s, %v", e.Path(), e.Context().Err())
		}
		if n := w.Server.Stats().Requests["createContainer"]; n != 0 {
			t.Errorf("%d containers", n)
		}
	})
}

func TestKazooLocking(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		a, b := kazooLocking(t, c), kazooLocking(t, w.Connect(t, "b"))
		_, err := a.Put(ctx, 100, []byte("1"), []byte("2"))
		simpleMust(t, err)
		first, second := kazooLock(t, a, "1"), kazooLock(t, b, "2")
		kazooLock(t, b, "")
		simpleMust(t, first.Release())
		if !errors.Is(context.Cause(first.Context()), queue.ErrKazooReleased) {
			t.Errorf("released: %v", context.Cause(first.Context()))
		}
		again := kazooLock(t, b, "1")
		if again.Token() <= first.Token() {
			t.Errorf("tokens %d, then %d", first.Token(), again.Token())
		}
		simpleMust(t, first.Release()) // does nothing to the other's lock
		if err := first.Consume(ctx); !errors.Is(err, queue.ErrKazooReleased) {
			t.Errorf("consuming what was released: %v", err)
		}
		simpleMust(t, again.Consume(ctx))
		simpleMust(t, again.Consume(ctx))
		simpleMust(t, again.Release())
		if !errors.Is(context.Cause(again.Context()), queue.ErrKazooConsumed) {
			t.Errorf("consumed: %v", context.Cause(again.Context()))
		}
		if n, err := a.Len(ctx); n != 1 || err != nil {
			t.Errorf("%d items, %v", n, err)
		}
		simpleMust(t, c.Delete(kazooPath+"/taken/"+client.Base(second.Path())).Do(ctx)) // by hand
		if err := second.Consume(ctx); !errors.Is(err, queue.ErrKazooGone) {
			t.Errorf("consuming without a lock: %v", err)
		}
		kazooLock(t, a, "2")
	})
}

// What its taker's session took with it is for the next, and the taker is told before.
func TestKazooLockingSessionLost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := kazooLocking(t, w.Connect(t, "a")), kazooLocking(t, w.Connect(t, "b"))
		_, err := a.Put(ctx, 100, []byte("1"))
		simpleMust(t, err)
		e := kazooLock(t, a, "1")
		w.Host("a").Partition()
		next, err := b.Get(ctx)
		simpleMust(t, err)
		if !errors.Is(context.Cause(e.Context()), client.ErrSessionLost) || next.Token() <= e.Token() {
			t.Errorf("two takers: %v", context.Cause(e.Context()))
		}
		w.Host("a").Heal()
		if err := e.Consume(ctx); !errors.Is(err, client.ErrSessionLost) {
			t.Errorf("consumed: %v", err)
		}
		simpleMust(t, e.Release())
		simpleMust(t, next.Consume(ctx))
	})
}

// Several wait, one process with several calls; each item is for one, a released one for the next.
func TestKazooLockingGet(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const items = 60
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan string, items)
		var all sync.WaitGroup
		for i := range 3 {
			q := kazooLocking(t, w.Connect(t, fmt.Sprint("taker", i)))
			for range 2 {
				all.Go(func() {
					for n := 0; ; n++ {
						e, err := q.Get(ctx)
						if ctx.Err() != nil {
							return
						}
						if err != nil {
							t.Error(err)
							return
						}
						time.Sleep(time.Duration(i) * 10 * time.Millisecond)
						if n%5 == 0 {
							simpleMust(t, e.Release())
							continue
						}
						simpleMust(t, e.Consume(ctx))
						done <- string(e.Data())
					}
				})
			}
		}
		producer := kazooLocking(t, w.Connect(t, "producer"))
		for i := range items {
			_, err := producer.Put(ctx, i%3, fmt.Append(nil, i))
			simpleMust(t, err)
			if i%20 == 0 {
				time.Sleep(2 * time.Second)
			}
		}
		seen := make(map[string]bool)
		for range items {
			item := <-done
			if seen[item] {
				t.Errorf("%s twice", item)
			}
			seen[item] = true
		}
		cancel()
		all.Wait()
	})
}

func TestKazooCost(t *testing.T) {
	const oneWay, cycles = time.Millisecond, 10
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		producer, consumer := kazooQueue(t, w.Connect(t, "a")), kazooQueue(t, w.Connect(t, "b"))
		c := w.Connect(t, "c")
		locking := kazooLocking(t, c.Namespace("/locking"))
		plain := func() {
			_, err := producer.Put(ctx, 100, []byte("x"))
			simpleMust(t, err)
			kazooGet(t, consumer, "x")
		}
		locked := func() {
			_, err := locking.Put(ctx, 100, []byte("x"))
			simpleMust(t, err)
			simpleMust(t, kazooLock(t, locking, "x").Consume(ctx))
		}
		for _, tt := range []struct {
			name            string
			cycle           func()
			requests, trips int
		}{{"queue", plain, 3, 3}, {"locking queue", locked, 5, 4}} {
			tt.cycle() // makes the paths
			tt.cycle()
			before, start := simpleRequests(w), time.Now()
			for range cycles {
				tt.cycle()
			}
			if d := time.Since(start); d != time.Duration(cycles*tt.trips)*2*oneWay {
				t.Errorf("%s: %v round trips, want %d", tt.name, float64(d)/float64(cycles*2*oneWay), tt.trips)
			}
			if n := simpleRequests(w) - before; n != int64(cycles*tt.requests) {
				t.Errorf("%s: %v requests, want %d", tt.name, float64(n)/cycles, tt.requests)
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

func TestKazooBadArguments(t *testing.T) {
	for _, path := range []string{"", "a", "/a/", "/a//b"} {
		if _, err := queue.NewKazooQueue(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := queue.NewKazooLocking(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// Everything works in a namespace, and every znode has the provider's list.
func TestKazooNamespaceAndACL(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		acl := []zk.ACL{client.Creator(zk.PermAll)}
		c := w.Connect(t, "a", client.WithDigest("kim", "secret"), client.WithACLProvider(func(string) []zk.ACL { return acl }))
		view := c.Namespace("/app")
		locking := kazooLocking(t, view)
		_, err := locking.Put(ctx, 100, []byte("x"))
		simpleMust(t, err)
		e := kazooLock(t, locking, "x")
		const name = "/entry-100-0000000000"
		for _, path := range []string{"", "/entries", "/taken", "/entries" + name, "/taken" + name} {
			list, _, err := c.GetACL("/app" + kazooPath + path).Do(ctx)
			if err != nil || len(list) != 1 || list[0].Scheme != "digest" {
				t.Errorf("%s: %v, %v", path, list, err)
			}
		}
		simpleMust(t, e.Consume(ctx))
	})
}

// Old servers know no MultiRead.
func TestKazooOldServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		q := kazooLocking(t, w.Connect(t, "a"))
		_, err := q.Put(ctx, 100, []byte("x"))
		simpleMust(t, err)
		simpleMust(t, kazooLock(t, q, "x").Consume(ctx))
	}, zktest.Version(server.V34))
}
