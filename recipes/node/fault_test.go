package node_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
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
			}, zktest.InParallel(), zktest.WithWorld(extended), zktest.WithFolders(client.Parent(path)), zktest.LeavesNothing(9*time.Second, client.Parent(path)))
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
	}, zktest.InParallel(), zktest.WithFolders(client.Parent(path)), zktest.LeavesNothing(9*time.Second, client.Parent(path)))
}

// A create that was given up is never taken up again: the next attempt has an id of its own (CURATOR-45, -79).
func TestNewAttemptHasNewID(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create(client.Parent(path)).Do(t.Context())))
		var asked []string
		defer w.Net.Intercept(func(f fault.Frame) fault.Action {
			if f.Host == "a" && !f.Reply && strings.HasPrefix(f.Op, "create") && strings.HasPrefix(f.Path, "/") {
				asked = append(asked, f.Path)
			}
			return fault.Pass
		})()
		p, err := node.NewPersistent(a, path, nil, node.WithProtection())
		must(t, err)
		w.Net.Inject(dropReply("a"))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		wantError(t, "start", p.Start(ctx), context.DeadlineExceeded)
		must(t, p.Start(t.Context()))
		time.Sleep(10 * time.Second) // what was given up is deleted
		if len(asked) != 2 || asked[0] == asked[1] || asked[1] != p.Path() {
			t.Errorf("asked for %q, it is %s", asked, p.Path())
		}
		names, _, err := b.Children(client.Parent(path)).Do(t.Context())
		if len(names) != 1 || err != nil {
			t.Errorf("%v, %v", names, err)
		}
		must(t, p.Close(t.Context()))
	})
}

// watches is how many watches the server has, by its own word.
func watches(t *testing.T, w *zktest.World) string {
	t.Helper()
	conn, err := w.Host("operator").Dial("tcp", w.Addr, time.Second)
	must(t, err)
	defer conn.Close()
	_, err = conn.Write([]byte("wchs"))
	must(t, err)
	text, err := io.ReadAll(conn)
	must(t, err)
	_, total, _ := strings.Cut(string(text), "Total watches:")
	return strings.TrimSpace(total)
}

// Looking for a znode that has gone leaves no watch behind, and neither does Close.
func TestLeavesNoWatch(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create(client.Parent(path)).Do(t.Context())))
		p := keep(t, a, "x", node.WithoutParents(), node.WithMode(node.ModePersistent))
		for range 3 {
			settle(t, p)
			if n := watches(t, w); n != "1" {
				t.Errorf("%s watches", n)
			}
			must(t, b.Delete(path).Do(t.Context()))
		}
		settle(t, p)
		must(t, b.Delete(client.Parent(path)).WithChildren().Do(t.Context()))
		time.Sleep(5 * time.Minute) // tries again and again, in vain
		if n := watches(t, w); n != "0" || p.State().Stands {
			t.Errorf("%s watches, %+v", n, p.State())
		}
		must(t, second(b.Create(client.Parent(path)).Do(t.Context())))
		time.Sleep(time.Minute)
		settle(t, p)
		must(t, p.Close(t.Context()))
		time.Sleep(time.Second)
		if n := watches(t, w); n != "0" {
			t.Errorf("%s watches after Close", n)
		}
	}, zktest.WithServer(server.WithFourLetterWords("wchs")))
}
