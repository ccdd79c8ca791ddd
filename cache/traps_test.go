package cache_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// An event that is lost with its connection is a gap: until all has been looked at again no answer moves the snapshot's zxid beyond it.
func TestGapHoldsZxid(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "1")
		for i := range 50 {
			do.create(fmt.Sprintf("/app/%d", i), "")
		}
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		for i := range 10 {
			w.Net.Inject(fault.Once(fault.Notification().Host("reader"), fault.Cut))
			data := fmt.Sprint("set", i)
			stat, err := do.c.Set("/app").Data([]byte(data)).Do(ctx)
			must(t, err)
			must(t, tree.WaitFor(ctx, stat.Mzxid))
			if z, ok := tree.Get("/app"); !ok || string(z.Data()) != data {
				t.Fatalf("the snapshot stands at %d and does not know of %d", tree.Snapshot().Zxid(), stat.Mzxid)
			}
		}
	})
}

// CURATOR-391: made anew at the same version with the same data while nobody looked: it is another znode, and so is what is below it.
func TestMadeAnewAtTheSameVersion(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "")
		do.create("/app/a", "same")
		do.create("/app/a/x", "same")
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		before := tree.Snapshot()
		w.Host("reader").Partition()
		do.delete("/app/a")
		do.create("/app/a", "same")
		do.create("/app/a/y", "same") // the list of children has the same length and cversion
		w.Host("reader").Heal()
		w.Host("reader").Cut()
		time.Sleep(20 * time.Second)
		var got []string
		for _, ev := range cache.Diff(before, tree.Snapshot()) {
			got = append(got, line(ev))
		}
		equal(t, "difference", got, []string{"-/app/a=same", "+/app/a=same", "-/app/a/x=same", "+/app/a/y=same"})
	})
}

// CURATOR-308 and -724: a container that the server removes, and somebody makes again, is followed.
func TestContainerReaped(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "writer")
		create := func() {
			_, err := c.Create("/box/item").ParentContainers().Do(ctx)
			must(t, err)
		}
		create()
		children, err := cache.NewChildren(w.Connect(t, "reader"), "/box")
		must(t, err)
		started(t, children)
		must(t, c.Delete("/box/item").Do(ctx))
		time.Sleep(5 * time.Minute)
		equal(t, "reaped", list(children.Snapshot()), nil)
		create()
		synctest.Wait()
		equal(t, "made again", list(children.Snapshot()), []string{"/box=", "/box/item="})
	}, zktest.WithServer(server.WithTick(time.Second)))
}

// CURATOR-623 and -311: watches are there in a new session as in the same one, also when nothing changed meanwhile.
func TestNewSessionIsWatched(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "1")
		do.create("/app/a", "1")
		c := w.Connect(t, "reader")
		tree := newTree(t, c, "/app")
		l := listen(t.Context(), tree.Cache)
		for i := range 3 {
			w.Server.ExpireSession(c.Session().ID())
			time.Sleep(20 * time.Second)
			l.take()
			do.set("/app/a", fmt.Sprint(i))
			synctest.Wait()
			if got := l.take(); len(got) != 1 {
				t.Errorf("%q", got)
			}
		}
		must(t, tree.Close(t.Context()))
		<-l.ended
	})
}

// CURATOR-690: more than 64 Ki children of one znode.
func TestManyChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		fill(t, w.Connect(t, "writer"), "/app", 1, 70_000)
		children, err := cache.NewChildren(w.Connect(t, "reader"), "/app/d000")
		must(t, err)
		started(t, children)
		n := 0
		for range children.All() {
			n++
		}
		if n != 70_000 {
			t.Errorf("%d children", n)
		}
	})
}
