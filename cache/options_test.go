package cache_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Bad arguments come back from the constructor.
func TestBadArguments(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for _, err := range []error{
			second(cache.NewTree(c, "no/slash")),
			second(cache.NewTree(c, "/a", cache.WithDepth(-1))),
			second(cache.NewTree(c, "/a", cache.WithLag(0))),
			second(cache.NewTree(c, "/a", cache.WithFilter(nil))),
			second(cache.NewChildren(c, "/a", cache.WithDepth(2))),
			second(cache.NewNode(c, "/a/")),
		} {
			if err == nil || !strings.Contains(err.Error(), "cache: ") {
				t.Errorf("%v", err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Depth and filter decide before anything is read, at the beginning and later.
func TestDepthAndFilter(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		for _, path := range []string{"/app", "/app/a", "/app/a/b", "/app/a/b/c", "/app/no", "/app/no/b"} {
			do.create(path, "1")
		}
		c := w.Connect(t, "reader")
		children, err := cache.NewChildren(c, "/app")
		must(t, err)
		node, err := cache.NewNode(c, "/app/a")
		must(t, err)
		for _, tt := range []struct {
			view        *cache.Cache
			first, then []string
		}{
			{newTree(t, c, "/app", cache.WithDepth(0)).Cache, []string{"/app=1"}, []string{"/app=1"}},
			{
				newTree(t, c, "/app", cache.WithDepth(2)).Cache,
				[]string{"/app=1", "/app/a=1", "/app/a/b=1", "/app/no=1", "/app/no/b=1"},
				[]string{"/app=1", "/app/a=1", "/app/a/b=2", "/app/a/d=1", "/app/no=1", "/app/no/b=2"},
			},
			{
				newTree(t, c, "/app", cache.WithFilter(func(path string) bool { return client.Base(path) != "no" })).Cache,
				[]string{"/app=1", "/app/a=1", "/app/a/b=1", "/app/a/b/c=1"},
				[]string{"/app=1", "/app/a=1", "/app/a/b=2", "/app/a/b/c=1", "/app/a/d=1"},
			},
			{children.Cache, []string{"/app=1", "/app/a=1", "/app/no=1"}, []string{"/app=1", "/app/a=1", "/app/no=1"}},
			{node.Cache, []string{"/app/a=1"}, []string{"/app/a=1"}},
		} {
			if !tt.view.Initialized() {
				started(t, tt.view)
			}
			defer func() { equal(t, "then", list(tt.view.Snapshot()), tt.then) }()
			equal(t, "first", list(tt.view.Snapshot()), tt.first)
		}
		do.set("/app/a/b", "2")
		do.set("/app/no/b", "2")
		do.create("/app/a/d", "1")
		synctest.Wait()
	})
}

// A view that ends at its root's children reads nothing for what happens below, and a filter's refusals cost nothing.
func TestNoReadsForOthers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "")
		do.create("/app/a", "")
		do.create("/app/no", "")
		children, err := cache.NewChildren(w.Connect(t, "reader"), "/app", cache.WithFilter(func(path string) bool { return path != "/app/no" }))
		must(t, err)
		started(t, children)
		before := requests(w)
		do.create("/app/a/below", "")
		do.set("/app/a/below", "1")
		do.set("/app/no", "1")
		synctest.Wait()
		if n := requests(w) - before; n != 3 {
			t.Errorf("%d requests beside the three writes", n-3)
		}
	})
}

// A tree of which nothing is accepted but its root is complete.
func TestFilterOfEverything(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "1")
		do.create("/app/a", "1")
		tree := newTree(t, w.Connect(t, "reader"), "/app", cache.WithFilter(func(string) bool { return false }))
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1"})
	})
}

// Without data there are Stats and events.
func TestWithoutData(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "some data")
		tree := newTree(t, w.Connect(t, "reader"), "/app", cache.WithoutData())
		l := listen(t.Context(), tree.Cache)
		do.set("/app", "other")
		synctest.Wait()
		z, ok := tree.Get("/app")
		if stat := z.Stat(); !ok || z.Data() != nil || stat.DataLength != 5 || stat.Version != 1 {
			t.Errorf("%v: %q, %+v", ok, z.Data(), stat)
		}
		if got := l.take(); len(got) == 0 || !slices.Contains(got, "Initialized") {
			t.Errorf("%q", got)
		}
		must(t, tree.Close(t.Context()))
		<-l.ended
	})
}

// Every part of a Stat is the server's, also of a znode that is not as most are.
func TestStat(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		do := writer{t, c}
		do.create("/app", "1")
		time.Sleep(time.Second)
		do.set("/app", "22")
		_, err := c.SetACL("/app").ACL(client.World(zk.PermAll)).Do(ctx)
		must(t, err)
		_, err = c.Create("/app/e").Ephemeral().Data(bytes.Repeat([]byte("x"), 2000)).Do(ctx)
		must(t, err)
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		for _, path := range []string{"/app", "/app/e"} {
			data, stat, err := c.Get(path).Do(ctx)
			must(t, err)
			z, ok := tree.Get(path)
			if !ok || z.Stat() != *stat || !bytes.Equal(z.Data(), data) || z.Path() != path || z.Name() != client.Base(path) {
				t.Errorf("%s: %v, %+v, want %+v", path, ok, z.Stat(), *stat)
			}
		}
	})
}

// Data that is compressed stays so in the cache; what cannot be decompressed harms nobody but who asks for it.
func TestCompressionAndTypes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a", client.WithCompression())
		for path, data := range map[string]string{"/n": "0", "/n/one": "1", "/n/bad": "x"} {
			if path != "/n" {
				_, err := c.Create("/n").Data([]byte("0")).Do(ctx)
				if err != nil && !errors.Is(err, zk.ErrNodeExists) {
					t.Fatal(err)
				}
			}
			_, err := c.Create(path).Data([]byte(data)).Do(ctx)
			if err != nil && !errors.Is(err, zk.ErrNodeExists) {
				t.Fatal(err)
			}
		}
		_, err := c.Create("/n/raw").Data([]byte("not gzip")).Uncompressed().Do(ctx)
		must(t, err)
		tree := newTree(t, c, "/n", cache.WithCompression(nil))
		numbers := cache.NewTyped(tree.Cache, func(_ string, data []byte) (int, error) { return strconv.Atoi(string(data)) })
		one, ok, err := numbers.Get("/n/one")
		if !ok || err != nil || one.Value != 1 || bytes.Equal(one.Data(), []byte("1")) {
			t.Errorf("%v, %v, %v", one, ok, err)
		}
		if _, ok, err := numbers.Get("/n/bad"); !ok || !errors.Is(err, strconv.ErrSyntax) || !strings.Contains(err.Error(), "/n/bad") {
			t.Errorf("%v, %v", ok, err)
		}
		if _, ok, err := numbers.Get("/n/raw"); !ok || err == nil || !strings.Contains(err.Error(), "/n/raw") {
			t.Errorf("%v, %v", ok, err)
		}
		if _, ok, err := numbers.Get("/n/none"); ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
		var good, bad int
		for v, err := range numbers.All() {
			if err != nil {
				bad++
			} else {
				good += 1 + v.Value
			}
		}
		if good != 3 || bad != 2 {
			t.Errorf("%d and %d", good, bad)
		}
		sum := 0
		for ev, err := range numbers.Events(ctx) {
			if ev.Kind == cache.Initialized {
				break
			}
			if err == nil {
				sum += 1 + ev.NewValue
			}
		}
		if sum != 3 {
			t.Errorf("events with %d", sum)
		}
	})
}

// In a namespace, below a chroot and at the top of everything, paths are those of the client that the cache was given.
func TestNamespaceAndChroot(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		for _, path := range []string{"/a", "/a/b", "/a/b/c", "/a/b/c/d"} {
			do.create(path, client.Base(path))
		}
		c := w.Connect(t, "reader")
		for _, tt := range []struct {
			c           *client.Client
			path        string
			first, then []string
		}{
			{c.Namespace("/a"), "/b", []string{"/b=b", "/b/c=c", "/b/c/d=d"}, []string{"/b=b", "/b/c=c", "/b/c/d=2", "/b/c/e="}},
			{c.Namespace("/a").Namespace("/b"), "/", []string{"/=b", "/c=c", "/c/d=d"}, []string{"/=b", "/c=c", "/c/d=2", "/c/e="}},
		} {
			tree := newTree(t, tt.c, tt.path)
			equal(t, "first", list(tree.Snapshot()), tt.first)
			defer func() { equal(t, "then", list(tree.Snapshot()), tt.then) }()
		}
		top := newTree(t, c, "/", cache.WithFilter(func(path string) bool { return !strings.HasPrefix(path, "/zookeeper") }))
		equal(t, "first", list(top.Snapshot()), []string{"/=", "/a=a", "/a/b=b", "/a/b/c=c", "/a/b/c/d=d"})
		var names []string
		for name := range top.Snapshot().Children("/") {
			names = append(names, name)
		}
		equal(t, "names", names, []string{"a"})
		do.set("/a/b/c/d", "2")
		do.create("/a/b/c/e", "")
		synctest.Wait()
		equal(t, "then", list(top.Snapshot()), []string{"/=", "/a=a", "/a/b=b", "/a/b/c=c", "/a/b/c/d=2", "/a/b/c/e="})
	})
}

// A znode that may not be read is missing with what is below it, and no more than that.
func TestNoAuth(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		owner := w.Connect(t, "owner", client.WithDigest("owner", "secret"))
		do := writer{t, owner}
		do.create("/app", "1")
		_, err := owner.Create("/app/mine").ACL(client.Creator(zk.PermAll)).Do(ctx)
		must(t, err)
		do.create("/app/mine/below", "1")
		do.create("/app/open", "1")
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1", "/app/open=1"})
		do.set("/app/mine", "2")
		do.set("/app/mine/below", "2")
		do.set("/app/open", "2")
		synctest.Wait()
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1", "/app/open=2"})
		_, err = owner.SetACL("/app/mine").ACL(client.World(zk.PermAll)).Do(ctx)
		must(t, err)
		do.set("/app/mine", "3")
		time.Sleep(time.Second)
		if z, ok := tree.Get("/app/mine"); !ok || string(z.Data()) != "3" {
			t.Error("what can be read now was not found when it was written")
		}
	}, zktest.WithServer(server.WithTick(time.Second)))
}

// The life of a cache that is not used as it should be.
func TestLife(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		tree, err := cache.NewTree(c, "/app")
		must(t, err)
		if err := tree.WaitInitialized(ctx); !errors.Is(err, cache.ErrNotStarted) {
			t.Errorf("%v", err)
		}
		if s := tree.Snapshot(); s.Len() != 0 || s.Zxid() != 0 || tree.Initialized() {
			t.Error("something is known")
		}
		before := requests(w)
		over, cancel := context.WithCancel(ctx)
		cancel()
		if err := tree.Start(over); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		if n := requests(w) - before; n != 0 {
			t.Errorf("%d requests before the start", n)
		}
		must(t, tree.Start(ctx))
		if err := tree.Start(ctx); err == nil {
			t.Error("started twice")
		}
		must(t, tree.WaitInitialized(ctx))
		must(t, tree.Close(ctx))
		must(t, tree.Close(ctx))
		if err := tree.WaitFor(ctx, 1<<40); !errors.Is(err, cache.ErrClosed) {
			t.Errorf("%v", err)
		}
		if ok, err := c.CheckWatches("/app").Do(ctx); err != nil || ok {
			t.Errorf("a watch is left: %v", err)
		}
		unused, err := cache.NewTree(c, "/app")
		must(t, err)
		must(t, unused.Close(ctx))
		if err := unused.Start(ctx); !errors.Is(err, cache.ErrClosed) {
			t.Errorf("%v", err)
		}
		for range unused.Events(ctx) {
			t.Error("an event")
		}
	})
}

// The client's end is the cache's.
func TestClientCloses(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		writer{t, c}.create("/app", "1")
		tree, err := cache.NewTree(c, "/app")
		must(t, err)
		l := listen(ctx, tree.Cache)
		must(t, tree.Start(ctx))
		must(t, tree.WaitInitialized(ctx))
		must(t, c.Close(ctx))
		<-l.ended
		if err := tree.WaitFor(ctx, 1<<40); !errors.Is(err, cache.ErrClosed) {
			t.Errorf("%v", err)
		}
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1"})
		must(t, tree.Close(ctx))
	})
}
