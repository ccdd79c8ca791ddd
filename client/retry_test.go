package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What each call reports when its first reply, or its first request, is lost.
func TestLostFrames(t *testing.T) {
	type outcome struct {
		is      error // nil: success
		applied bool  // MayHaveApplied
		changes int64 // transactions that the op made, failed ones included
	}
	for _, tt := range []struct {
		name          string
		op            string
		run           func(ctx context.Context, c *client.Client) error
		reply, noSend outcome // the reply is lost; the request is lost
	}{
		{"get", "getData", func(ctx context.Context, c *client.Client) error {
			_, _, err := c.Get("/n").Do(ctx)
			return err
		}, outcome{}, outcome{}},
		{"exists", "exists", func(ctx context.Context, c *client.Client) error {
			_, _, err := c.Exists("/n").Do(ctx)
			return err
		}, outcome{}, outcome{}},
		{"children", "getChildren2", func(ctx context.Context, c *client.Client) error {
			_, _, err := c.Children("/").Do(ctx)
			return err
		}, outcome{}, outcome{}},
		{"create", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Do(ctx)
			return err
		}, outcome{zk.ErrNodeExists, true, 2}, outcome{nil, false, 1}},
		{"create ephemeral", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Ephemeral().Do(ctx)
			return err
		}, outcome{nil, false, 2}, outcome{nil, false, 1}},
		{"create sequential", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Do(ctx)
			return err
		}, outcome{client.ErrConnectionLoss, true, 1}, outcome{client.ErrConnectionLoss, true, 0}},
		{"create protected", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Protected().Do(ctx)
			return err
		}, outcome{nil, false, 1}, outcome{nil, false, 1}},
		{"create protected ephemeral", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Ephemeral().Protected().Do(ctx)
			return err
		}, outcome{nil, false, 1}, outcome{nil, false, 1}},
		{"create protected by the caller", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/__lock__").Sequential().Ephemeral().ProtectedBy("0123456789abcdef0123456789abcdef").Do(ctx)
			return err
		}, outcome{nil, false, 1}, outcome{nil, false, 1}},
		{"set any version", "setData", func(ctx context.Context, c *client.Client) error {
			_, err := c.Set("/n").Data([]byte("y")).Do(ctx)
			return err
		}, outcome{nil, false, 2}, outcome{nil, false, 1}},
		{"set at a version", "setData", func(ctx context.Context, c *client.Client) error {
			_, err := c.Set("/n").Data([]byte("y")).Version(0).Do(ctx)
			return err
		}, outcome{zk.ErrBadVersion, true, 2}, outcome{nil, false, 1}},
		{"delete", "delete", func(ctx context.Context, c *client.Client) error {
			return c.Delete("/n").Do(ctx)
		}, outcome{zk.ErrNoNode, true, 2}, outcome{nil, false, 1}},
		{"transaction", "multi", func(ctx context.Context, c *client.Client) error {
			_, err := c.Txn(c.Set("/n").Data([]byte("y"))).Do(ctx)
			return err
		}, outcome{client.ErrConnectionLoss, true, 1}, outcome{client.ErrConnectionLoss, true, 0}},
		{"async", "setData", func(ctx context.Context, c *client.Client) error {
			_, err := c.Set("/n").Data([]byte("y")).Async(ctx).Wait(ctx)
			return err
		}, outcome{client.ErrConnectionLoss, true, 1}, outcome{client.ErrConnectionLoss, true, 0}},
	} {
		for _, lost := range []struct {
			what   string
			match  fault.Match
			action fault.Action
			want   outcome
		}{
			{"reply, cut", fault.Reply(tt.op), fault.Cut, tt.reply},
			{"reply, dropped", fault.Reply(tt.op), fault.Drop, tt.reply},
			{"request, cut", fault.Request(tt.op), fault.Cut, tt.noSend},
			{"request, dropped", fault.Request(tt.op), fault.Drop, tt.noSend},
		} {
			t.Run(tt.name+"/"+lost.what, func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					ctx := t.Context()
					c := w.Connect(t, "a")
					_, err := c.Create("/n").Data([]byte("x")).Do(ctx)
					must(t, err)
					before := w.Server.Stats().LastZxid
					w.Net.Inject(fault.Once(lost.match, lost.action))
					err = tt.run(ctx, c)
					if lost.want.is == nil && err != nil || !errors.Is(err, lost.want.is) {
						t.Errorf("error %v, want %v", err, lost.want.is)
					}
					if got := client.MayHaveApplied(err); got != lost.want.applied {
						t.Errorf("MayHaveApplied %v for %v", got, err)
					}
					if got := w.Server.Stats().LastZxid - before; got != lost.want.changes {
						t.Errorf("%d transactions, want %d", got, lost.want.changes)
					}
				})
			})
		}
	}
}

// A protected create whose replies are all lost is withdrawn: nothing stays.
func TestProtectedCreateIsWithdrawn(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c := w.Connect(t, "a")
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Drop)) // the connection hangs, and then the context ends
		_, err := c.Create("/x-").Sequential().Protected().Do(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !client.MayHaveApplied(err) {
			t.Errorf("got %v", err)
		}
		time.Sleep(20 * time.Second)
		names, _, err := c.Children("/").Do(t.Context())
		must(t, err)
		if len(names) != 1 { // zookeeper
			t.Errorf("the znode stays: %v", names)
		}
		if n := w.Server.Stats().Requests; n["create"] != 1 || n["delete"] != 1 {
			t.Errorf("%d creates, %d deletes; nothing was there to withdraw", n["create"], n["delete"])
		}
	})
}

// One Protected builder stands for one znode.
func TestProtectedBuilderRunsTwice(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		create := c.Create("/x-").Sequential().Ephemeral().Protected()
		first, err := create.Do(ctx)
		must(t, err)
		second, err := create.Do(ctx)
		must(t, err)
		if first != second {
			t.Errorf("%s and %s", first, second)
		}
		uuid := strings.TrimPrefix(first, "/_c_")
		if len(uuid) != 36+len("-x-0000000000") || uuid[14] != '4' || uuid[36] != '-' {
			t.Errorf("name %s", first)
		}
		must(t, c.Delete(first).Do(ctx))
		third, err := create.Do(ctx)
		must(t, err)
		if third == first {
			t.Error("a deleted znode is found again")
		}
	})
}

// An ephemeral create does not slip into the next session.
func TestEphemeralCreateEndsWithItsSession(t *testing.T) {
	for _, protect := range []bool{false, true} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a", client.WithRetry(client.Exponential(50*time.Millisecond, time.Second, 0)))
			session := c.Session()
			w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
			w.Net.Refuse("zk", true)
			time.AfterFunc(30*time.Second, func() { w.Net.Refuse("zk", false) })
			create := c.Create("/x").Ephemeral()
			if protect {
				create = create.Protected()
			}
			_, err := create.Do(t.Context())
			if !errors.Is(err, zk.ErrSessionExpired) || !errors.Is(err, client.ErrSessionLost) || client.MayHaveApplied(err) {
				t.Errorf("got %v", err)
			}
			if session.Err() == nil {
				t.Error("the session lives")
			}
		})
	}
}

func TestNoRetry(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.NoRetry))
		w.Net.Inject(fault.Once(fault.Reply("getData"), fault.Cut))
		start := time.Now()
		if _, _, err := c.Get("/").Do(t.Context()); !errors.Is(err, client.ErrConnectionLoss) || !errors.Is(err, zk.ErrConnectionClosed) {
			t.Errorf("got %v", err)
		}
		if time.Since(start) != 0 {
			t.Errorf("a call in flight failed %v after its connection", time.Since(start))
		}
		if _, _, err := c.Get("/").Do(t.Context()); !errors.Is(err, client.ErrConnectionLoss) {
			t.Errorf("a call without a connection: %v", err)
		}
	})
}

// The policy ends the attempts, and so does the context, with its cause.
func TestRetryGivesUp(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.Exponential(100*time.Millisecond, time.Second, 5*time.Second)))
		w.Net.Refuse("zk", true)
		w.Net.CutAll()
		start := time.Now()
		_, _, err := c.Get("/").Do(t.Context())
		if d := time.Since(start); !errors.Is(err, client.ErrConnectionLoss) || d < 3*time.Second || d > 6*time.Second {
			t.Errorf("gave up after %v: %v", d, err)
		}
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		start = time.Now()
		if _, err := c.Set("/n").Do(ctx); !errors.Is(err, cause) || client.MayHaveApplied(err) || time.Since(start) != time.Second {
			t.Errorf("cancelled after %v: %v", time.Since(start), err)
		}
	})
}

// Cancelling returns at once, and says that a write may still be done.
func TestCancel(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		_, err := c.Create("/n").Do(t.Context())
		must(t, err)
		w.Host("a").PartitionReceive()
		for _, call := range []struct {
			name  string
			run   func(ctx context.Context) error
			write bool
		}{
			{"get", func(ctx context.Context) error { _, _, err := c.Get("/n").Do(ctx); return err }, false},
			{"getW", func(ctx context.Context) error { _, _, _, err := c.Get("/n").DoW(ctx); return err }, false},
			{"set", func(ctx context.Context) error { _, err := c.Set("/n").Do(ctx); return err }, true},
			{"async", func(ctx context.Context) error { _, err := c.Set("/n").Async(t.Context()).Wait(ctx); return err }, true},
			{"guaranteed delete", func(ctx context.Context) error { return c.Delete("/n").Guaranteed().Do(ctx) }, true},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			start := time.Now()
			err := call.run(ctx)
			cancel()
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 100*time.Millisecond {
				t.Errorf("%s: %v after %v", call.name, err, time.Since(start))
			}
			if client.MayHaveApplied(err) != call.write {
				t.Errorf("%s: MayHaveApplied %v", call.name, client.MayHaveApplied(err))
			}
		}
		w.Host("a").Heal()
		time.Sleep(time.Second)
		if ok, _, err := c.Exists("/n").Do(t.Context()); ok || err != nil {
			t.Errorf("the guaranteed delete: still there %v, %v", ok, err)
		}
	})
}

// A request too long for the network's buffers does not hold its caller.
func TestCancelLongRequest(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		_, err := c.Create("/n").Do(t.Context())
		must(t, err)
		w.Host("a").Partition()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		set := c.Set("/n").Data(make([]byte, 1<<19))
		future := set.Async(ctx)
		if time.Since(start) != 0 {
			t.Errorf("Async took %v", time.Since(start))
		}
		if _, err := future.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) || !client.MayHaveApplied(err) {
			t.Errorf("got %v", err)
		}
		if _, err := set.Do(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != 100*time.Millisecond {
			t.Errorf("cancelled after %v", d)
		}
	}, zktest.WithNetwork(fault.WithWindow(4096)))
}

// A protected create of which nobody could find out what became of it says so, and is withdrawn.
func TestProtectedCreateThatCannotBeLookedUp(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c := w.Connect(t, "a")
		remove := w.Net.Inject(fault.Always(fault.Reply("create"), fault.Cut))
		again := w.Net.Inject(fault.Always(fault.Request("getChildren2"), fault.Cut))
		_, err := c.Create("/x-").Sequential().Protected().Do(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !client.MayHaveApplied(err) {
			t.Errorf("got %v", err)
		}
		remove()
		again()
		time.Sleep(20 * time.Second)
		names, _, err := c.Children("/").Do(t.Context())
		must(t, err)
		if len(names) != 1 {
			t.Errorf("the znode stays: %v", names)
		}
	})
}

// A guaranteed delete is finished in the background once there is a connection.
func TestGuaranteedDelete(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		_, err := c.Create("/n").Do(t.Context())
		must(t, err)
		w.Net.Refuse("zk", true)
		w.Net.CutAll()
		start := time.Now()
		if err := c.Delete("/n").Guaranteed().Do(t.Context()); !errors.Is(err, client.ErrConnectionLoss) || time.Since(start) != 0 {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		time.Sleep(3 * time.Second)
		w.Net.Refuse("zk", false)
		time.Sleep(3 * time.Second)
		if ok, _, err := c.Exists("/n").Do(t.Context()); ok || err != nil {
			t.Errorf("still there: %v, %v", ok, err)
		}
		if err := c.Delete("/n").Guaranteed().Do(t.Context()); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("an answer is an answer: %v", err)
		}
	})
}
