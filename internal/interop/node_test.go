package interop

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	nodePath = "/interop/nodes"
	stopPath = "/interop/stop"
)

// nodePeer compiles NodePeer and returns what starts one, which ends when somebody makes stopPath.
func nodePeer(t *testing.T) func(ctx context.Context, t *testing.T, addr string, nodes ...string) *foreign.Process {
	t.Helper()
	classPath := javaPeers(t)
	return func(ctx context.Context, t *testing.T, addr string, nodes ...string) *foreign.Process {
		t.Helper()
		p := foreign.Start(t, foreign.Java(t, classPath, append([]string{"NodePeer", addr, stopPath}, nodes...)...)...)
		awaitText(ctx, t, p, "ready")
		return p
	}
}

func awaitText(ctx context.Context, t *testing.T, p *foreign.Process, text string) {
	t.Helper()
	if err := p.WaitFor(ctx, text); err != nil {
		t.Fatalf("no %q: %v\n%s", text, err, p.Output())
	}
}

// until looks again and again whether a znode is as it should be; the other side says no word of it.
func until(ctx context.Context, t *testing.T, c *client.Client, path, what string, ok func(data string, stat *zk.Stat) bool) {
	t.Helper()
	for {
		data, stat, err := c.Get(path).Do(ctx)
		if err != nil && !errors.Is(err, zk.ErrNoNode) {
			t.Fatalf("%s: %v", what, err)
		}
		if ok(string(data), stat) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: %q, %+v", what, data, stat)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// onExtendedServers is onServers for servers with znodes that have a time to live.
func onExtendedServers(t *testing.T, test func(t *testing.T, addr string)) {
	t.Helper()
	t.Run("apache", func(t *testing.T) { test(t, apache.Start(t, "extendedTypesEnabled=true").Addr()) })
	t.Run("zookit", func(t *testing.T) { test(t, zktest.Start(t, server.WithExtendedTypes(true)).Addr()) })
}

// Curator's PersistentNode and ours make the same znodes in each mode, and each comes back under its name when somebody deletes it.
func TestNodeModesCurator(t *testing.T) {
	start := nodePeer(t)
	modes := []struct {
		name, java string
		opts       []node.Option
	}{
		{"e", "EPHEMERAL", nil},
		{"ep", "EPHEMERAL+", []node.Option{node.WithProtection()}},
		{"es", "EPHEMERAL_SEQUENTIAL+", []node.Option{node.WithMode(node.ModeEphemeralSequential)}},
		{"esp", "EPHEMERAL_SEQUENTIAL", []node.Option{node.WithMode(node.ModeEphemeralSequential), node.WithPlainName()}},
		{"p", "PERSISTENT", []node.Option{node.WithMode(node.ModePersistent)}},
		{"ps", "PERSISTENT_SEQUENTIAL+", []node.Option{node.WithMode(node.ModePersistentSequential)}},
		{"c", "CONTAINER", []node.Option{node.WithMode(node.ModeContainer)}},
	}
	id := regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := sdk(t, addr)
		var args []string
		for _, m := range modes {
			args = append(args, m.java, nodePath+"/java/"+m.name, "x")
		}
		java := start(ctx, t, addr, args...)
		var theirs []string
		for _, line := range strings.Split(java.Output(), "\n") {
			if path, ok := strings.CutPrefix(line, "path "); ok {
				theirs = append(theirs, path)
			}
		}
		kept := make([]*node.Persistent, len(modes))
		for i, m := range modes { // in the same order, for the same digits
			p, err := node.NewPersistent(c, nodePath+"/go/"+m.name, []byte("x"), m.opts...)
			must(t, err)
			must(t, p.Start(ctx))
			kept[i] = p
		}
		for i, m := range modes {
			p := kept[i]
			want := strings.Replace(id.ReplaceAllString(theirs[i], "id"), "/java/", "/go/", 1)
			if got := id.ReplaceAllString(p.Path(), "id"); got != want {
				t.Errorf("%s: named %s, by Curator %s", m.java, got, want)
			}
			var is [2]*zk.Stat
			for j, path := range []string{theirs[i], p.Path()} {
				must(t, c.Delete(path).Do(ctx))
				until(ctx, t, c, path, m.java+" made anew", func(data string, stat *zk.Stat) bool {
					is[j] = stat
					return stat != nil && data == "x"
				})
			}
			if (is[0].EphemeralOwner == 0) != (is[1].EphemeralOwner == 0) {
				t.Errorf("%s: owners %x, by Curator %x", m.java, is[1].EphemeralOwner, is[0].EphemeralOwner)
			}
			must(t, p.Close(ctx))
		}
		must(t, second(c.Create(stopPath).Do(ctx)))
		awaitText(ctx, t, java, "closed")
		for _, side := range []string{"/java", "/go"} {
			names, _, err := c.Children(nodePath + side).Do(ctx)
			if len(names) != 0 || err != nil {
				t.Errorf("left by %s: %v, %v", side, names, err)
			}
		}
	})
}

// One znode, kept by both: who comes later adopts it and writes it, and who stays makes it anew when the other closes.
func TestNodeSharedWithCurator(t *testing.T) {
	start := nodePeer(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c, one, two := sdk(t, addr), sdk(t, addr), sdk(t, addr)
		first, err := node.NewPersistent(one, nodePath, []byte("go"))
		must(t, err)
		must(t, first.Start(ctx))
		java := start(ctx, t, addr, "EPHEMERAL", nodePath, "java")
		until(ctx, t, c, nodePath, "adopted by Java", func(data string, stat *zk.Stat) bool {
			return data == "java" && stat.EphemeralOwner == one.Session().ID()
		})
		must(t, first.Close(ctx))
		until(ctx, t, c, nodePath, "made anew by Java", func(data string, stat *zk.Stat) bool {
			return data == "java" && stat.EphemeralOwner != one.Session().ID()
		})
		next, err := node.NewPersistent(two, nodePath, []byte("go again"))
		must(t, err)
		must(t, next.Start(ctx))
		if !next.State().Adopted {
			t.Errorf("state %+v", next.State())
		}
		until(ctx, t, c, nodePath, "adopted by Go", func(data string, stat *zk.Stat) bool {
			return data == "go again" && stat.EphemeralOwner != two.Session().ID()
		})
		must(t, second(c.Create(stopPath).Do(ctx)))
		awaitText(ctx, t, java, "closed")
		until(ctx, t, c, nodePath, "made anew by Go", func(data string, stat *zk.Stat) bool {
			return data == "go again" && stat.EphemeralOwner == two.Session().ID()
		})
		must(t, next.Wait(ctx))
		must(t, next.Close(ctx))
	})
}

// Curator's PersistentTtlNode, which makes a container (5.4), and ours in both forms: both touch one child, and neither deletes the znode.
func TestTTLNodeCurator(t *testing.T) {
	start := nodePeer(t)
	onExtendedServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := sdk(t, addr)
		keepTTL := func(path string, opts ...node.TTLOption) *node.TTL {
			n, err := node.NewTTL(c, path, 2*time.Second, []byte("go"), opts...)
			must(t, err)
			must(t, n.Start(ctx))
			return n
		}
		touches := func(path string, n int32) {
			t.Helper()
			until(ctx, t, c, path+"/touch", "touched", func(_ string, stat *zk.Stat) bool { return stat != nil && stat.Version >= n })
		}
		ours := map[string]*node.TTL{"/new": keepTTL(nodePath + "/new"), "/old": keepTTL(nodePath+"/old", node.WithContainer())}
		touches(nodePath+"/new", 1)
		java := start(ctx, t, addr, "ttl", nodePath+"/new", "java", "ttl", nodePath+"/old", "java", "ttl", nodePath+"/theirs", "java")
		ours["/theirs"] = keepTTL(nodePath + "/theirs")
		for name, n := range ours {
			want := "java"
			if name == "/theirs" {
				want = "go"
			}
			until(ctx, t, c, nodePath+name, "adopted", func(data string, _ *zk.Stat) bool { return data == want })
			touches(nodePath+name, 4) // both touch it, once a second
			if got := n.Touched(); got != nil {
				t.Errorf("%s: %v", name, got)
			}
		}
		must(t, second(c.Create(stopPath).Do(ctx)))
		awaitText(ctx, t, java, "closed")
		for name, n := range ours {
			_, stat, err := c.Get(nodePath + name + "/touch").Do(ctx)
			must(t, err)
			touches(nodePath+name, stat.Version+2) // ours goes on
			must(t, n.Close(ctx))
			if ok, _, err := c.Exists(nodePath + name).Do(ctx); err != nil || !ok {
				t.Errorf("%s is deleted: %v", name, err)
			}
		}
	})
}
