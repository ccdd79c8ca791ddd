package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Golden vector: the znode is qn- and ten digits, persistent, below a container, and holds the bytes as they are.
func TestSimpleShape(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		q := simple(t, c)
		for i, item := range [][]byte{[]byte("hi"), {}, nil, {0, 1, 255}} {
			path, err := q.Offer(ctx, item)
			simpleMust(t, err)
			if want := fmt.Sprintf("%s/qn-%010d", simplePath, i); path != want {
				t.Errorf("znode %s, want %s", path, want)
			}
			data, stat, err := c.Get(path).Do(ctx)
			if err != nil || !slices.Equal(data, item) || stat.EphemeralOwner != 0 {
				t.Errorf("%x %+v, %v", data, stat, err)
			}
		}
		if n := w.Server.Stats().Requests["createContainer"]; n < 2 {
			t.Errorf("%d containers were asked for, want the path and its parent", n)
		}
	})
}

func TestSimpleOrder(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := simple(t, w.Connect(t, "a")), simple(t, w.Connect(t, "b"))
		simplePoll(t, a, "")
		simpleOffer(t, a, "1", "2")
		simpleOffer(t, b, "3")
		simplePoll(t, b, "1")
		simplePoll(t, a, "2")
		simpleOffer(t, b, "4", "5")
		simpleOffer(t, a, "6")
		for _, want := range []string{"3", "4", "5", "6", ""} {
			simplePoll(t, a, want)
		}
		simplePoll(t, b, "")
	})
}

func TestSimplePeekElementRemove(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := simple(t, w.Connect(t, "a")), simple(t, w.Connect(t, "b"))
		if _, ok, err := a.Peek(ctx); ok || err != nil {
			t.Errorf("peeked at an empty queue: %v, %v", ok, err)
		}
		for _, get := range []func(context.Context) ([]byte, error){a.Element, a.Remove} {
			if _, err := get(ctx); !errors.Is(err, queue.ErrSimpleEmpty) || !strings.Contains(err.Error(), simplePath) {
				t.Errorf("got %v", err)
			}
		}
		simpleOffer(t, b, "x", "y", "z")
		for _, want := range []string{"x", "y", "z"} {
			for _, q := range []*queue.Simple{a, b} {
				item, ok, err := q.Peek(ctx)
				if string(item) != want || !ok || err != nil {
					t.Errorf("peeked %q %v, %v; want %q", item, ok, err, want)
				}
			}
			item, err := a.Element(ctx)
			if string(item) != want || err != nil {
				t.Errorf("element %q, %v; want %q", item, err, want)
			}
			item, err = b.Remove(ctx)
			if string(item) != want || err != nil {
				t.Errorf("removed %q, %v; want %q", item, err, want)
			}
		}
	})
}

// A batch is one transaction: all of it or none, with nothing between.
func TestSimpleMany(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := simple(t, w.Connect(t, "a")), simple(t, w.Connect(t, "b"))
		paths, err := a.OfferMany(ctx, []byte("1"), []byte("2"), []byte("3"))
		if err != nil || len(paths) != 3 || client.Base(paths[2]) != "qn-0000000002" {
			t.Errorf("%q, %v", paths, err)
		}
		if paths, err := a.OfferMany(ctx); err != nil || paths != nil {
			t.Errorf("%q, %v", paths, err)
		}
		big := make([]byte, 400_000)
		if _, err := a.OfferMany(ctx, big, big, big); !errors.Is(err, client.ErrTooLarge) {
			t.Errorf("too large: %v", err)
		}
		for _, want := range [][]string{{"1", "2"}, {"3"}, {}} {
			items, err := b.PollMany(ctx, 2)
			got := make([]string, len(items))
			for i, item := range items {
				got[i] = string(item)
			}
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("polled %q, %v; want %q", got, err, want)
			}
		}
		const n = 3000
		for i := range 3 {
			batch := make([][]byte, n/3)
			for j := range batch {
				batch[j] = fmt.Appendf(nil, "%d", i*n/3+j)
			}
			if _, err := a.OfferMany(ctx, batch...); err != nil {
				t.Fatal(err)
			}
		}
		for i := 0; i < n; {
			items, err := b.TakeMany(ctx, 1700)
			simpleMust(t, err)
			for _, item := range items {
				if string(item) != fmt.Sprint(i) {
					t.Fatalf("item %d is %q", i, item)
				}
				i++
			}
		}
	})
}

// Several takers, in one process and in others, share the items: each item goes to one of them, and each taker sees them in order.
func TestSimpleTakers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		const items, processes, takers = 300, 3, 4
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := make(chan string, items)
		var all sync.WaitGroup
		for i := range processes {
			q := simple(t, w.Connect(t, fmt.Sprint("taker", i)))
			for range takers {
				all.Go(func() {
					last := ""
					for {
						item, err := q.Take(ctx)
						if ctx.Err() != nil {
							return
						}
						if err != nil || string(item) <= last {
							t.Errorf("took %q after %q, %v", item, last, err)
							return
						}
						last = string(item)
						got <- last
					}
				})
			}
		}
		producer := simple(t, w.Connect(t, "producer"))
		for i := range items {
			simpleOffer(t, producer, fmt.Sprintf("%06d", i))
			if i%50 == 0 {
				time.Sleep(3 * time.Second)
			}
		}
		seen := make(map[string]bool)
		for range items {
			item := <-got
			if seen[item] {
				t.Errorf("%s twice", item)
			}
			seen[item] = true
		}
		cancel()
		all.Wait()
	})
}

// Curator's bug CURATOR-308: the container that was removed while empty is made anew, by who offers and by who waits.
func TestSimpleContainerReaped(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		a, b := simple(t, c), simple(t, w.Connect(t, "b"))
		got := simpleTaking(t.Context(), b)
		synctest.Wait()
		for round := range 3 {
			simpleMust(t, c.Delete(simplePath).Do(t.Context()))
			synctest.Wait()
			simpleOffer(t, a, fmt.Sprint(round))
			if item := <-got; item != fmt.Sprint(round) {
				t.Errorf("took %q in round %d", item, round)
			}
			got = simpleTaking(t.Context(), b)
			synctest.Wait()
		}
		simpleOffer(t, a, "last")
		<-got
		simpleMust(t, c.Delete(simplePath).Do(t.Context()))
		simplePoll(t, a, "")
		simpleOffer(t, a, "anew")
		simplePoll(t, b, "anew")
	})
}

// A queue that is deleted with its items and made anew has znodes of the same names. What was read of the old ones is not mistaken for them.
func TestSimpleMadeAnew(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		a, b := simple(t, c), simple(t, w.Connect(t, "b"))
		for range 3 {
			simpleOffer(t, a, simpleNames(0, 10)...)
			simplePoll(t, b, "item 0") // reads ahead
			simpleMust(t, c.Delete(simplePath).WithChildren().Do(t.Context()))
			simpleOffer(t, a, simpleNames(10, 20)...)
			synctest.Wait()
			for _, want := range simpleNames(10, 20) {
				simplePoll(t, b, want)
			}
		}
	})
}

// An item that somebody wrote into is taken as it is then.
func TestSimpleItemWritten(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		q := simple(t, c)
		simplePoll(t, q, "")
		simpleOffer(t, q, "1", "2", "3")
		simplePoll(t, q, "1")
		_, err := c.Set(simplePath + "/qn-0000000001").Data([]byte("two")).Do(t.Context())
		simpleMust(t, err)
		simplePoll(t, q, "two")
		simplePoll(t, q, "3")
	})
}

// Other children are left alone.
func TestSimpleForeignChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		q := simple(t, c)
		simpleOffer(t, q, "1")
		names := []string{"0", "qn", "qn-", "qn-1", "qn-00000000000", "queue-0000000000", "z", "qn-+000000001"}
		for _, name := range names {
			_, err := c.Create(simplePath + "/" + name).Do(t.Context())
			simpleMust(t, err)
		}
		simpleOffer(t, q, "2")
		simplePoll(t, q, "1")
		simplePoll(t, q, "2")
		simplePoll(t, q, "")
		if left := simpleLeft(t, c, simplePath); len(left) != len(names) {
			t.Errorf("left: %q", left)
		}
	})
}

// A Take that is cancelled returns at once, and the next one takes over its watch.
func TestSimpleTakeCancelled(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		q := simple(t, w.Connect(t, "a"))
		cause := errors.New("no patience")
		for range 3 {
			ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
			start := time.Now()
			if _, err := q.Take(ctx); !errors.Is(err, cause) || time.Since(start) != time.Second {
				t.Errorf("after %v: %v", time.Since(start), err)
			}
			cancel()
		}
		got := simpleTaking(t.Context(), q)
		synctest.Wait()
		simpleOffer(t, simple(t, w.Connect(t, "b")), "1")
		if item := <-got; item != "1" {
			t.Errorf("took %q", item)
		}
	})
}

func TestSimpleClose(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		q := simple(t, c, queue.SimpleReceipts(simpleReceipts))
		simpleOffer(t, q, "1")
		simplePoll(t, q, "1")
		if left := simpleLeft(t, c, simpleReceipts); len(left) != 1 {
			t.Errorf("receipts: %q", left)
		}
		got := simpleTaking(ctx, q)
		synctest.Wait()
		simpleMust(t, q.Close(ctx))
		if item := <-got; !strings.Contains(item, queue.ErrClosed.Error()) {
			t.Errorf("took %q", item)
		}
		simpleMust(t, q.Close(ctx))
		if _, err := q.Offer(ctx, nil); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("offered: %v", err)
		}
		if _, _, err := q.Poll(ctx); !errors.Is(err, queue.ErrClosed) {
			t.Errorf("polled: %v", err)
		}
		if left := simpleLeft(t, c, simpleReceipts); len(left) != 0 {
			t.Errorf("receipts: %q", left)
		}
	})
}

func TestSimpleBadArguments(t *testing.T) {
	for _, path := range []string{"", "a", "/a/", "/a//b"} {
		if _, err := queue.NewSimple(nil, path); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%q: %v", path, err)
		}
		if _, err := queue.NewSimple(nil, "/a", queue.SimpleReceipts(path)); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("receipts %q: %v", path, err)
		}
	}
	if _, err := queue.NewSimple(nil, "/a", queue.SimpleReceipts("/a")); err == nil {
		t.Error("receipts in the queue")
	}
}

// Everything works in a namespace, and every znode has the provider's list.
func TestSimpleNamespaceAndACL(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		acl := []zk.ACL{client.Creator(zk.PermAll)}
		c := w.Connect(t, "a", client.WithDigest("kim", "secret"), client.WithACLProvider(func(string) []zk.ACL { return acl }))
		q := simple(t, c.Namespace("/app"), queue.SimpleReceipts(simpleReceipts))
		got := simpleTaking(ctx, q)
		synctest.Wait()
		simpleOffer(t, q, "1")
		if item := <-got; item != "1" {
			t.Errorf("took %q", item)
		}
		simpleOffer(t, q, "2", "3")
		for _, path := range []string{"/app", "/app/queues", "/app/queues/simple", "/app/queues/simple/qn-0000000001", "/app/receipts"} {
			list, _, err := c.GetACL(path).Do(ctx)
			if err != nil || len(list) != 1 || list[0].Scheme != "digest" {
				t.Errorf("%s: %v, %v", path, list, err)
			}
		}
		for _, receipt := range simpleLeft(t, c, "/app/receipts") {
			list, _, err := c.GetACL("/app/receipts/" + receipt).Do(ctx)
			if err != nil || len(list) != 1 || list[0].Scheme != "digest" {
				t.Errorf("%s: %v, %v", receipt, list, err)
			}
		}
		simplePoll(t, q, "2")
		simpleMust(t, q.Close(ctx))
	})
}

// Old servers know neither MultiRead nor containers.
func TestSimpleOldServers(t *testing.T) {
	for name, version := range map[string]server.Version{"3.4": server.V34, "3.5": server.V35} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := simple(t, w.Connect(t, "a")), simple(t, w.Connect(t, "b"))
				got := simpleTaking(t.Context(), a)
				time.Sleep(time.Second) // the server closes the connection of who asks for a container
				simpleOffer(t, b, simpleNames(0, 100)...)
				if item := <-got; item != "item 0" {
					t.Errorf("took %q", item)
				}
				for _, want := range simpleNames(1, 100) {
					simplePoll(t, a, want)
				}
				simplePoll(t, b, "")
			}, zktest.Version(version))
		})
	}
}
