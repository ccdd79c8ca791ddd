package client_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// interfere calls do, once, before the first reply to op of host a is delivered.
func interfere(op string, do func()) func(fault.Frame) fault.Action {
	done := false
	match := fault.Reply(op).Host("a")
	return func(f fault.Frame) fault.Action {
		if !done && match.Matches(f) {
			done = true
			do()
		}
		return fault.Pass
	}
}

// A view puts its path before every path and takes it off again; it shares the session.
func TestNamespace(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		outer := c.Namespace("/app")
		view := outer.Namespace("/v1").Namespace("/")
		if view.Session() != c.Session() || view.Conn() != c.Conn() {
			t.Error("another session")
		}
		before := w.Server.Stats().Requests["createContainer"]
		if ok, _, err := view.Exists("/").Do(ctx); ok || err != nil || w.Server.Stats().Requests["createContainer"] != before {
			t.Errorf("a read made the namespace: %v %v", ok, err)
		}
		path, err := view.Create("/jobs/job-").Parents().Ephemeral().Sequential().Do(ctx)
		must(t, err)
		if path != "/jobs/job-0000000000" {
			t.Errorf("path %s", path)
		}
		if ok, _, err := c.Exists("/app/v1" + path).Do(ctx); !ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
		names, _, err := outer.Children("/v1/jobs").Do(ctx)
		must(t, err)
		if !slices.Equal(names, []string{"job-0000000000"}) {
			t.Errorf("names %q", names)
		}
		_, err = c.Create("/app/v10").Ephemeral().Do(ctx)
		must(t, err)
		ephemerals, err := view.Ephemerals().Do(ctx)
		must(t, err)
		if !slices.Equal(ephemerals, []string{path}) {
			t.Errorf("ephemerals %q", ephemerals)
		}
		all, err := c.Ephemerals().Do(ctx)
		must(t, err)
		if len(all) != 2 {
			t.Errorf("all ephemerals %q", all)
		}
		_, _, watch, err := view.Get(path).DoW(ctx)
		must(t, err)
		must(t, view.Delete(path).Do(ctx))
		if ev := <-watch.Events(); ev.Path != path || ev.Type != zk.EventNodeDeleted {
			t.Errorf("event %+v", ev)
		}
		res, err := view.Txn(view.Create("/t"), view.Set("/t")).Do(ctx)
		must(t, err)
		if res[0].Path != "/t" || res[1].Stat == nil {
			t.Errorf("results %+v", res)
		}
		// The namespace goes, and is made again by the next create right below it.
		must(t, c.Delete("/app").WithChildren().Do(ctx))
		_, err = view.Create("/n").Do(ctx)
		must(t, err)
		if err := view.Close(ctx); err == nil {
			t.Error("a view was closed")
		}
		if ok, _, err := c.Exists("/app/v1/n").Do(ctx); !ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
	})
}

// A path that no namespace can have comes back from every call, and nothing is sent.
func TestBadNamespace(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		before := w.Server.Stats().Requests
		for _, path := range []string{"", "app", "/app/", "/a//b", "/.."} {
			view := c.Namespace(path).Namespace("/fine")
			_, err := view.Create("/x").Parents().Do(ctx)
			_, _, getErr := view.Get("/x").Do(ctx)
			_, ephemeralsErr := view.Ephemerals().Do(ctx)
			_, txnErr := view.Txn(view.Check("/x")).Do(ctx)
			for i, err := range []error{err, getErr, ephemeralsErr, txnErr, view.Sync("/").Do(ctx), view.Delete("/x").WithChildren().Do(ctx)} {
				if !errors.Is(err, zk.ErrInvalidPath) {
					t.Errorf("%q, call %d: %v", path, i, err)
				}
			}
		}
		for op, n := range w.Server.Stats().Requests {
			if op != "ping" && n != before[op] {
				t.Errorf("%d %s", n-before[op], op)
			}
		}
	})
}
