package interop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// The client, on Apache's server and on ours: the same calls, the same answers.
func TestClient(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		root := connectClient(ctx, t, addr)
		if _, err := root.Create("/app").Do(ctx); err != nil {
			t.Fatal(err)
		}
		c := connectClient(ctx, t, addr+"/app")
		for _, part := range []struct {
			name string
			run  func(ctx context.Context, t *testing.T, c *client.Client)
		}{{"calls", calls}, {"errors", refusals}, {"transactions", transactions}, {"watches", watches}, {"order", ordered}, {"sessions", sessions}} {
			t.Run(part.name, func(t *testing.T) { part.run(ctx, t, c) })
		}
	})
}

func connectClient(ctx context.Context, tb testing.TB, servers string) *client.Client {
	tb.Helper()
	c, err := client.Connect(ctx, servers)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(context.WithoutCancel(ctx)); err != nil {
			tb.Error(err)
		}
	})
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func calls(ctx context.Context, t *testing.T, c *client.Client) {
	path, err := c.Create("/calls/a/b-").ParentContainers().Protected().Ephemeral().Sequential().Data([]byte("x")).Do(ctx)
	must(t, err)
	data, stat, err := c.Get(path).Do(ctx)
	must(t, err)
	if string(data) != "x" || stat.EphemeralOwner != c.Session().ID() || stat.DataLength != 1 {
		t.Errorf("%q, %+v", data, stat)
	}
	stat, err = c.Set(path).Data(nil).Version(0).Do(ctx)
	must(t, err)
	if stat.Version != 1 || stat.DataLength != 0 {
		t.Errorf("after null: %+v", stat)
	}
	if data, _, err = c.Get(path).Do(ctx); data != nil || err != nil {
		t.Errorf("null reads as %v, %v", data, err)
	}
	names, stat, err := c.Children("/calls/a").Do(ctx)
	must(t, err)
	if len(names) != 1 || "/calls/a/"+names[0] != path || stat.NumChildren != 1 {
		t.Errorf("children %v, %+v", names, stat)
	}
	must(t, c.Delete(path).Version(1).Do(ctx))
	if ok, stat, err := c.Exists(path).Do(ctx); ok || stat != nil || err != nil {
		t.Errorf("after delete: %v, %v, %v", ok, stat, err)
	}
	must(t, c.Delete("/calls/a").Do(ctx))
	_, err = c.Create("/calls/container").Container().Do(ctx)
	must(t, err)
}

func refusals(ctx context.Context, t *testing.T, c *client.Client) {
	_, err := c.Create("/refusals/e").Parents().Ephemeral().Do(ctx)
	must(t, err)
	big := make([]byte, 1<<20)
	for _, tt := range []struct {
		name string
		err  error
		want error
	}{
		{"create twice", second(c.Create("/refusals/e").Do(ctx)), zk.ErrNodeExists},
		{"create without a parent", second(c.Create("/refusals/x/y").Do(ctx)), zk.ErrNoNode},
		{"create below an ephemeral", second(c.Create("/refusals/e/x").Do(ctx)), zk.ErrNoChildrenForEphemerals},
		{"create with a bad ACL", second(c.Create("/refusals/x").ACL(zk.ACL{Perms: 31, Scheme: "nobody", ID: "x"}).Do(ctx)), zk.ErrInvalidACL},
		{"create too large", second(c.Create("/refusals/x").Data(big).Do(ctx)), client.ErrTooLarge},
		{"set a missing one", second(c.Set("/refusals/x").Do(ctx)), zk.ErrNoNode},
		{"set at a wrong version", second(c.Set("/refusals/e").Version(7).Do(ctx)), zk.ErrBadVersion},
		{"delete a missing one", c.Delete("/refusals/x").Do(ctx), zk.ErrNoNode},
		{"delete with children", c.Delete("/refusals").Do(ctx), zk.ErrNotEmpty},
		{"delete at a wrong version", c.Delete("/refusals/e").Version(7).Do(ctx), zk.ErrBadVersion},
	} {
		var op *client.OpError
		if !errors.Is(tt.err, tt.want) || !errors.As(tt.err, &op) || client.MayHaveApplied(tt.err) {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func transactions(ctx context.Context, t *testing.T, c *client.Client) {
	results, err := c.Txn(
		c.Create("/txn"),
		c.Create("/txn/s-").Sequential().Data([]byte("1")),
		c.Set("/txn").Data([]byte("2")).Version(0),
		c.Check("/txn").Version(1),
		c.Create("/txn/d"),
		c.Delete("/txn/d"),
	).Do(ctx)
	must(t, err)
	if results[0].Path != "/txn" || results[1].Path != "/txn/s-0000000000" || results[2].Stat.Version != 1 {
		t.Errorf("results %+v", results)
	}
	results, err = c.Txn(c.Set("/txn"), c.Check("/txn").Version(7), c.Delete("/txn")).Do(ctx)
	if !errors.Is(err, zk.ErrBadVersion) || results[0].Err != nil || !errors.Is(results[1].Err, zk.ErrBadVersion) || results[2].Err == nil {
		t.Errorf("a transaction that fails: %v, %+v", err, results)
	}
	if data, _, err := c.Get("/txn").Do(ctx); string(data) != "2" || err != nil {
		t.Errorf("it did something: %q, %v", data, err)
	}
	if results, err := c.Txn().Do(ctx); len(results) != 0 || err != nil {
		t.Errorf("an empty one: %v, %v", results, err)
	}
}

func watches(ctx context.Context, t *testing.T, c *client.Client) {
	expect := func(w *client.Watch, kind zk.EventType, path string) {
		t.Helper()
		select {
		case ev := <-w.Events():
			if ev.Type != kind || ev.Path != path || ev.Err != nil {
				t.Errorf("event %+v, want %v of %s", ev, kind, path)
			}
		case <-ctx.Done():
			t.Fatalf("no event %v of %s", kind, path)
		}
	}
	_, _, created, err := c.Exists("/watched").DoW(ctx)
	must(t, err)
	_, err = c.Create("/watched").Do(ctx)
	must(t, err)
	expect(created, zk.EventNodeCreated, "/watched")
	_, _, data, err := c.Get("/watched").DoW(ctx)
	must(t, err)
	_, _, child, err := c.Children("/watched").DoW(ctx)
	must(t, err)
	_, err = c.Create("/watched/c").Do(ctx)
	must(t, err)
	expect(child, zk.EventNodeChildrenChanged, "/watched")
	_, err = c.Set("/watched").Do(ctx)
	must(t, err)
	expect(data, zk.EventNodeDataChanged, "/watched")
	_, _, gone, err := c.Exists("/watched/c").DoW(ctx)
	must(t, err)
	must(t, c.Delete("/watched/c").Do(ctx))
	expect(gone, zk.EventNodeDeleted, "/watched/c")
}

func ordered(ctx context.Context, t *testing.T, c *client.Client) {
	_, err := c.Create("/ordered").Do(ctx)
	must(t, err)
	var sets []*client.Future[*zk.Stat]
	for i := range 500 {
		sets = append(sets, c.Set("/ordered").Data(fmt.Append(nil, i)).Async(ctx))
	}
	for i, set := range sets {
		stat, err := set.Wait(ctx)
		must(t, err)
		if int(stat.Version) != i+1 || stat.Mzxid != set.Zxid() {
			t.Fatalf("set %d: %+v, zxid %d", i, stat, set.Zxid())
		}
	}
}

// Closing deletes the ephemerals, and a session whose client vanishes is expired by the server after its timeout.
func sessions(ctx context.Context, t *testing.T, c *client.Client) {
	other, err := client.Connect(ctx, c.Conn().Server()+"/app", client.WithSessionTimeout(4*time.Second))
	must(t, err)
	if got := other.Session().Timeout(); got != 4*time.Second {
		t.Errorf("granted %v", got)
	}
	_, err = other.Create("/session").Ephemeral().Do(ctx)
	must(t, err)
	_, _, gone, err := c.Exists("/session").DoW(ctx)
	must(t, err)
	must(t, other.Close(ctx))
	select {
	case ev := <-gone.Events():
		if ev.Type != zk.EventNodeDeleted {
			t.Errorf("event %+v", ev)
		}
	case <-ctx.Done():
		t.Fatal("the ephemeral outlives its session")
	}
	names, _, err := c.Children("/").Do(ctx)
	must(t, err)
	if slices.Contains(names, "session") {
		t.Errorf("children %v", names)
	}
}
