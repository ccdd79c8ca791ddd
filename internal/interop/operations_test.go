package interop

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// extended are servers that know znodes with a time to live.
var extended = []struct {
	name  string
	start func(testing.TB) (addr string)
}{
	{"apache", func(tb testing.TB) string { return apache.Start(tb).Addr() }},
	{"zookit", func(tb testing.TB) string {
		return zktest.Start(tb, server.WithExtendedTypes(true), server.WithVersion(server.V38)).Addr()
	}},
}

// Every operation, on Apache's server and on ours of the same version.
func TestOperations(t *testing.T) {
	for _, s := range extended {
		t.Run(s.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			operations(ctx, t, connectClient(ctx, t, s.start(t)))
		})
	}
}

func operations(ctx context.Context, t *testing.T, c *client.Client) {
	t.Helper()
	view := c.Namespace("/ops/ns")
	path, stat, err := view.Create("/a/b-").ParentContainers().Sequential().Ephemeral().Protected().Data([]byte("long")).Compressed().ReturningStat().Do(ctx)
	must(t, err)
	data, now, err := view.Get(path).Decompressed().Do(ctx)
	must(t, err)
	if string(data) != "long" || *stat != *now || stat.EphemeralOwner != c.Session().ID() {
		t.Errorf("%q %+v, made as %+v", data, now, stat)
	}
	if mine, err := view.Ephemerals().Do(ctx); err != nil || !slices.Equal(mine, []string{path}) {
		t.Errorf("ephemerals %q, %v", mine, err)
	}
	for _, b := range []client.CreateStatBuilder{
		c.Create("/ops/container").Container().ReturningStat(), c.Create("/ops/ttl").TTL(time.Hour).ReturningStat(),
		c.Create("/ops/ttl-").TTL(time.Hour).Sequential().ReturningStat(),
	} {
		if path, stat, err := b.Do(ctx); err != nil || stat == nil || stat.EphemeralOwner != 0 {
			t.Errorf("%s: %+v %v", path, stat, err)
		}
	}
	_, err = c.Create("/ops/p/q").Parents().ParentsACL(zk.WorldACL(zk.PermAll &^ zk.PermWrite)...).Do(ctx)
	must(t, err)
	if acl, _, err := c.GetACL("/ops/p").Do(ctx); err != nil || acl[0].Perms != zk.PermAll&^zk.PermWrite {
		t.Errorf("%v %v", acl, err)
	}
	if stat, err := c.SetACL("/ops/p/q").ACL(zk.WorldACL(zk.PermRead | zk.PermAdmin)...).Version(0).Do(ctx); err != nil || stat.Aversion != 1 {
		t.Errorf("%+v %v", stat, err)
	}
	res, err := c.MultiRead(c.Get("/ops/p/q"), c.Children("/ops/p"), c.Get("/ops/none")).Do(ctx)
	must(t, err)
	if res[0].Stat.Aversion != 1 || !slices.Equal(res[1].Names, []string{"q"}) || !errors.Is(res[2].Err, zk.ErrNoNode) {
		t.Errorf("%+v", res)
	}
	done, err := c.Txn(c.Create("/ops/t").ReturningStat(), c.Create("/ops/t/l").TTL(time.Hour), c.Create("/ops/t/c").Container(), c.Delete("/ops/t/c")).Do(ctx)
	must(t, err)
	if done[0].Path != "/ops/t" || done[1].Path != "/ops/t/l" { // a Stat comes with 3.8.2
		t.Errorf("%+v", done)
	}
	must(t, c.Sync("/ops").Do(ctx))
	count, err := c.CountAllChildren("/ops").Do(ctx)
	must(t, err)
	walked := -1
	for _, err := range c.Walk("/ops").Do(ctx) {
		must(t, err)
		walked++
	}
	if count != walked || count < 9 {
		t.Errorf("%d counted, %d walked", count, walked)
	}
	if who, err := c.WhoAmI().Do(ctx); err != nil || len(who) != 1 || who[0].Scheme != "ip" {
		t.Errorf("%+v %v", who, err)
	}
	if cfg, err := c.Config().Do(ctx); err != nil || cfg.Version != -1 && cfg.Version != 0 {
		t.Errorf("%+v %v", cfg, err)
	}
	if _, err := c.Reconfig().Leave("1").Do(ctx); !errors.Is(err, zk.ErrReconfigDisabled) {
		t.Errorf("reconfig: %v", err)
	}
	must(t, c.Delete("/ops").WithChildren().Do(ctx))
	if err := c.Delete("/ops").WithChildren().Do(ctx); !errors.Is(err, zk.ErrNoNode) {
		t.Errorf("twice: %v", err)
	}
}

// A server that is told not to know an operation says so as one that never heard of it.
func TestUnimplementedOnApache(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c := connectClient(ctx, t, apache.Start(t, "extendedTypesEnabled=false").Addr())
	session := c.Session()
	_, err := c.Create("/e").Ephemeral().Do(ctx)
	must(t, err)
	var unsupported *client.UnsupportedError
	if _, err := c.Create("/ttl").TTL(time.Hour).Do(ctx); !errors.As(err, &unsupported) || !errors.Is(err, client.ErrUnimplemented) {
		t.Errorf("got %v", err)
	}
	if ok, stat, err := c.Exists("/e").Do(ctx); !ok || err != nil || stat.EphemeralOwner != session.ID() || c.Session() != session {
		t.Errorf("%v %+v %v", ok, stat, err)
	}
}

// loser loses, once, the next reply after the server has done what was asked, or the next request.
type loser struct{ reply, request atomic.Bool }

func (k *loser) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	raw, err := (&net.Dialer{}).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return losing{raw, k}, nil
}

type losing struct {
	net.Conn
	k *loser
}

func (c losing) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.k.reply.CompareAndSwap(true, false) {
		c.Close()
		return 0, net.ErrClosed
	}
	return n, err
}

func (c losing) Write(p []byte) (int, error) {
	if c.k.request.CompareAndSwap(true, false) {
		c.Close()
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// Resolve says what became of a write, on Apache's server and on ours, by what their trees tell.
func TestResolveOnServers(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, root := range []string{"/", "/deep/er/"} {
			_, err := connectClient(ctx, t, addr).Create(root + "n").Parents().Data([]byte("1")).Do(ctx)
			must(t, err)
			for _, tt := range []struct {
				name string
				run  func(c *client.Client) error
				lost client.Outcome // when the reply was
			}{
				{"create", func(c *client.Client) error {
					return second(c.Create(root + "x").Data([]byte("1")).Async(ctx).Wait(ctx))
				}, client.Done},
				{"ephemeral", func(c *client.Client) error {
					return second(c.Create(root + "e").Ephemeral().Async(ctx).Wait(ctx))
				}, client.Done},
				{"protected", func(c *client.Client) error {
					return second(c.Create(root + "p-").Protected().Sequential().Async(ctx).Wait(ctx))
				}, client.Done},
				{"sequential", func(c *client.Client) error {
					return second(c.Create(root + "s-").Sequential().Async(ctx).Wait(ctx))
				}, client.Unknown},
				{"set", func(c *client.Client) error {
					return second(c.Set(root + "n").Data([]byte("2")).Async(ctx).Wait(ctx))
				}, client.Done},
				{"set at a version", func(c *client.Client) error {
					return second(c.Set(root + "n").Data([]byte("3")).Version(1).Async(ctx).Wait(ctx))
				}, client.Done},
				{"set ACL", func(c *client.Client) error {
					return second(c.SetACL(root + "n").ACL(zk.WorldACL(zk.PermAll &^ zk.PermCreate)...).Version(0).Async(ctx).Wait(ctx))
				}, client.Done},
				{"transaction", func(c *client.Client) error {
					return second(c.Txn(c.Check(root+"n"), c.Create(root+"t")).Async(ctx).Wait(ctx))
				}, client.Done},
				{"below nothing", func(c *client.Client) error {
					return second(c.Create(root + "q/x").Async(ctx).Wait(ctx))
				}, client.NotDone},
				{"delete", func(c *client.Client) error {
					return second(c.Delete(root + "n").Async(ctx).Wait(ctx))
				}, client.Done},
			} {
				for _, reply := range []bool{false, true} {
					want := client.NotDone
					if reply {
						want = tt.lost
					}
					if got := resolved(ctx, t, addr, reply, tt.run); got != want {
						t.Errorf("%s in %q, reply lost %v: %v, want %v", tt.name, root, reply, got, want)
					}
				}
			}
		}
	})
}

// resolved is what becomes of a write whose reply or request is lost. Each has a client of its own: one whose connections end again and
// again waits before it connects.
func resolved(ctx context.Context, t *testing.T, addr string, reply bool, run func(c *client.Client) error) client.Outcome {
	t.Helper()
	var k loser
	c, err := client.Connect(ctx, addr, client.WithDial(k.dial))
	must(t, err)
	defer c.Close(ctx)
	_, _, err = c.Exists("/").Do(ctx) // now it knows how far the server is
	must(t, err)
	k.reply.Store(reply)
	k.request.Store(!reply)
	err = run(c)
	if client.OutcomeOf(err) != client.Unknown {
		t.Fatalf("%v", err)
	}
	outcome, err := client.Resolve(ctx, err)
	must(t, err)
	return outcome
}
