package client_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// What Resolve finds out about each kind of write: its reply was lost, its request was lost, and both with another client that writes to the
// same znode before anybody asks.
func TestResolve(t *testing.T) {
	const done, notDone, unknown = client.Done, client.NotDone, client.Unknown
	type want struct{ reply, request, replyRival, requestRival client.Outcome }
	over := func(ctx context.Context, c *client.Client) error {
		_, err := c.Set("/n").Data([]byte("rival")).Do(ctx)
		return err
	}
	acl := zk.WorldACL(zk.PermAdmin | zk.PermRead)
	for _, tt := range []struct {
		name  string
		op    string
		run   func(ctx context.Context, c *client.Client) error
		rival func(ctx context.Context, c *client.Client) error
		want  want
	}{
		{"create", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Data([]byte("mine")).Async(ctx).Wait(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Data([]byte("rival")).OrSet().Do(ctx)
			return err
		}, want{done, notDone, unknown, unknown}},
		{"create ephemeral", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Ephemeral().Async(ctx).Wait(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x").Data([]byte("rival")).OrSet().Do(ctx)
			return err
		}, want{done, notDone, done, unknown}},
		{"create sequential", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Do(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Do(ctx)
			return err
		}, want{unknown, notDone, unknown, unknown}},
		{"create protected", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Protected().Async(ctx).Wait(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x-").Sequential().Do(ctx)
			return err
		}, want{done, notDone, done, unknown}},
		{"create protected by the caller", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/__lock__").Sequential().ProtectedBy("0123456789abcdef0123456789abcdef").Async(ctx).Wait(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/__lock__").Sequential().Do(ctx)
			return err
		}, want{done, notDone, done, unknown}},
		{"create without a parent", "create", func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/x/y/z").Async(ctx).Wait(ctx)
			return err
		}, over, want{notDone, notDone, notDone, notDone}},
		{"set", "setData", func(ctx context.Context, c *client.Client) error {
			_, err := c.Set("/n").Data([]byte("mine")).Async(ctx).Wait(ctx)
			return err
		}, over, want{done, notDone, unknown, unknown}},
		{"set at a version", "setData", func(ctx context.Context, c *client.Client) error {
			_, err := c.Set("/n").Data([]byte("mine")).Version(0).Async(ctx).Wait(ctx)
			return err
		}, over, want{done, notDone, unknown, notDone}},
		{"set what is not there", "setData", func(ctx context.Context, c *client.Client) error {
			_, err := c.Set("/x").Async(ctx).Wait(ctx)
			return err
		}, over, want{notDone, notDone, notDone, notDone}},
		{"set access control list", "setACL", func(ctx context.Context, c *client.Client) error {
			_, err := c.SetACL("/n").Version(0).ACL(acl...).Async(ctx).Wait(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.SetACL("/n").ACL(zk.WorldACL(zk.PermAll)...).Do(ctx)
			return err
		}, want{done, notDone, unknown, unknown}},
		{"delete", "delete", func(ctx context.Context, c *client.Client) error {
			_, err := c.Delete("/n").Async(ctx).Wait(ctx)
			return err
		}, func(ctx context.Context, c *client.Client) error {
			_, err := c.Create("/n").OrSet().Do(ctx)
			return err
		}, want{done, notDone, unknown, notDone}},
		{"delete what is not there", "delete", func(ctx context.Context, c *client.Client) error {
			_, err := c.Delete("/x").Async(ctx).Wait(ctx)
			return err
		}, over, want{notDone, notDone, notDone, notDone}},
		{"transaction", "multi", func(ctx context.Context, c *client.Client) error {
			_, err := c.Txn(c.Check("/n"), c.Create("/x").Ephemeral(), c.Set("/n").Data([]byte("mine"))).Do(ctx)
			return err
		}, over, want{done, notDone, done, notDone}},
	} {
		for _, lost := range []struct {
			name  string
			match fault.Match
			rival bool
			want  client.Outcome
		}{
			{"reply", fault.Reply(tt.op), false, tt.want.reply},
			{"request", fault.Request(tt.op), false, tt.want.request},
			{"reply, and a rival", fault.Reply(tt.op), true, tt.want.replyRival},
			{"request, and a rival", fault.Request(tt.op), true, tt.want.requestRival},
		} {
			t.Run(tt.name+"/"+lost.name, func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					ctx := t.Context()
					c, other := w.Connect(t, "a"), w.Connect(t, "b")
					_, err := c.Create("/n").Data([]byte("old")).Do(ctx)
					must(t, err)
					w.Net.Inject(fault.Once(lost.match.Host("a"), fault.Cut))
					err = tt.run(ctx, c)
					if client.OutcomeOf(err) != client.Unknown {
						t.Fatalf("%v is %v", err, client.OutcomeOf(err))
					}
					if lost.rival {
						must(t, tt.rival(ctx, other))
					}
					got, resolveErr := client.Resolve(ctx, err)
					if got != lost.want || resolveErr != nil {
						t.Errorf("%v (%v), want %v", got, resolveErr, lost.want)
					}
				})
			})
		}
	}
}

// What is known needs no looking; what cannot be looked up stays unknown.
func TestResolveWithoutLooking(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		_, err := c.Create("/n").Do(ctx)
		must(t, err)
		_, refused := c.Create("/n").Do(ctx)
		w.Net.Inject(fault.Once(fault.Reply("delete"), fault.Cut))
		w.Net.Refuse("zk", true)
		_, lost := c.Delete("/n").Async(ctx).Wait(ctx)
		for err, want := range map[error]client.Outcome{nil: client.Done, refused: client.NotDone, errors.New("other"): client.NotDone} {
			if got, resolveErr := client.Resolve(ctx, err); got != want || resolveErr != nil {
				t.Errorf("%v: %v, %v", err, got, resolveErr)
			}
		}
		limited, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if got, err := client.Resolve(limited, lost); got != client.Unknown || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", got, err)
		}
		w.Net.Refuse("zk", false)
		var op *client.OpError
		if got, err := client.Resolve(ctx, lost); got != client.Done || err != nil || !errors.As(lost, &op) || op.Outcome() != client.Unknown {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// A protected create that Do has withdrawn is not done, once it is gone again.
func TestResolveWithdrawn(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c := w.Connect(t, "a")
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Drop))
		_, err := c.Create("/x-").Sequential().Protected().Do(ctx)
		if client.OutcomeOf(err) != client.Unknown {
			t.Fatalf("got %v", err)
		}
		time.Sleep(20 * time.Second)
		if got, err := client.Resolve(t.Context(), err); got != client.NotDone || err != nil {
			t.Errorf("%v, %v", got, err)
		}
	})
}

// What a session has sent that the client gave up on its own may still be on its way, so it is never said not to be done.
func TestResolveAfterALoss(t *testing.T) {
	for _, told := range []bool{true, false} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			_, err := c.Create("/n").Do(t.Context())
			must(t, err)
			session := c.Session()
			w.Net.Inject(fault.Once(fault.Request("setData"), fault.Cut))
			if told {
				w.Net.Intercept(once(fault.Request("setData"), func() { w.Server.ExpireSession(session.ID()) }))
			} else {
				w.Net.Refuse("zk", true)
			}
			_, lost := c.Set("/n").Data([]byte("1")).Async(t.Context()).Wait(t.Context())
			if client.OutcomeOf(lost) != client.Unknown {
				t.Fatalf("got %v", lost)
			}
			<-session.Context().Done()
			w.Net.Refuse("zk", false)
			want := client.Unknown
			if told {
				want = client.NotDone
			}
			if got, err := client.Resolve(t.Context(), lost); got != want || err != nil {
				t.Errorf("told %v: %v, %v", told, got, err)
			}
		})
	}
}
