package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What each server knows works; what it does not know says what it takes, and costs neither the session nor an ephemeral nor a watch.
func TestOldServers(t *testing.T) {
	calls := []struct {
		name  string
		since server.Version
		needs string
		run   func(ctx context.Context, c *client.Client) error
	}{
		{"container", server.V35, "3.5.1", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/container").Container().Do(ctx)
			return err
		}},
		{"time to live", server.V35, "3.5.3", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/ttl-").TTL(time.Minute).Sequential().Do(ctx)
			return err
		}},
		{"config", server.V35, "3.5.0", func(ctx context.Context, c *client.Client) error {
			_, err := c.Config().Do(ctx)
			return err
		}},
		{"reads", server.V36, "3.6.0", func(ctx context.Context, c *client.Client) error {
			_, err := c.MultiRead(c.Get("/e"), c.Children("/")).Do(ctx)
			return err
		}},
		{"ephemerals", server.V36, "3.6.0", func(ctx context.Context, c *client.Client) error {
			_, err := c.Ephemerals().Do(ctx)
			return err
		}},
		{"count", server.V36, "3.6.0", func(ctx context.Context, c *client.Client) error {
			_, err := c.CountAllChildren("/").Do(ctx)
			return err
		}},
		{"whoami", server.V38, "3.7.0", func(ctx context.Context, c *client.Client) error {
			_, err := c.WhoAmI().Do(ctx)
			return err
		}},
		{"reconfig", server.Version(99), "3.5.0", func(ctx context.Context, c *client.Client) error { // one that is alone cannot
			_, err := c.Reconfig().Leave("1").Do(ctx)
			if errors.Is(err, zk.ErrReconfigDisabled) {
				err = &client.UnsupportedError{Needs: "3.5.0"}
			}
			return err
		}},
	}
	order := map[server.Version]int{}
	for i, v := range append(server.Versions(), server.Version(99)) {
		order[v] = i
	}
	for _, v := range server.Versions() {
		for _, call := range calls {
			t.Run(v.String()+"/"+call.name, func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					ctx := t.Context()
					c := w.Connect(t, "a")
					session := c.Session()
					_, err := c.Create("/e").Ephemeral().Do(ctx)
					must(t, err)
					_, _, watch, err := c.Get("/e").DoW(ctx)
					must(t, err)

					err = call.run(ctx, c)
					if order[v] >= order[call.since] {
						if err != nil {
							t.Error(err)
						}
					} else {
						var unsupported *client.UnsupportedError
						if !errors.As(err, &unsupported) || !errors.Is(err, client.ErrUnimplemented) || !strings.HasPrefix(unsupported.Needs, call.needs) {
							t.Errorf("got %v", err)
						}
						if client.OutcomeOf(err) != client.NotDone {
							t.Errorf("outcome %v", client.OutcomeOf(err))
						}
					}
					_, err = c.Set("/e").Data([]byte("1")).Do(ctx)
					must(t, err)
					if ev := <-watch.Events(); ev.Type != zk.EventNodeDataChanged {
						t.Errorf("event %+v", ev)
					}
					if ok, stat, err := c.Exists("/e").Do(ctx); !ok || err != nil || stat.EphemeralOwner != session.ID() || c.Session() != session {
						t.Errorf("ephemeral %v %+v %v", ok, stat, err)
					}
				}, zktest.Version(v), zktest.WithServer(server.WithExtendedTypes(true)))
			})
		}
	}
}

// What an old server does not know goes another way, and is asked for once a session.
func TestOldServersAnotherWay(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		for _, path := range []string{"/a/b/c-", "/d/e/f-"} {
			path, stat, err := c.Create(path).ParentContainers().Sequential().Data([]byte("four")).ReturningStat().Do(ctx)
			must(t, err)
			ok, now, err := c.Exists(path).Do(ctx)
			must(t, err)
			if !ok || *stat != *now || stat.DataLength != 4 {
				t.Errorf("%s: stat %+v, is %+v", path, stat, now)
			}
		}
		n := w.Server.Stats().Requests
		if n["create2"] != 1 || n["createContainer"] != 1 {
			t.Errorf("requests %v", n)
		}
	}, zktest.Version(server.V34))
}

// The Stat that is read later is told as it was.
func TestOldServersStatIsThatOfTheCreate(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, other := w.Connect(t, "a"), w.Connect(t, "b")
		_, _, err := c.Create("/first").ReturningStat().Do(ctx) // now it is known what the server is
		must(t, err)
		w.Net.Intercept(interfere("create", func() {
			_, err := other.Set("/x").Data([]byte("changed")).Do(ctx)
			must(t, err)
		}))
		_, stat, err := c.Create("/x").Data([]byte("1")).ReturningStat().Do(ctx)
		must(t, err)
		if stat.Version != 0 || stat.Mzxid != stat.Czxid || stat.DataLength != 1 || stat.Mtime != stat.Ctime || stat.Ctime == 0 {
			t.Errorf("stat %+v", stat)
		}
		_, now, err := c.Get("/x").Do(ctx)
		must(t, err)
		if now.Version != 1 || now.Czxid != stat.Czxid || now.Ctime != stat.Ctime {
			t.Errorf("now %+v", now)
		}
	}, zktest.Version(server.V34))
}

// Nothing newer than an operation needs is sent.
func TestOldestRequests(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/a").Do(ctx)
		must(t, err)
		_, err = c.Create("/a/b-").Protected().Sequential().Ephemeral().Parents().Do(ctx)
		must(t, err)
		_, err = c.Set("/a").Idempotent().Do(ctx)
		must(t, err)
		_, err = c.Txn(c.Create("/t"), c.Check("/a"), c.Delete("/t")).Do(ctx)
		must(t, err)
		must(t, c.Delete("/a").WithChildren().Do(ctx))
		_, err = c.Namespace("/ns/x").Create("/y").Do(ctx)
		must(t, err)
		if got := c.Session(); got.Err() != nil {
			t.Error(got.Err())
		}
		for op, n := range w.Server.Stats().Requests {
			switch op {
			case "create2", "createTTL", "multiRead", "getEphemerals", "getAllChildrenNumber", "whoAmI", "addWatch", "setWatches2":
				t.Errorf("%d %s", n, op)
			}
		}
	}, zktest.Version(server.V34))
}

// A zk.Conn that was connected without the client's dialer has no create2: the Stat is read.
func TestStatOnALentConn(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, _ := lent(t, w, "a")
		for _, b := range []client.CreateBuilder{c.Create("/a/b").Parents().Data([]byte("1")), c.Create("/c").Container()} {
			path, stat, err := b.ReturningStat().Do(ctx)
			must(t, err)
			if ok, now, err := c.Exists(path).Do(ctx); !ok || err != nil || *stat != *now {
				t.Errorf("%s: %+v, is %+v, %v", path, stat, now, err)
			}
		}
	})
}
