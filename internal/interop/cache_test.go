package interop

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/cache"
	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
)

const (
	cacheRoot  = "/interop-cache"
	cacheProof = "/interop-proof"
	// cacheWrites is how many writes each side does, at the same time.
	cacheWrites = 400
)

// startCache starts one of our caches, which is closed with the test.
func startCache[V interface {
	Start(ctx context.Context) error
	Close(ctx context.Context) error
}](t *testing.T, view V, err error,
) V {
	t.Helper()
	if err == nil {
		err = view.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := view.Close(context.Background()); err != nil { // the test's context has ended
			t.Error(err)
		}
	})
	return view
}

// cacheLines are the lines that CachePeer prints of a cache.
func cacheLines(name string, all iter.Seq2[string, *cache.Znode]) (lines []string) {
	for _, z := range all {
		lines = append(lines, fmt.Sprintf("%s %s %d %d %d %s", name, z.Path(), z.Czxid(), z.Mzxid(), z.Stat().Version, z.Data()))
	}
	slices.Sort(lines)
	return lines
}

// Curator's four caches and our three stand on the same tree while a Java and a Go client write into it, and have the same in the end; of
// CuratorCache, see CachePeer.
func TestCacheCurator(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		c, writer := sdk(t, addr), sdk(t, addr)
		if _, err := writer.Create(cacheProof).Do(ctx); err != nil {
			t.Fatal(err)
		}
		tree, err := cache.NewTree(c, cacheRoot)
		tree = startCache(t, tree, err)
		children, err := cache.NewChildren(c, cacheRoot)
		children = startCache(t, children, err)
		node, err := cache.NewNode(c, cacheRoot)
		node = startCache(t, node, err)
		peer := foreign.Start(t, foreign.Java(t, classPath, "CachePeer", addr, cacheRoot, cacheProof, strconv.Itoa(cacheWrites))...)
		if err := peer.WaitFor(ctx, "ready"); err != nil {
			t.Fatalf("%v\n%s", err, peer.Output())
		}
		writeAtRandom(ctx, writer)
		last, stat, err := writer.Create(cacheProof + "/go").ReturningStat().Do(ctx)
		if err != nil {
			t.Fatal(last, err)
		}
		if err := peer.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, peer.Output())
		}
		end := max(stat.Czxid, javaEnd(ctx, t, writer))
		for _, view := range []*cache.Cache{tree.Cache, children.Cache, node.Cache} {
			if err := view.WaitFor(ctx, end); err != nil {
				t.Fatal(err)
			}
		}
		if n := tree.Snapshot().Len(); n < 10 {
			t.Errorf("only %d znodes", n)
		}
		for name, ours := range map[string]iter.Seq2[string, *cache.Znode]{
			"curator":  tree.Snapshot().All(),
			"tree":     tree.Snapshot().All(),
			"children": children.All(),
			"node":     node.Snapshot().All(),
		} {
			theirs := linesOf(peer.Output(), name)
			if want := cacheLines(name, ours); !slices.Equal(theirs, want) {
				t.Errorf("%s:\n%s\nours:\n%s", name, strings.Join(theirs, "\n"), strings.Join(want, "\n"))
			}
		}
		t.Logf("of %d znodes CuratorCache had %d after the storm", tree.Snapshot().Len(), len(linesOf(peer.Output(), "storm")))
	})
}

// linesOf are the lines that CachePeer printed of a cache.
func linesOf(output, name string) (lines []string) {
	for line := range strings.Lines(output) {
		if strings.HasPrefix(line, name+" ") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	slices.Sort(lines)
	return lines
}

// javaEnd is the transaction with which the Java side ended.
func javaEnd(ctx context.Context, t *testing.T, c *client.Client) int64 {
	t.Helper()
	ok, stat, err := c.Exists(cacheProof + "/java").Do(ctx)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return stat.Czxid
}

// writeAtRandom does what CachePeer does. What fails was done by the other one.
func writeAtRandom(ctx context.Context, c *client.Client) {
	r := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // a test that can be repeated
	for range cacheWrites {
		path := cacheRoot
		for range r.IntN(4) {
			path += "/" + string(rune('a'+r.IntN(5)))
		}
		data := []byte(fmt.Sprint("go", r.IntN(1000)))
		switch r.IntN(8) {
		case 0, 1, 2, 3:
			_, _ = c.Create(path).Parents().Data(data).Do(ctx)
		case 4, 5, 6:
			_, _ = c.Set(path).Data(data).Do(ctx)
		default:
			if path != cacheRoot {
				_ = c.Delete(path).WithChildren().Do(ctx)
			}
		}
	}
}
