package recipes_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

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

// The end of the call's own context comes back as its cause, whether it has ended before or while there was no connection.
func TestOwnContextEnds(t *testing.T) {
	enough := errors.New("enough")
	for name, of := range every {
		for when, after := range map[string]time.Duration{"before": 0, "without a connection": 5 * time.Second} {
			t.Run(name+" "+when, func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					c := w.Connect(t, "a")
					life, err := of(c, "/home/of/it")
					must(t, err)
					w.Net.Refuse("zk", true)
					w.Net.CutAll()
					synctest.Wait() // now the client knows it, and sends nothing that may be applied
					ctx, cancel := context.WithTimeoutCause(t.Context(), after, enough)
					defer cancel()
					if err := life(ctx); err != enough { //nolint:errorlint // not even wrapped
						t.Errorf("%v", err)
					}
					w.Net.Refuse("zk", false)
					time.Sleep(time.Minute) // what was left to the background is done
				})
			})
		}
	}
}

// waits are those that wait for a connection whatever the retry policy is, until their context ends, as they say.
var waits = []string{
	"leader.Latch", "leader.Selector", "leader.Observer of selectors", "node.Persistent", "node.TTL", "group.Member", "group.View", "party.Party looked at",
	"lease.Lease", "lease.Multi", "cache.Node", "cache.Children", "cache.Tree",
}

// What the retry policy gave up on is an error of the connection's that says path and recipe, or else a recipe waits for as long as its
// caller does.
func TestGivenUp(t *testing.T) {
	enough := errors.New("enough")
	for name, of := range every {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a", client.WithRetry(client.RetryNTimes(2, 100*time.Millisecond)))
				life, err := of(c, "/home/of/it")
				must(t, err)
				w.Net.Refuse("zk", true)
				w.Net.CutAll()
				ctx, cancel := context.WithTimeoutCause(t.Context(), 10*time.Minute, enough)
				defer cancel()
				err = life(ctx)
				if slices.Contains(waits, name) {
					if !errors.Is(err, enough) {
						t.Errorf("%v", err)
					}
				} else {
					failure{recipe: name, path: "/home/of/it", is: client.ErrConnectionLoss}.check(t, err)
				}
				w.Net.Refuse("zk", false)
				time.Sleep(time.Minute)
			})
		})
	}
}
