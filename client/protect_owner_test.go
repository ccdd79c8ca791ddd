package client_test

import (
	"testing"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A builder that runs again finds the znode of its earlier run, but not as its own if that is another session's: it ends with that one, and a new one is
// made (CURATOR-498).
func TestProtectedCreateOfAnotherSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c, other := w.Connect(t, "a"), w.Connect(t, "b")
		var at string
		w.Net.Intercept(func(f fault.Frame) fault.Action {
			if at == "" && fault.Request("create").Host("a").Matches(f) {
				at = f.Path
				return fault.Cut
			}
			return fault.Pass
		})
		create := c.Create("/x").Ephemeral().Protected()
		if _, err := create.Async(t.Context()).Wait(t.Context()); err == nil {
			t.Fatal("a lost create has an answer")
		}
		if _, err := other.Create(at).Ephemeral().Do(t.Context()); err != nil { // stands for the session before
			t.Fatal(err)
		}
		path, err := create.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, stat, err := c.Get(path).Do(t.Context())
		if err != nil || stat.EphemeralOwner != c.Session().ID() {
			t.Errorf("%s of session %x, not %x: %v", path, stat.EphemeralOwner, c.Session().ID(), err)
		}
	})
}
