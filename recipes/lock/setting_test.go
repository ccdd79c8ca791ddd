package lock_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Every kind keeps to its namespace: nothing is made outside, and who has the same namespace shares the lock.
func TestKindsInANamespace(t *testing.T) {
	for name, kind := range sweptKinds {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			held, err := kind.app(t, c.Namespace("/team"))(t.Context())
			must(t, err)
			elsewhere, err := kind.other(t, c)(t.Context())
			must(t, err)
			must(t, elsewhere.Unlock())
			done := make(chan anyHold, 1)
			go func() {
				next, err := kind.other(t, w.Connect(t, "b").Namespace("/team"))(t.Context())
				if err != nil {
					t.Error(err)
				}
				done <- next
			}()
			synctest.Wait()
			ephemerals := 0
			for n, err := range c.Walk("/").Do(t.Context()) {
				must(t, err)
				if n.Stat.EphemeralOwner == 0 {
					continue
				}
				if ephemerals++; !strings.HasPrefix(n.Path, "/team"+path+"/") {
					t.Errorf("%s: %s", name, n.Path)
				}
			}
			if ephemerals < len(tokens(held)) || len(done) != 0 {
				t.Errorf("%s: %d ephemerals, %d other holders", name, ephemerals, len(done))
			}
			must(t, held.Unlock())
			must(t, (<-done).Unlock())
		})
	}
}

// Every znode that a kind makes has the ACL that the provider says for it.
func TestKindsWithAnACLProvider(t *testing.T) {
	for name, kind := range sweptKinds {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			list := []zk.ACL{client.World(zk.PermAll), client.Digest("ann", "secret", zk.PermRead)}
			c := w.Connect(t, "a", client.WithACLProvider(func(string) []zk.ACL { return list }))
			held, err := kind.app(t, c)(t.Context())
			must(t, err)
			time.Sleep(time.Second) // what was needed to acquire it has been given back
			znodes := 0
			for n, err := range c.Walk("/locks").Do(t.Context()) {
				must(t, err)
				znodes++
				got, _, err := c.GetACL(n.Path).Do(t.Context())
				must(t, err)
				if !slices.Equal(got, list) {
					t.Errorf("%s: %s has %v", name, n.Path, got)
				}
			}
			if znodes < 2+len(tokens(held)) {
				t.Errorf("%s: %d znodes", name, znodes)
			}
			must(t, held.Unlock())
		})
	}
}
