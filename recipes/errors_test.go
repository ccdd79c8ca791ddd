package recipes_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// failure is an error that must say what failed: the recipe, where, and why.
type failure struct {
	recipe, path string
	is           error
}

func (f failure) check(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, f.is) {
		t.Fatalf("%s: %v, want %v", f.recipe, err, f.is)
	}
	family, _, _ := strings.Cut(f.recipe, ".")
	if text := err.Error(); !strings.HasPrefix(text, family+": ") || !strings.Contains(text, f.path) {
		t.Errorf("%s: %q does not say %s and %s", f.recipe, text, family, f.path)
	}
}

// Constructors say which path it is that no server would take.
func TestBadPaths(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for name, of := range every {
			for _, path := range []string{"home/of/it", "/home//it", "/home/of/it/", "/home/../it"} {
				life, err := of(c, path)
				if err == nil && name == "lock.Revoke" { // which has no constructor
					err = life(t.Context())
				}
				failure{recipe: name, path: path, is: zk.ErrInvalidPath}.check(t, err)
			}
		}
	})
}

// A recipe that may not touch its path says so.
func TestNoAuth(t *testing.T) {
	for name, of := range every {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				const path = "/home/of/it"
				c, owner := w.Connect(t, "a"), w.Connect(t, "b")
				only := []zk.ACL{client.Digest("ann", "secret", zk.PermAll)}
				must(t, owner.AddAuth(t.Context(), "digest", []byte("ann:secret")))
				must(t, second(owner.Create("/home/of").Parents().ACL(only...).Do(t.Context())))
				must(t, second(owner.Create(path).Data([]byte("1")).ACL(only...).Do(t.Context())))
				life, err := of(c, path)
				must(t, err)
				err = life(t.Context())
				if strings.HasPrefix(name, "cache.") { // to them what may not be read is not there
					must(t, err)
					return
				}
				failure{recipe: name, path: path, is: zk.ErrNoAuth}.check(t, err)
			})
		})
	}
}
