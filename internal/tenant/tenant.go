// Package tenant checks in tests that a recipe stays where its client put it: all of its znodes below the client's namespace, and all with the access
// control list that the client's provider gives.
package tenant

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// home is the namespace.
const home = "/home/of/recipes"

// list is what the provider gives: everybody may do everything, so that nothing is in the way, and one entry that nobody else would make.
var list = []zk.ACL{client.World(zk.PermAll), client.IP("10.1.2.3", zk.PermRead)}

// Check runs body with a client of a World's server that is a view of a namespace and has a provider. body calls look while the recipe has
// its znodes: it checks all that there are, and returns their paths as the view knows them, in order. Paths that body's host asks for
// outside of the namespace are an error, too.
func Check(t *testing.T, body func(t *testing.T, w *zktest.World, c *client.Client, look func() []string), opts ...zktest.Option) {
	t.Helper()
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		var abroad outsiders
		defer w.Net.Intercept(abroad.see)()
		provider := client.WithACLProvider(func(string) []zk.ACL { return list })
		looker := w.Connect(t, "looker")
		body(t, w, w.Connect(t, "tenant", provider).Namespace(home), func() []string { return walk(t, looker) })
		if paths := abroad.list(); len(paths) != 0 {
			t.Errorf("asked for outside of the namespace: %q", paths)
		}
	}, opts...)
}

// walk checks all znodes.
func walk(tb testing.TB, c *client.Client) (paths []string) {
	tb.Helper()
	ctx := tb.Context()
	for left := []string{"/"}; len(left) > 0; {
		path := left[0]
		names, _, err := c.Children(path).Do(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			names, err = nil, nil
		}
		if err != nil {
			tb.Fatal(err)
		}
		left = left[1:]
		for _, name := range names {
			if path != "/" || name != "zookeeper" {
				left = append(left, client.Join(path, name))
			}
		}
		if path == "/" {
			continue
		}
		if got, _, err := c.GetACL(path).Do(ctx); err == nil && !slices.Equal(got, list) {
			tb.Errorf("%s has the list %v", path, got)
		} else if err != nil && !errors.Is(err, zk.ErrNoNode) { // it has gone meanwhile
			tb.Fatal(err)
		}
		switch inside, ok := strings.CutPrefix(path, home+"/"); {
		case ok:
			paths = append(paths, "/"+inside)
		case !above(path):
			tb.Errorf("%s is outside of the namespace", path)
		}
	}
	slices.Sort(paths)
	return paths
}

// above tells whether a path is the namespace's own, or leads to it.
func above(path string) bool { return strings.HasPrefix(home+"/", strings.TrimSuffix(path, "/")+"/") }

// outsiders are paths outside of the namespace.
type outsiders struct {
	mu    sync.Mutex
	paths []string
}

func (o *outsiders) see(f fault.Frame) fault.Action {
	inside := f.Path == "" || above(f.Path) || strings.HasPrefix(f.Path, home+"/")
	if f.Host == "tenant" && !f.Reply && !inside && !strings.HasPrefix(f.Path, "/zookeeper/") { // which is the client's own business
		o.mu.Lock()
		defer o.mu.Unlock()
		o.paths = append(o.paths, f.Path)
	}
	return fault.Pass
}

func (o *outsiders) list() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.paths
}
