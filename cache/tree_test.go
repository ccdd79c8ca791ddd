package cache_test

import (
	"testing"
	"testing/synctest"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/testing/zktest"
)

func TestTree(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		do := writer{t, w.Connect(t, "writer")}
		do.create("/app", "1")
		do.create("/app/b", "2")
		do.create("/app/b/x", "3")
		do.create("/app-other", "no")
		do.create("/app/a", "4")
		tree := newTree(t, w.Connect(t, "reader"), "/app")
		l := listen(ctx, tree.Cache)
		synctest.Wait()
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1", "/app/a=4", "/app/b=2", "/app/b/x=3"})
		equal(t, "events", l.take(), []string{"+/app=1", "+/app/b=2", "+/app/b/x=3", "+/app/a=4", "Initialized"})
		do.set("/app/b", "5")
		synctest.Wait() // or two changes may be told as one
		do.create("/app/b/y", "6")
		synctest.Wait() // or two changes may be told as one
		do.delete("/app/b/y")
		synctest.Wait() // or two changes may be told as one
		do.delete("/app/b/x")
		synctest.Wait() // or two changes may be told as one
		do.delete("/app/b")
		do.create("/app/b", "7")
		synctest.Wait()
		equal(t, "content", list(tree.Snapshot()), []string{"/app=1", "/app/a=4", "/app/b=7"})
		equal(t, "events", l.take(), []string{
			"/app/b=2>5", "+/app/b/y=6", "-/app/b/y=6", "-/app/b/x=3", "-/app/b=5", "+/app/b=7",
		})
		do.delete("/app/b")
		do.delete("/app")
		synctest.Wait()
		equal(t, "events", l.take(), []string{"-/app/b=7", "-/app/a=4", "-/app=1"})
		do.create("/app", "8")
		synctest.Wait()
		equal(t, "events", l.take(), []string{"+/app=8"})
		must(t, tree.Close(ctx))
		<-l.ended
	})
}

func TestMissingRoot(t *testing.T) {
	everywhere(t, func(t *testing.T, w *zktest.World) {
		do := writer{t, w.Connect(t, "writer")}
		node, err := cache.NewNode(w.Connect(t, "reader"), "/deep/node")
		must(t, err)
		l := listen(t.Context(), node.Cache)
		started(t, node)
		synctest.Wait()
		equal(t, "events", l.take(), []string{"Initialized"})
		do.create("/deep", "")
		do.create("/deep/node", "1")
		do.create("/deep/node/child", "")
		synctest.Wait()
		equal(t, "events", l.take(), []string{"+/deep/node=1"})
		must(t, node.Close(t.Context()))
		<-l.ended
	})
}
