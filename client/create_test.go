package client_test

import (
	"errors"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Bad combinations come back from Do, and nothing is sent.
func TestCreateBadCombinations(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		before := w.Server.Stats().Requests["create"]
		for name, b := range map[string]client.CreateBuilder{
			"ephemeral container":  c.Create("/x").Container().Ephemeral(),
			"sequential container": c.Create("/x").Container().Sequential(),
			"protected container":  c.Create("/x").Container().Protected(),
			"no ACL":               c.Create("/x").ACL(),
			"bad path":             c.Create("/x/"),
			"everything":           c.Create("x").Container().Ephemeral().ACL().Protected(),
		} {
			if _, err := b.Do(ctx); err == nil || client.MayHaveApplied(err) {
				t.Errorf("%s: Do: %v", name, err)
			}
			if _, err := b.Async(ctx).Wait(ctx); err == nil {
				t.Errorf("%s: Async: %v", name, err)
			}
			if _, err := c.Txn(b).Do(ctx); err == nil {
				t.Errorf("%s: Txn: %v", name, err)
			}
		}
		_, err := c.Create("x").ACL().Do(ctx)
		var op *client.OpError
		if !errors.Is(err, zk.ErrInvalidPath) || !errors.Is(err, zk.ErrInvalidACL) || !errors.As(err, &op) || op.Op != "create" || op.Path != "x" {
			t.Errorf("got %v", err)
		}
		if _, err := c.Txn(c.Create("/a/b").Parents()).Do(ctx); err == nil {
			t.Error("a transaction with parents")
		}
		if n := w.Server.Stats().Requests["create"] - before; n != 0 {
			t.Errorf("%d creates were sent", n)
		}
	})
}

func TestCreateParents(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		path, err := c.Create("/a/b/c/d").Parents().Data([]byte("x")).Do(ctx)
		must(t, err)
		if path != "/a/b/c/d" {
			t.Errorf("created %s", path)
		}
		for _, parent := range []string{"/a", "/a/b", "/a/b/c"} {
			data, _, err := c.Get(parent).Do(ctx)
			if err != nil || len(data) != 0 {
				t.Errorf("%s: %q, %v", parent, data, err)
			}
		}
		before := w.Server.Stats()
		_, err = c.Create("/a/b/x/y-").ParentContainers().Ephemeral().Sequential().Protected().Do(ctx)
		must(t, err)
		n := w.Server.Stats().Requests
		if creates := n["create"] - before.Requests["create"]; creates != 2 || n["createContainer"]-before.Requests["createContainer"] != 1 {
			t.Errorf("%d creates, %d containers; want 2 and 1", creates, n["createContainer"])
		}
		if _, err := c.Create("/q/r").Do(ctx); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("without Parents: %v", err)
		}
		// A parent that may not have children.
		_, err = c.Create("/e").Ephemeral().Do(ctx)
		must(t, err)
		if _, err := c.Create("/e/f/g").Parents().Do(ctx); !errors.Is(err, zk.ErrNoChildrenForEphemerals) {
			t.Errorf("below an ephemeral: %v", err)
		}
	})
}

// A builder is a value: what is made from it does not change it.
func TestBuildersAreValues(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		base := c.Create("/n")
		_ = base.Ephemeral().Sequential().Data([]byte("x"))
		path, err := base.Do(ctx)
		must(t, err)
		data, stat, err := c.Get(path).Do(ctx)
		must(t, err)
		if path != "/n" || len(data) != 0 || stat.EphemeralOwner != 0 {
			t.Errorf("%s %q %+v", path, data, stat)
		}
	})
}
