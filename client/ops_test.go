package client_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

func TestCreateKinds(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		path, stat, err := c.Create("/x").Data([]byte("12345")).ReturningStat().Do(ctx)
		must(t, err)
		_, now, err := c.Get(path).Do(ctx)
		must(t, err)
		if *stat != *now {
			t.Errorf("stat %+v, is %+v", stat, now)
		}
		res, err := c.Create("/y-").Sequential().ReturningStat().Async(ctx).Wait(ctx)
		must(t, err)
		if res.Path != "/y-0000000001" || res.Stat == nil {
			t.Errorf("%+v", res)
		}
		for _, b := range []client.CreateStatBuilder{
			c.Create("/c").Container().ReturningStat(), c.Create("/t").TTL(time.Hour).ReturningStat(),
			c.Create("/_t-").TTL(time.Hour).Sequential().Protected().ReturningStat(),
		} {
			path, stat, err := b.Do(ctx)
			must(t, err)
			if ok, now, err := c.Exists(path).Do(ctx); !ok || err != nil || *stat != *now {
				t.Errorf("%s: %+v, is %+v, %v", path, stat, now, err)
			}
		}
		// It is gone when its time has passed, or at the next look of the server.
		_, err = c.Create("/short").TTL(time.Second).Do(ctx)
		must(t, err)
		time.Sleep(3 * time.Minute)
		if ok, _, err := c.Exists("/short").Do(ctx); ok || err != nil {
			t.Errorf("%v %v", ok, err)
		}
	}, zktest.WithServer(server.WithExtendedTypes(true)))
}

func TestCreateBadModifiers(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		before := w.Server.Stats().LastZxid
		for name, b := range map[string]client.CreateBuilder{
			"ephemeral with a time to live": c.Create("/x").TTL(time.Hour).Ephemeral(),
			"container with a time to live": c.Create("/x").TTL(time.Hour).Container(),
			"no time to live":               c.Create("/x").TTL(0),
			"too short to live":             c.Create("/x").TTL(time.Microsecond),
			"too long to live":              c.Create("/x").TTL(1 << 40 * time.Millisecond),
			"or set, sequential":            c.Create("/x").OrSet().Sequential(),
			"idempotent, protected":         c.Create("/x").Idempotent().Protected(),
			"empty prefix":                  c.Create("/x").ProtectedBy(""),
			"prefix with a slash":           c.Create("/x").ProtectedBy("a/"),
			"ACL for no parents":            c.Create("/x").ParentsACL(zk.WorldACL(zk.PermAll)...),
			"empty ACL for parents":         c.Create("/x").Parents().ParentsACL([]zk.ACL{}...),
		} {
			if _, err := b.Do(ctx); err == nil || client.OutcomeOf(err) != client.NotDone {
				t.Errorf("%s: %v", name, err)
			}
		}
		var op *client.OpError
		for name, part := range map[string]client.Op{
			"or set": c.Create("/x").OrSet(), "idempotent": c.Create("/x").Idempotent(), "tree": c.Delete("/x").WithChildren(),
			"bad path": c.Set("x"),
		} {
			if _, err := c.Txn(c.Check("/"), part).Do(ctx); !errors.As(err, &op) || op.TxnIndex() != 1 {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := c.Delete("/x").WithChildren().Async(ctx).Wait(ctx); err == nil || errors.Is(err, zk.ErrNoNode) {
			t.Errorf("a tree in one request: %v", err)
		}
		if got := w.Server.Stats().LastZxid; got != before {
			t.Errorf("%d transactions", got-before)
		}
	})
}

func TestCreateOnWhatIsThere(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		create := c.Create("/x").Data([]byte("1"))
		for range 2 {
			_, err := create.Idempotent().Do(ctx)
			must(t, err)
		}
		if _, err := create.Data([]byte("2")).Idempotent().Do(ctx); !errors.Is(err, zk.ErrNodeExists) || client.MayHaveApplied(err) {
			t.Errorf("other data: %v", err)
		}
		if _, err := create.Data([]byte("2")).OrSetVersion(7).Do(ctx); !errors.Is(err, zk.ErrBadVersion) {
			t.Errorf("another version: %v", err)
		}
		_, stat, err := create.Data([]byte("2")).OrSetVersion(0).ReturningStat().Do(ctx)
		must(t, err)
		if stat.Version != 1 {
			t.Errorf("version %d", stat.Version)
		}
		_, err = create.OrSet().Idempotent().Do(ctx)
		must(t, err)
		if _, err := create.Idempotent().Do(ctx); !errors.Is(err, zk.ErrNodeExists) {
			t.Errorf("written meanwhile: %v", err)
		}
	})
}

// What others do between the requests of an OrSet does not keep it from coming to its end.
func TestCreateOrSetWhileItGoes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, other := w.Connect(t, "a"), w.Connect(t, "b")
		_, err := c.Create("/x").Do(ctx)
		must(t, err)
		w.Net.Intercept(interfere("create", func() { must(t, other.Delete("/x").Do(ctx)) }))
		_, err = c.Create("/x").Data([]byte("1")).OrSet().Do(ctx)
		must(t, err)
		if data, stat, err := c.Get("/x").Do(ctx); err != nil || string(data) != "1" || stat.Version != 0 {
			t.Errorf("%q %+v %v", data, stat, err)
		}
	})
}

func TestACL(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		own, parents := zk.WorldACL(zk.PermRead|zk.PermAdmin), zk.WorldACL(zk.PermRead|zk.PermCreate)
		_, err := c.Create("/a/b/c").Parents().ACL(own...).ParentsACL(parents...).Do(ctx)
		must(t, err)
		for path, want := range map[string][]zk.ACL{"/a": parents, "/a/b": parents, "/a/b/c": own} {
			if acl, _, err := c.GetACL(path).Do(ctx); err != nil || !slices.Equal(acl, want) {
				t.Errorf("%s: %v, %v", path, acl, err)
			}
		}
		stat, err := c.SetACL("/a/b/c").ACL(zk.WorldACL(zk.PermAll)...).Version(0).Do(ctx)
		must(t, err)
		if stat.Aversion != 1 {
			t.Errorf("version %d", stat.Aversion)
		}
		if _, err := c.SetACL("/a/b/c").ACL(own...).Version(0).Do(ctx); !errors.Is(err, zk.ErrBadVersion) {
			t.Errorf("an old version: %v", err)
		}
		if _, err := c.SetACL("/a/b/c").Do(ctx); !errors.Is(err, zk.ErrInvalidACL) {
			t.Errorf("none: %v", err)
		}
		if _, err := c.SetACL("/a").ACL(own...).Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
			t.Errorf("not allowed: %v", err)
		}
		res, err := c.GetACL("/a/b/c").Async(ctx).Wait(ctx)
		must(t, err)
		if !slices.Equal(res.ACL, zk.WorldACL(zk.PermAll)) || res.Stat.Aversion != 1 {
			t.Errorf("%+v", res)
		}
	})
}

func TestTxnResults(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		res, err := c.Txn(
			c.Create("/a"), c.Create("/a/b-").Sequential().Protected().ReturningStat(), c.Create("/c").Container(), c.Set("/a").Data([]byte("1")),
			c.Check("/a").Version(1), c.Create("/e").Ephemeral(), c.Delete("/e"),
		).Do(ctx)
		must(t, err)
		if res[0].Path != "/a" || res[0].Stat != nil || !strings.HasSuffix(res[1].Path, "-b-0000000000") || res[1].Stat == nil || res[2].Path != "/c" ||
			res[3].Stat.Version != 1 || res[6] != (client.TxnResult{}) {
			t.Errorf("%+v", res)
		}
		before := len(contents(ctx, t, c))
		res, err = c.Txn(c.Create("/z"), c.Check("/a").Version(7), c.Delete("/nowhere")).Do(ctx)
		var op *client.OpError
		if !errors.Is(err, zk.ErrBadVersion) || !errors.As(err, &op) || op.TxnIndex() != 1 || op.Op != "check" || op.Path != "/a" || !strings.Contains(err.Error(), "operation 1") {
			t.Errorf("got %v", err)
		}
		if res[0].Err != nil || !errors.Is(res[1].Err, zk.ErrBadVersion) || res[2].Err == nil || len(contents(ctx, t, c)) != before {
			t.Errorf("%+v", res)
		}
		if client.OutcomeOf(err) != client.NotDone {
			t.Errorf("outcome %v", client.OutcomeOf(err))
		}
	})
}

func TestMultiRead(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/a/b").Parents().Data([]byte("1")).Do(ctx)
		must(t, err)
		before := w.Server.Stats().Requests
		res, err := c.MultiRead(c.Get("/a/b"), c.Children("/a"), c.Get("/nowhere"), c.Children("/nowhere")).Do(ctx)
		must(t, err)
		if string(res[0].Data) != "1" || res[0].Stat == nil || !slices.Equal(res[1].Names, []string{"b"}) {
			t.Errorf("%+v", res)
		}
		var op *client.OpError
		for i, read := range res {
			if i >= 2 && (!errors.Is(read.Err, zk.ErrNoNode) || !errors.As(read.Err, &op) || op.Path != "/nowhere" || op.TxnIndex() != i) || i < 2 && read.Err != nil {
				t.Errorf("read %d: %v", i, read.Err)
			}
		}
		if n := w.Server.Stats().Requests["multiRead"] - before["multiRead"]; n != 1 {
			t.Errorf("%d requests", n)
		}
		if _, err := c.MultiRead(c.Get("/"), c.Get("bad")).Do(ctx); !errors.Is(err, zk.ErrInvalidPath) || !errors.As(err, &op) || op.TxnIndex() != 1 {
			t.Errorf("got %v", err)
		}
	})
}

func TestAskingTheServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		for _, path := range []string{"/a", "/a/b", "/a/b/c", "/d"} {
			_, err := c.Create(path).Do(ctx)
			must(t, err)
		}
		if n, err := c.CountAllChildren("/a").Do(ctx); n != 2 || err != nil {
			t.Errorf("%d below /a, %v", n, err)
		}
		if _, err := c.CountAllChildren("/nowhere").Do(ctx); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("got %v", err)
		}
		for _, path := range []string{"/a/e1", "/a/e2", "/e3"} {
			_, err := c.Create(path).Ephemeral().Do(ctx)
			must(t, err)
		}
		_, err := w.Connect(t, "b").Create("/a/e4").Ephemeral().Do(ctx)
		must(t, err)
		got, err := c.Ephemerals().Prefix("/a/").Do(ctx)
		must(t, err)
		if slices.Sort(got); !slices.Equal(got, []string{"/a/e1", "/a/e2"}) {
			t.Errorf("ephemerals %q", got)
		}
		if all, err := c.Ephemerals().Async(ctx).Wait(ctx); err != nil || len(all) != 3 {
			t.Errorf("ephemerals %q, %v", all, err)
		}
		who, err := c.WhoAmI().Do(ctx)
		must(t, err)
		if len(who) != 1 || who[0].Scheme != "ip" {
			t.Errorf("who %+v", who)
		}
		must(t, c.Sync("/a").Do(ctx))
		cfg, err := c.Namespace("/a").Config().Do(ctx)
		must(t, err)
		if cfg.Stat == nil || len(cfg.Servers) != 0 || cfg.Version != -1 {
			t.Errorf("config %+v", cfg)
		}
		for name, b := range map[string]client.ReconfigBuilder{
			"nothing": c.Reconfig(), "both": c.Reconfig().Join("server.1=a:1:2:participant;3").Members("server.1=a:1:2:participant;3"),
		} {
			if _, err := b.Do(ctx); err == nil || errors.Is(err, zk.ErrReconfigDisabled) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := c.Reconfig().Leave("1").Do(ctx); !errors.Is(err, zk.ErrReconfigDisabled) {
			t.Errorf("got %v", err)
		}
	})
}

// A configuration is read as servers write it.
func TestConfigOfAnEnsemble(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		const text = "server.1=zk1:2888:3888:participant;0.0.0.0:2181\nserver.2=zk2:2888:3888:observer;0.0.0.0:2181\nversion=100000000a"
		if err := superUser(ctx, c, text); err != nil {
			t.Fatal(err)
		}
		cfg, err := c.Config().Do(ctx)
		must(t, err)
		if cfg.Version != 0x100000000a || len(cfg.Servers) != 2 || cfg.Servers[1] != "server.2=zk2:2888:3888:observer;0.0.0.0:2181" || string(cfg.Data) != text {
			t.Errorf("%+v", cfg)
		}
	}, zktest.WithServer(server.WithSuperDigest("super:xQJmxLMiHGwaqBvst5y6rkB6HQs=")))
}

// superUser writes the configuration as the superuser, which alone may.
func superUser(ctx context.Context, c *client.Client, text string) error {
	if err := c.Conn().AddAuth("digest", []byte("super:admin")); err != nil {
		return err
	}
	_, err := c.Set("/zookeeper/config").Data([]byte(text)).Do(ctx)
	return err
}
