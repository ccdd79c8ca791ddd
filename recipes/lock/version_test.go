package lock_test

import (
	"testing"

	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A server that knows no containers serves, too, and so does a view of the client.
func TestOldServers(t *testing.T) {
	for _, v := range server.Versions() {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			view := c.Namespace("/team")
			session := c.Session()
			held := acquire(t, mutex(t, view))
			waiter := waiting(t.Context(), t, mutex(t, view))
			if names := contenders(t, view); len(names) != 2 {
				t.Errorf("%v: contenders %q", v, names)
			}
			if ok, _, err := c.Exists("/team" + held.Path()).Do(t.Context()); !ok || err != nil {
				t.Errorf("%v: %s: %v %v", v, held.Path(), ok, err)
			}
			must(t, held.Unlock())
			next := <-waiter
			must(t, next.err)
			must(t, next.held.Unlock())
			if names := contenders(t, view); len(names) != 0 || c.Session() != session {
				t.Errorf("%v: left behind %q", v, names)
			}
		}, zktest.Version(v))
	}
}
