package node_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// modes are all kinds of znode, and what their options are.
var modes = map[string][]node.Option{
	"ephemeral":                       nil,
	"ephemeral protected":             {node.WithProtection()},
	"ephemeral sequential":            {node.WithMode(node.ModeEphemeralSequential)},
	"ephemeral sequential plain":      {node.WithMode(node.ModeEphemeralSequential), node.WithPlainName()},
	"persistent":                      {node.WithMode(node.ModePersistent)},
	"persistent sequential":           {node.WithMode(node.ModePersistentSequential)},
	"persistent sequential protected": {node.WithMode(node.ModePersistentSequential), node.WithProtection()},
	"container":                       {node.WithMode(node.ModeContainer)},
	"time to live":                    {node.WithMode(node.ModePersistent), node.WithTTL(time.Hour)},
	"time to live sequential":         {node.WithMode(node.ModePersistentSequential), node.WithTTL(time.Hour)},
}

// extended lets the server know znodes with a time to live.
var extended = zktest.WithServer(server.WithExtendedTypes(true))

// In every mode: made, made anew under the same name after a delete and after the end of the session, with the newest data, and gone after Close.
func TestModes(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				a, b := w.Connect(t, "a"), w.Connect(t, "b")
				p := keep(t, a, "one", opts...)
				at := p.Path()
				ephemeral := !strings.Contains(name, "persistent") && strings.Contains(name, "ephemeral")
				check := func(data string) *zk.Stat {
					t.Helper()
					settle(t, p)
					stat := wantThere(t, b, at, data)
					if owner := stat.EphemeralOwner; ephemeral && owner != a.Session().ID() || !ephemeral && owner != 0 {
						t.Errorf("owner %x", owner)
					}
					state := p.State()
					if state.Path != at || !state.Stands || state.Czxid != stat.Czxid || state.Adopted || state.Err != nil {
						t.Errorf("state %+v of a znode made in %d", state, stat.Czxid)
					}
					if got := string(p.Data()); got != data {
						t.Errorf("the data is to be %q", got)
					}
					return stat
				}
				first := check("one")
				must(t, p.Set(t.Context(), []byte("two")))
				check("two")
				must(t, b.Delete(at).Do(t.Context()))
				second := check("two")
				if second.Czxid == first.Czxid {
					t.Error("not made anew")
				}
				w.Server.ExpireSession(a.Session().ID())
				time.Sleep(5 * time.Second)
				third := check("two")
				if made := third.Czxid != second.Czxid; made != ephemeral {
					t.Errorf("made anew in a new session: %v", made)
				}
				names, _, err := b.Children(client.Parent(at)).Do(t.Context())
				if len(names) != 1 || err != nil {
					t.Errorf("%v, %v", names, err)
				}
				must(t, p.Close(t.Context()))
				wantGone(t, b, at)
				if state := p.State(); state.Stands || !errors.Is(state.Err, node.ErrClosed) {
					t.Errorf("closed: %+v", state)
				}
			}, extended)
		})
	}
}

// A protected sequential znode comes back with the same id and the same digits, made by a create that is not sequential, so that neither
// piles up (CURATOR-190).
func TestNameStaysTheSame(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create(client.Parent(path)).Do(t.Context())))
		for range 7 { // the parent's counter runs
			made, err := b.Create(path + "-").Sequential().Do(t.Context())
			must(t, err)
			must(t, b.Delete(made).Do(t.Context()))
		}
		p := keep(t, a, "x", node.WithMode(node.ModeEphemeralSequential))
		at := p.Path()
		if base := client.Base(at); !strings.HasPrefix(base, "_c_") || base[39] != '-' || base[40:] != "one0000000007" {
			t.Fatalf("named %s", at)
		}
		for range 3 {
			must(t, b.Delete(at).Do(t.Context()))
			settle(t, p)
			wantThere(t, b, at, "x")
			w.Server.ExpireSession(a.Session().ID())
			time.Sleep(5 * time.Second)
			settle(t, p)
			wantThere(t, b, at, "x")
		}
		if p.Path() != at {
			t.Errorf("now %s, before %s", p.Path(), at)
		}
	})
}

// second drops a call's result.
func second[T any](_ T, err error) error { return err }

// What is there is adopted and overwritten (CURATOR-154), and made anew when its own session ends.
func TestAdopts(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b, other := w.Connect(t, "a"), w.Connect(t, "b"), w.Connect(t, "other")
		must(t, second(other.Create(path).Ephemeral().Parents().Data([]byte("theirs")).Do(t.Context())))
		p := keep(t, a, "ours")
		settle(t, p)
		stat := wantThere(t, b, path, "ours")
		if state := p.State(); !state.Adopted || !state.Stands || stat.EphemeralOwner != other.Session().ID() {
			t.Errorf("state %+v, owner %x", state, stat.EphemeralOwner)
		}
		must(t, p.Set(t.Context(), []byte("ours, newer")))
		if !p.State().Adopted {
			t.Error("a write makes it one's own")
		}
		w.Server.ExpireSession(other.Session().ID())
		time.Sleep(time.Second)
		settle(t, p)
		stat = wantThere(t, b, path, "ours, newer")
		if state := p.State(); state.Adopted || !state.Stands || stat.EphemeralOwner != a.Session().ID() {
			t.Errorf("state %+v, owner %x", state, stat.EphemeralOwner)
		}
		must(t, p.Close(t.Context()))
		wantGone(t, b, path)
	})
}

// Deleted and made anew by somebody else between the event and the look: adopted, with one's own data.
func TestTakenOver(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := keep(t, a, "ours", node.WithMode(node.ModePersistent))
		settle(t, p)
		must(t, second(b.Txn(b.Delete(path), b.Create(path).Data([]byte("theirs"))).Do(t.Context())))
		settle(t, p)
		stat := wantThere(t, b, path, "ours")
		if state := p.State(); !state.Adopted || state.Czxid != stat.Czxid {
			t.Errorf("state %+v, made in %d", state, stat.Czxid)
		}
	})
}

// What others write stays, until the next Set or until the znode is made anew.
func TestForeignData(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := keep(t, a, "ours")
		for range 2 {
			must(t, second(b.Set(path).Data([]byte("theirs")).Do(t.Context())))
			settle(t, p)
			wantThere(t, b, path, "theirs")
		}
		must(t, b.Delete(path).Do(t.Context())) // it is still watched
		settle(t, p)
		wantThere(t, b, path, "ours")
		must(t, second(b.Set(path).Data([]byte("theirs")).Do(t.Context())))
		must(t, p.Set(t.Context(), []byte("newer")))
		wantThere(t, b, path, "newer")
	})
}

// A session that is lost here while the server still has it: State says so at once, and the client ends the session when it can, so that the znode
// is made anew without waiting for the server's clock.
func TestLostBeforeTheServerKnows(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := keep(t, a, "ours")
		settle(t, p)
		old := a.Session()
		w.Host("a").PartitionReceive() // the server hears of the client, and keeps its session
		<-old.Context().Done()
		synctest.Wait()
		if state := p.State(); state.Stands || !errors.Is(state.Err, client.ErrSessionLost) {
			t.Errorf("lost: %+v", state)
		}
		if stat := wantThere(t, b, path, "ours"); stat.EphemeralOwner != old.ID() {
			t.Errorf("owner %x", stat.EphemeralOwner)
		}
		w.Host("a").Heal()
		time.Sleep(time.Second)
		settle(t, p)
		now := wantThere(t, b, path, "ours")
		if now.EphemeralOwner != a.Session().ID() || a.Session() == old || p.State().Adopted {
			t.Errorf("owner %x, state %+v", now.EphemeralOwner, p.State())
		}
		time.Sleep(time.Minute)
		if again := wantThere(t, b, path, "ours"); again.Czxid != now.Czxid {
			t.Error("made twice")
		}
	})
}

// Suspended: State goes on saying that it stands, and a Set waits.
func TestSuspended(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := keep(t, a, "one")
		settle(t, p)
		before := p.State()
		w.Host("a").Partition()
		for a.State().Connected() {
			time.Sleep(100 * time.Millisecond)
		}
		if p.State() != before {
			t.Errorf("suspended: %+v", p.State())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		wantError(t, "a Set without a connection", p.Set(ctx, []byte("two")), context.DeadlineExceeded)
		w.Host("a").Heal()
		time.Sleep(5 * time.Second)
		settle(t, p)
		wantThere(t, b, path, "two") // it is still what the znode is to hold (CURATOR-241)
		if state := p.State(); state != before {
			t.Errorf("before %+v, after %+v", before, state)
		}
	})
}

// A refusal is told, and tried again without anybody's help.
func TestRefused(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create("/services").ACL(client.World(zk.PermRead)).Do(t.Context())))
		p, err := node.NewPersistent(a, path, nil)
		must(t, err)
		wantError(t, "start", p.Start(t.Context()), zk.ErrNoAuth)
		must(t, b.Delete("/services").Do(t.Context()))
		must(t, p.Start(t.Context()))
		settle(t, p)
		must(t, b.Delete(path).Do(t.Context())) // mended at once, since the parent lets it
		settle(t, p)
		if got := p.State(); !got.Stands {
			t.Errorf("state %+v", got)
		}
		must(t, p.Close(t.Context()))
	})
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p, err := node.NewPersistent(a, path, []byte("x"), node.WithoutParents())
		must(t, err)
		wantError(t, "without a parent", p.Start(t.Context()), zk.ErrNoNode)
		must(t, second(b.Create("/services").Do(t.Context())))
		must(t, p.Start(t.Context()))
		settle(t, p)
		must(t, b.Delete("/services").WithChildren().Do(t.Context()))
		time.Sleep(time.Minute)
		wantError(t, "the parent is gone", p.Wait(t.Context()), zk.ErrNoNode)
		if state := p.State(); state.Stands || !errors.Is(state.Err, zk.ErrNoNode) {
			t.Errorf("state %+v", state)
		}
		must(t, second(b.Create("/services").Do(t.Context())))
		time.Sleep(30 * time.Second)
		synctest.Wait()
		must(t, p.Wait(t.Context()))
		wantThere(t, b, path, "x")
		must(t, p.Close(t.Context()))
	})
}

// A write that is refused is told, and the node goes on being kept.
func TestWriteRefused(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := keep(t, a, "one")
		settle(t, p)
		must(t, second(b.SetACL(path).ACL(client.World(zk.PermDelete)).Do(t.Context())))
		wantError(t, "a Set", p.Set(t.Context(), []byte("two")), zk.ErrNoAuth)
		must(t, b.Delete(path).Do(t.Context())) // seen though it may not be read
		time.Sleep(time.Second)
		settle(t, p)
		wantThere(t, b, path, "two")
	})
}

// A create that is under way at Close is undone when it comes about (CURATOR-18), and so is one when Start gives up.
func TestCreateInFlightIsUndone(t *testing.T) {
	for name, opts := range modes {
		if strings.HasSuffix(name, "plain") {
			continue // which says that it does not
		}
		for _, closes := range []bool{true, false} {
			t.Run(fmt.Sprint(name, closes), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					a, b := w.Connect(t, "a"), w.Connect(t, "b")
					must(t, second(b.Create(client.Parent(path)).Do(t.Context())))
					p, err := node.NewPersistent(a, path, nil, opts...)
					must(t, err)
					w.Net.Inject(dropReply("a")) // the create is done, and nobody hears of it
					ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
					defer cancel()
					if closes {
						go func() {
							time.Sleep(20 * time.Millisecond)
							_ = p.Close(t.Context())
						}()
						wantError(t, "start", p.Start(ctx), node.ErrClosed)
					} else {
						wantError(t, "start", p.Start(ctx), context.DeadlineExceeded)
					}
					time.Sleep(9 * time.Second) // the connection is given up and made anew, in the same session
					names, _, err := b.Children(client.Parent(path)).Do(t.Context())
					if len(names) != 0 || err != nil {
						t.Errorf("left: %v, %v", names, err)
					}
					_ = p.Close(t.Context())
				}, extended)
			})
		}
	}
}

// The stream tells each creation by its transaction, each loss by its cause, and the end.
func TestChanges(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p, err := node.NewPersistent(a, path, nil)
		must(t, err)
		var heard []node.State
		var end error
		go func() {
			for s, err := range p.Changes(t.Context()) {
				if end = err; err == nil {
					heard = append(heard, s)
				}
			}
		}()
		synctest.Wait()
		must(t, p.Start(t.Context()))
		time.Sleep(time.Second)
		must(t, b.Delete(path).Do(t.Context()))
		time.Sleep(time.Second)
		w.Server.ExpireSession(a.Session().ID())
		time.Sleep(5 * time.Second)
		must(t, p.Close(t.Context()))
		synctest.Wait()
		wantError(t, "the stream's end", end, node.ErrClosed)
		var stands []int64
		var lost, deleted bool
		for _, s := range heard {
			if s.Stands && (len(stands) == 0 || stands[len(stands)-1] != s.Czxid) {
				stands = append(stands, s.Czxid)
			}
			lost = lost || errors.Is(s.Err, client.ErrSessionLost)
			deleted = deleted || errors.Is(s.Err, node.ErrDeleted)
		}
		if len(stands) != 3 || !lost || !deleted || heard[0] != (node.State{}) {
			t.Errorf("heard %+v", heard)
		}
	}, zktest.WithNetwork(fault.WithLatency(time.Millisecond))) // else it stands again before the loop looks
}

func TestMisuse(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for _, opts := range [][]node.Option{
			{node.WithMode(-1)}, {node.WithMode(node.ModeContainer + 1)}, {node.WithMode(node.ModeContainer), node.WithProtection()},
			{node.WithPlainName()}, {node.WithTTL(time.Second)}, {node.WithMode(node.ModePersistent), node.WithTTL(time.Microsecond)},
			{node.WithMode(node.ModeEphemeralSequential), node.WithPlainName(), node.WithProtection()},
		} {
			if _, err := node.NewPersistent(c, path, nil, opts...); err == nil {
				t.Errorf("%d options are fine", len(opts))
			}
		}
		_, err := node.NewPersistent(c, "one", nil)
		wantError(t, "a bad path", err, zk.ErrInvalidPath)
		if !strings.Contains(err.Error(), `persistent "one"`) {
			t.Errorf("it says %q", err)
		}
		p, err := node.NewPersistent(c, path, []byte("x"))
		must(t, err)
		before := requests(w)
		wantError(t, "not started", p.Wait(t.Context()), node.ErrNotStarted)
		wantError(t, "not started", p.Set(t.Context(), nil), node.ErrNotStarted)
		if n := requests(w) - before; n != 0 || p.Path() != "" {
			t.Errorf("a constructor that makes %d requests", n)
		}
		must(t, p.Start(t.Context()))
		wantError(t, "twice", p.Start(t.Context()), node.ErrStarted)
		data := p.Data()
		data[0] = 'y'
		if !bytes.Equal(p.Data(), []byte("x")) {
			t.Error("data is shared")
		}
		must(t, p.Close(t.Context()))
		must(t, p.Close(t.Context()))
		wantError(t, "closed", p.Start(t.Context()), node.ErrClosed)
		wantError(t, "closed", p.Set(t.Context(), nil), node.ErrClosed)
		wantError(t, "closed", p.Wait(t.Context()), node.ErrClosed)

		never, err := node.NewPersistent(c, path, nil)
		must(t, err)
		must(t, never.Close(t.Context()))
		wantError(t, "closed before", never.Start(t.Context()), node.ErrClosed)
	})
}

// A client that is closed ends the node, too.
func TestClientClosed(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		p := keep(t, a, "x")
		settle(t, p)
		must(t, a.Close(t.Context()))
		synctest.Wait()
		wantGone(t, b, path)
		wantError(t, "wait", p.Wait(t.Context()), client.ErrClosed)
		wantError(t, "set", p.Set(t.Context(), nil), client.ErrClosed)
		if s := p.State(); s.Stands || !errors.Is(s.Err, client.ErrClosed) {
			t.Errorf("state %+v", s)
		}
		must(t, p.Close(t.Context()))
	})
}

// The znode has children, so Close cannot delete it, and says so.
func TestCloseWithChildren(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		p := keep(t, a, "x", node.WithMode(node.ModePersistent))
		must(t, second(a.Create(path+"/child").Do(t.Context())))
		wantError(t, "close", p.Close(t.Context()), zk.ErrNotEmpty)
		wantError(t, "again", p.Close(t.Context()), zk.ErrNotEmpty)
	})
}
