package node_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// dropReply loses the answer to a host's next request.
func dropReply(host string) *fault.Rule {
	return fault.Nth(1, fault.Reply("").Host(host).When("ours", func(f fault.Frame) bool { return f.Xid < -100 }), fault.Drop)
}

// Whatever is lost, the znode is there in the end, once, with the newest data, under the name that it had; it says so; and Close leaves nothing.
func TestSweep(t *testing.T) {
	for name, opts := range modes {
		if strings.HasSuffix(name, "plain") {
			continue // which says that it may leave one
		}
		t.Run(name, func(t *testing.T) {
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
				a, b := s.Client(t), s.Connect(t, "b")
				p, err := node.NewPersistent(a, path, []byte("one"), opts...)
				must(t, err)
				must(t, p.Start(t.Context()))
				at := p.Path()
				_ = p.Set(t.Context(), []byte("two")) // the data is to be written whatever it says
				_ = b.Delete(at).Do(t.Context())      // it may be under way
				time.Sleep(15 * time.Second)          // the fault is noticed, and mended
				must(t, p.Set(t.Context(), []byte("three")))
				time.Sleep(15 * time.Second)
				data, stat := there(t, b, at)
				if stat == nil || data != "three" && s.Fault.Name != zktest.WrittenByHand { // which stays until the next Set
					t.Fatalf("%s holds %q, %+v", at, data, stat)
				}
				if state := p.State(); state.Path != at || !state.Stands || state.Czxid != stat.Czxid || p.Path() != at {
					t.Errorf("%+v of %s, made in %d", state, at, stat.Czxid)
				}
				names, _, err := b.Children(client.Parent(path)).Do(t.Context())
				must(t, err)
				var here []string
				for _, n := range names {
					if n != "readme" {
						here = append(here, n)
					}
				}
				if len(here) != 1 {
					t.Errorf("%v", here)
				}
				_ = p.Close(t.Context()) // may not be confirmed
			}, zktest.WithWorld(extended), zktest.WithFolders(client.Parent(path)), zktest.LeavesNothing(9*time.Second, client.Parent(path)))
		})
	}
}

// The same for a Start that is given up: it leaves nothing, and can be repeated.
func TestSweepGivenUp(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		a, b := s.Client(t), s.Connect(t, "b")
		p, err := node.NewPersistent(a, path, []byte("x"), node.WithMode(node.ModePersistent))
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err = p.Start(ctx)
		cancel()
		if err != nil {
			time.Sleep(10 * time.Second)
			wantGone(t, b, path)
			must(t, p.Start(t.Context()))
		}
		wantThere(t, b, path, "x")
		_ = p.Close(t.Context()) // may not be confirmed
	}, zktest.WithFolders(client.Parent(path)), zktest.LeavesNothing(9*time.Second, client.Parent(path)))
}
