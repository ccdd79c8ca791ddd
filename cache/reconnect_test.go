package cache_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// away makes changes while the reader is cut off: made anew at the same version, below another parent, deleted, created, changed.
var away = struct {
	before, after []string
	events        []string
}{
	before: []string{"/app=", "/app/again=1", "/app/again/below=2", "/app/gone=3", "/app/gone/below=4", "/app/same=5", "/app/set=6"},
	after:  []string{"/app=", "/app/again=1", "/app/new=7", "/app/new/below=8", "/app/same=5", "/app/set=9"},
	events: []string{
		"-/app/gone/below=4", "-/app/gone=3", "-/app/again/below=2", "-/app/again=1",
		"+/app/again=1", "+/app/new=7", "+/app/new/below=8", "/app/set=6>9",
	},
}

func (w writer) begin() {
	for _, path := range [][2]string{
		{"/app", ""}, {"/app/again", "1"}, {"/app/again/below", "2"}, {"/app/gone", "3"}, {"/app/gone/below", "4"}, {"/app/same", "5"}, {"/app/set", "6"},
	} {
		w.create(path[0], path[1])
	}
}

func (w writer) change() {
	w.delete("/app/again")
	w.create("/app/again", "1")
	w.delete("/app/gone")
	w.create("/app/new", "7")
	w.create("/app/new/below", "8")
	w.set("/app/set", "9")
}

// What happened while the connection was away is told when it is back, in the same session and in a new one, on every server.
func TestAway(t *testing.T) {
	for name, gone := range map[string]time.Duration{"same session": 2 * time.Second, "new session": time.Minute} {
		t.Run(name, func(t *testing.T) {
			everywhere(t, func(t *testing.T, w *zktest.World) {
				do := writer{t, w.Connect(t, "writer")}
				do.begin()
				c := w.Connect(t, "reader", client.WithSessionTimeout(10*time.Second))
				tree := newTree(t, c, "/app")
				l := listen(t.Context(), tree.Cache)
				synctest.Wait()
				equal(t, "content", list(tree.Snapshot()), away.before)
				l.take()
				session := c.Session().ID()
				w.Host("reader").Partition()
				time.Sleep(time.Second)
				do.change()
				time.Sleep(gone)
				w.Host("reader").Heal()
				w.Host("reader").Cut()
				time.Sleep(20 * time.Second)
				if same := c.Session().ID() == session; same != (gone < 10*time.Second) {
					t.Errorf("same session: %v", same)
				}
				equal(t, "content", list(tree.Snapshot()), away.after)
				equal(t, "events", slices.Sorted(slices.Values(l.take())), slices.Sorted(slices.Values(away.events)))
				do.set("/app/new/below", "10")
				do.create("/app/again/below", "11")
				synctest.Wait()
				equal(t, "events", l.take(), []string{"/app/new/below=8>10", "+/app/again/below=11"})
				must(t, tree.Close(t.Context()))
				<-l.ended
			})
		})
	}
}
