package group_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/group"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What the documentation says that things cost.
func TestCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		var lastRequests, lastEvents int64
		want := func(what string, requests, events int64) {
			t.Helper()
			time.Sleep(100 * time.Millisecond)
			var r, e int64
			for op, n := range w.Server.Stats().Requests {
				if op != "ping" {
					r += n
				}
			}
			for _, n := range w.Server.Stats().EventsByType {
				e += n
			}
			if got := fmt.Sprint(r-lastRequests, e-lastEvents); requests >= 0 && got != fmt.Sprint(requests, events) {
				t.Errorf("%s: %s requests and events, want %d %d", what, got, requests, events)
			}
			lastRequests, lastEvents = r, e
		}
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		for i := range 10 {
			must(t, second(a.Create(fmt.Sprint(path, "/", i)).Parents().Do(ctx)))
		}
		view, err := group.NewView(b, path)
		must(t, err)
		defer view.Close()
		want("before", -1, 0)
		must(t, view.Start(ctx))
		want("a view of ten", 1+3, 0)
		must(t, second(a.Create(path+"/new").Do(ctx)))
		want("one joins", 1+1, 1)
		must(t, second(a.Set(path+"/new").Data([]byte("x")).Do(ctx)))
		want("one says something", 1+1, 1)
		must(t, a.Delete(path+"/new").Do(ctx))
		want("one leaves", 1+0, 1)
		m, err := group.NewMember(a, path, "me", nil)
		must(t, err)
		must(t, m.Start(ctx))
		want("a member joins, whom a view sees", 4+2+2, 2)
		must(t, m.Close(ctx))
		want("and leaves", 2+0, 2) // its own watch over its znode hears of it, too
	})
}
