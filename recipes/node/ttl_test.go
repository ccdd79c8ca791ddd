package node_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

const (
	ttl   = 10 * time.Second
	check = 2 * time.Minute // in which a server notices what is due
)

// keepTTL starts a node that is closed at the end.
func keepTTL(tb testing.TB, c *client.Client, data string, opts ...node.TTLOption) *node.TTL {
	tb.Helper()
	n, err := node.NewTTL(c, path, ttl, []byte(data), opts...)
	must(tb, err)
	must(tb, n.Start(tb.Context()))
	tb.Cleanup(func() { _ = n.Close(context.Background()) }) // the test has seen what it wanted
	return n
}

// It stays as long as its owner lives, in either form, and goes by itself some time after.
func TestTTLStays(t *testing.T) {
	for name, opts := range map[string][]node.TTLOption{
		"as 5.9": nil, "as 5.4": {node.WithContainer()}, "named": {node.WithChild("alive"), node.WithFactor(4)},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				n := keepTTL(t, a, "x", opts...)
				made := wantThere(t, b, path, "x").Czxid
				child, every := path+"/touch", ttl/2
				if name == "named" {
					child, every = path+"/alive", ttl/4
				}
				time.Sleep(every - time.Millisecond)
				wantGone(t, b, child)
				time.Sleep(2 * time.Millisecond)
				_, before := there(t, b, child)
				time.Sleep(20 * every)
				_, after := there(t, b, child)
				if before == nil || after == nil || before.Version != 0 || after.Version != 20 || before.Czxid != after.Czxid {
					t.Fatalf("touched %+v, %+v", before, after)
				}
				time.Sleep(10 * time.Minute)
				if stat := wantThere(t, b, path, "x"); stat.Czxid != made || n.Touched() != nil {
					t.Errorf("made in %d, and again in %d; %v", made, stat.Czxid, n.Touched())
				}
				w.Server.ExpireSession(a.Session().ID())
				time.Sleep(10 * time.Minute)
				if stat := wantThere(t, b, path, "x"); stat.Czxid != made {
					t.Errorf("made in %d, and again in %d", made, stat.Czxid)
				}
				must(t, n.Set(t.Context(), []byte("y")))
				must(t, n.Close(t.Context()))
				must(t, n.Close(t.Context()))
				wantThere(t, b, path, "y") // Close does not delete
				time.Sleep(ttl + 2*check)
				wantGone(t, b, path)
			}, extended)
		})
	}
}

// Deleted by hand, with its child: made anew, and touched on.
func TestTTLDeleted(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		n := keepTTL(t, a, "x")
		time.Sleep(ttl)
		for range 3 {
			must(t, b.Delete(path).WithChildren().Do(t.Context()))
			time.Sleep(time.Minute)
			if stat := wantThere(t, b, path, "x"); stat.NumChildren != 1 || n.State().Czxid != stat.Czxid {
				t.Errorf("%+v, %+v", stat, n.State())
			}
		}
		must(t, b.Delete(path+"/touch").Do(t.Context()))
		time.Sleep(ttl)
		wantThere(t, b, path+"/touch", "")
	}, extended)
}

// No connection for longer than the time to live: it goes, and comes again with the connection.
func TestTTLOutlived(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		n := keepTTL(t, a, "x")
		time.Sleep(ttl)
		w.Host("a").Partition()
		time.Sleep(ttl + 2*check)
		wantGone(t, b, path)
		w.Host("a").Heal()
		time.Sleep(ttl)
		must(t, n.Wait(t.Context()))
		wantThere(t, b, path, "x")
		wantThere(t, b, path+"/touch", "")
	}, extended)
}

// A touch that is refused is told.
func TestTTLTouchRefused(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		n := keepTTL(t, a, "x")
		must(t, second(b.SetACL(path).ACL(client.World(zk.PermRead|zk.PermAdmin)).Do(t.Context())))
		time.Sleep(ttl)
		wantError(t, "touched", n.Touched(), zk.ErrNoAuth)
		must(t, second(b.SetACL(path).ACL(client.World(zk.PermAll)).Do(t.Context())))
		time.Sleep(ttl)
		must(t, n.Touched())
		wantThere(t, b, path+"/touch", "")
	}, extended)
}

// A server that knows no time to live says so, and the node does not begin.
func TestTTLUnknown(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		n, err := node.NewTTL(w.Connect(t, "a"), path, ttl, nil)
		must(t, err)
		wantError(t, "start", n.Start(t.Context()), client.ErrUnimplemented)
		must(t, n.Close(t.Context()))
	})
}

func TestTTLCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create("/services").Do(t.Context())))
		s := &spent{w: w, requests: requests(w)}
		keepTTL(t, a, "x")
		time.Sleep(time.Second)
		s.want(t, "start", 2, 0)
		time.Sleep(ttl / 2)
		s.want(t, "the first touch", 2, 0)
		time.Sleep(10 * ttl)
		s.want(t, "twenty more", 20, 0)
	}, extended)
}

func TestTTLMisuse(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for _, opt := range []node.TTLOption{node.WithChild(""), node.WithChild("a/b"), node.WithChild(".."), node.WithFactor(0)} {
			if _, err := node.NewTTL(c, path, ttl, nil, opt); err == nil {
				t.Errorf("%T is fine", opt)
			}
		}
		if _, err := node.NewTTL(c, path, time.Microsecond, nil); err == nil {
			t.Error("a microsecond is fine")
		}
		_, err := node.NewTTL(c, "one", ttl, nil)
		wantError(t, "a bad path", err, zk.ErrInvalidPath)
		n, err := node.NewTTL(c, path, ttl, []byte("x"), node.WithoutParents())
		must(t, err)
		wantError(t, "wait", n.Wait(t.Context()), node.ErrNotStarted)
		wantError(t, "start", n.Start(t.Context()), zk.ErrNoNode)
		must(t, second(c.Create("/services").Do(t.Context())))
		must(t, n.Start(t.Context()))
		wantError(t, "start", n.Start(t.Context()), node.ErrStarted)
		if n.Path() != path || string(n.Data()) != "x" {
			t.Errorf("%s, %q", n.Path(), n.Data())
		}
		for s, err := range n.Changes(t.Context()) {
			if !s.Stands || err != nil {
				t.Errorf("%+v, %v", s, err)
			}
			break
		}
		must(t, n.Close(t.Context()))
		wantError(t, "start", n.Start(t.Context()), node.ErrClosed)
	}, extended)
}

// Whatever is lost, the znode and its child are there in the end, and stay while their owner lives. The server looks often for what is due, so that few of the
// messages are mere touches.
func TestTTLSweep(t *testing.T) {
	const look = ttl / 2
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		a, b := s.Client(t), s.Connect(t, "b")
		n, err := node.NewTTL(a, path, ttl, []byte("x"))
		must(t, err)
		must(t, n.Start(t.Context()))
		time.Sleep(ttl)
		_ = b.Delete(path).WithChildren().Do(t.Context()) // it may be under way
		time.Sleep(20 * time.Second)
		state := n.State()
		time.Sleep(ttl + 2*look)
		if stat := wantThere(t, b, path, "x"); stat.Czxid != state.Czxid || !state.Stands || n.State() != state || n.Touched() != nil {
			t.Errorf("%+v, then %+v; touched %v", state, n.State(), n.Touched())
		}
		if _, stat := there(t, b, path+"/touch"); stat == nil {
			t.Error("not touched")
		}
		must(t, n.Close(t.Context()))
		time.Sleep(2*ttl + 2*look) // the child's, and then its own
		if _, stat := there(t, b, path); stat != nil && s.Fault.Name != zktest.ForeignChild {
			t.Errorf("it stays: %+v", stat)
		}
	}, zktest.InParallel(), zktest.WithWorld(extended, zktest.WithServer(server.WithContainerCheck(look, 10000))),
		zktest.WithFolders(path), zktest.WithoutFaults(zktest.DeletedByHand, zktest.WrittenByHand))
}

// A Start that is given up while it is closed leaves nothing that runs.
func TestTTLClosedWhileStarting(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		w.Host("a").Partition()
		n, err := node.NewTTL(a, path, ttl, nil)
		must(t, err)
		go func() {
			time.Sleep(time.Second)
			_ = n.Close(t.Context())
		}()
		if err := n.Start(t.Context()); !errors.Is(err, node.ErrClosed) {
			t.Error(fmt.Sprint(err))
		}
		w.Host("a").Heal()
	}, extended)
}
