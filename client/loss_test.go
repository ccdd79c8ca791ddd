package client_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Calls that find out by themselves what became of them succeed, once, whichever of their messages is lost.
func TestEachMessageLost(t *testing.T) {
	world := zk.WorldACL(zk.PermRead | zk.PermWrite | zk.PermCreate | zk.PermDelete | zk.PermAdmin)
	for _, tt := range []struct {
		name    string
		version server.Version
		run     func(ctx context.Context, c *client.Client) error
		want    []string // the tree afterwards, beside what was there
	}{
		{"create idempotent", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Data([]byte("1")).Idempotent().Do(ctx)
			return err
		}, []string{"/x 1"}},
		{"create idempotent, with parents", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x/y/z").Data([]byte("1")).Parents().Idempotent().Do(ctx)
			return err
		}, []string{"/x ", "/x/y ", "/x/y/z 1"}},
		{"create or set, with parent containers", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x/y").Data([]byte("1")).ParentContainers().OrSet().Do(ctx)
			return err
		}, []string{"/x ", "/x/y 1"}},
		{"create or set, on what is there", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/n").Data([]byte("1")).OrSet().Do(ctx)
			return err
		}, []string{"/n 1"}},
		{"create ephemeral, its stat", server.V39, func(ctx context.Context, c *client.Client) error {
			_, stat, err := c.Create("/x").Ephemeral().ReturningStat().Do(ctx)
			if err == nil && stat.EphemeralOwner != c.Session().ID() {
				err = fmt.Errorf("stat %+v", stat)
			}
			return err
		}, []string{"/x "}},
		{"create protected, its stat, on an old server", server.V34, func(ctx context.Context, c *client.Client) error {
			path, stat, err := c.Create("/p/x").Data([]byte("1")).Protected().Ephemeral().ReturningStat().Do(ctx)
			if err == nil && (stat.EphemeralOwner != c.Session().ID() || stat.DataLength != 1) {
				err = fmt.Errorf("stat %+v", stat)
			}
			if err == nil {
				_, err = c.Create("/p/y").Idempotent().Data([]byte(path[:6])).Do(ctx)
			}
			return err
		}, []string{"/p/_c_ 1", "/p/y /p/_c_"}},
		{"create with parent containers, on an old server", server.V34, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x/y/z").ParentContainers().Ephemeral().Do(ctx)
			return err
		}, []string{"/x ", "/x/y ", "/x/y/z "}},
		{"create with time to live", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").TTL(1e12).Data([]byte("1")).Idempotent().Do(ctx)
			return err
		}, []string{"/x 1"}},
		{"create in a namespace", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.Namespace("/x/y").Create("/z").Data([]byte("1")).Idempotent().Do(ctx)
			return err
		}, []string{"/x ", "/x/y ", "/x/y/z 1"}},
		{"set at a version, idempotent", server.V39, func(ctx context.Context, c *client.Client) error {
			stat, err := c.Set("/n").Data([]byte("1")).Version(0).Idempotent().Do(ctx)
			if err == nil && stat.Version != 1 {
				err = fmt.Errorf("version %d", stat.Version)
			}
			return err
		}, []string{"/n 1"}},
		{"set access control list", server.V39, func(ctx context.Context, c *client.Client) error {
			_, err := c.SetACL("/n").ACL(world...).Do(ctx)
			return err
		}, []string{"/n 0"}},
		{"delete quietly", server.V39, func(ctx context.Context, c *client.Client) error {
			return c.Delete("/n").Quietly().Do(ctx)
		}, nil},
		{"delete with children", server.V39, func(ctx context.Context, c *client.Client) error {
			return c.Delete("/p").WithChildren().Do(ctx)
		}, []string{"/p gone"}},
		{"walk, sync", server.V39, func(ctx context.Context, c *client.Client) error {
			for _, err := range c.Walk("/").Do(ctx) {
				if err != nil {
					return err
				}
			}
			return c.Sync("/n").Do(ctx)
		}, []string{"/n 0"}},
		{"reads", server.V39, func(ctx context.Context, c *client.Client) error {
			if _, err := c.MultiRead(c.Get("/n"), c.Children("/")).Do(ctx); err != nil {
				return err
			}
			if _, err := c.CountAllChildren("/").Do(ctx); err != nil {
				return err
			}
			if _, err := c.Ephemerals().Do(ctx); err != nil {
				return err
			}
			if _, err := c.Config().Do(ctx); err != nil {
				return err
			}
			if _, _, err := c.GetACL("/n").Do(ctx); err != nil {
				return err
			}
			_, err := c.WhoAmI().Do(ctx)
			return err
		}, []string{"/n 0"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			messages := 1
			for i := 0; i <= messages; i++ { // the first time without a fault
				for _, reply := range []bool{true, false} {
					for _, action := range []fault.Action{fault.Cut, fault.Drop} {
						n := loseOne(t, tt.version, i, reply, action, tt.run, tt.want)
						if i == 0 {
							messages = n
						}
					}
				}
			}
			if messages == 0 {
				t.Error("no messages")
			}
		})
	}
}

// loseOne runs a call and loses its nth message. It returns how many there were.
func loseOne(
	t *testing.T, version server.Version, nth int, reply bool, action fault.Action, run func(context.Context, *client.Client) error, want []string,
) (messages int) {
	t.Helper()
	name := fmt.Sprintf("message %d, reply %v, %v", nth, reply, action)
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		for _, path := range []string{"/n", "/p", "/p/1", "/p/2", "/p/1/3"} {
			_, err := c.Create(path).Data([]byte("0")).Do(ctx)
			must(t, err)
		}
		counted := fault.Request("").Host("a").When("no ping", func(f fault.Frame) bool { return !f.Connect && f.Op != "ping" })
		all := fault.Always(counted, fault.Pass)
		w.Net.Inject(all)
		if reply {
			counted = fault.Reply("").Host("a").When("no ping", func(f fault.Frame) bool { return !f.Connect && f.Op != "ping" })
		}
		rule := fault.Nth(max(nth, 1), counted, action)
		if nth > 0 {
			w.Net.Inject(rule)
		}
		session := c.Session()
		if err := run(ctx, c); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		messages = all.Fired()
		if nth > 0 && rule.Fired() != 1 && messages >= nth {
			t.Errorf("%s: fired %d times", name, rule.Fired())
		}
		if c.Session() != session || session.Err() != nil {
			t.Errorf("%s: another session", name)
		}
		w.Net.HealAll()
		got := contents(ctx, t, w.Connect(t, "b"))
		for _, line := range want {
			if line == "/p gone" {
				if slices.ContainsFunc(got, func(s string) bool { return s[:2] == "/p" }) {
					t.Errorf("%s: %q", name, got)
				}
				continue
			}
			if !slices.Contains(got, line) {
				t.Errorf("%s: no %q in %q", name, line, got)
			}
		}
	}, zktest.Version(version), zktest.WithServer(server.WithExtendedTypes(true)))
	return messages
}

// contents is every znode but the server's own, with its data; protected names without what is drawn.
func contents(ctx context.Context, tb testing.TB, c *client.Client) []string {
	tb.Helper()
	var lines []string
	for node, err := range c.Walk("/").Do(ctx) {
		if err != nil {
			tb.Fatal(err)
		}
		if node.Depth == 0 || len(node.Path) >= 10 && node.Path[:10] == "/zookeeper" {
			continue
		}
		data, _, err := c.Get(node.Path).Do(ctx)
		if err != nil {
			tb.Fatal(err)
		}
		path := node.Path
		if base := client.Base(path); len(base) > 40 && base[:3] == "_c_" {
			path = client.Join(client.Parent(path), "_c_")
		}
		lines = append(lines, path+" "+string(data))
	}
	return lines
}
