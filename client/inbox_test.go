package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// lines are deliveries, each as a word.
func lines(items []client.Delivery) (words []string) {
	for _, d := range items {
		switch {
		case d.Key != nil:
			words = append(words, fmt.Sprint(d.Key))
		case d.Ended:
			words = append(words, "ended")
		default:
			words = append(words, d.Event.Type.String()+" "+d.Event.Path)
		}
	}
	return words
}

// Events and answers come in the server's order, whichever watch or read they belong to, and with hooks as without.
func TestInboxOrder(t *testing.T) {
	for name, opts := range map[string][]client.Option{
		"plain": nil, "hooks": {client.WithHooks(client.Hooks{Operation: func(context.Context, client.Operation) {}})},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				c := w.Connect(t, "a", opts...)
				for _, path := range []string{"/a", "/b"} {
					if _, err := c.Create(path).Do(ctx); err != nil {
						t.Fatal(err)
					}
				}
				in := client.NewInbox()
				stays, err := c.Watch("/a").Recursive().Into(in).Do(ctx)
				if err != nil {
					t.Fatal(err)
				}
				_, once := c.Get("/b").AsyncWInto(ctx, in, "get b")
				_, none := c.Exists("/none").AsyncWInto(ctx, in, "exists none")
				_, kids := c.Children("/b").AsyncWInto(ctx, in, "children b")
				c.Set("/a").Data([]byte("1")).Async(ctx)
				one := c.Get("/a").AsyncInto(ctx, in, "get a")
				c.Set("/b").Async(ctx)
				c.Create("/none").Async(ctx)
				c.Exists("/a").AsyncInto(ctx, in, "exists a")
				c.Create("/b/x").Async(ctx)
				c.Create("/a/x").Async(ctx)
				c.MultiRead(c.Get("/a"), c.Children("/a")).AsyncInto(ctx, in, "multi")
				c.Children("/a").AsyncInto(ctx, in, "children a")
				c.Delete("/a/x").Async(ctx)
				c.Sync("/").AsyncInto(ctx, in, "sync")
				synctest.Wait()
				want := []string{
					"get b", "exists none", "children b", "EventNodeDataChanged /a", "get a", "EventNodeDataChanged /b", "ended",
					"EventNodeCreated /none", "ended", "exists a", "EventNodeChildrenChanged /b", "ended", "EventNodeCreated /a/x",
					"multi", "children a", "EventNodeDeleted /a/x", "sync",
				}
				if got := lines(in.Take()); !slices.Equal(got, want) {
					t.Errorf("got  %q\nwant %q", got, want)
				}
				if res, err := one.Wait(ctx); err != nil || string(res.Data) != "1" {
					t.Errorf("%v, %v", res, err)
				}
				for _, w := range []*client.Watch{once, none, kids} {
					if err := w.Err(); err != nil {
						t.Error(err)
					}
				}
				stays.Stop()
				in.Put("own")
				if got := lines(in.Take()); !slices.Equal(got, []string{"ended", "own"}) {
					t.Errorf("%q", got)
				}
			})
		})
	}
}

// Every read is delivered once, also one that was lost or never sent.
func TestInboxLoss(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		in := client.NewInbox()
		if _, err := c.Watch("/a").Recursive().Into(in).Do(ctx); err != nil {
			t.Fatal(err)
		}
		w.Net.Inject(fault.Once(fault.Request("getData"), fault.Cut))
		lost := c.Get("/").AsyncInto(ctx, in, "lost")
		if _, err := lost.Wait(ctx); !errors.Is(err, client.ErrConnectionLoss) {
			t.Errorf("%v", err)
		}
		unsent := c.Get("/").AsyncInto(ctx, in, "unsent")
		bad := c.Get("bad").AsyncInto(ctx, in, "bad")
		over, cancel := context.WithCancel(ctx)
		cancel()
		c.Get("/").AsyncInto(over, in, "cancelled")
		if _, err := unsent.Wait(ctx); !errors.Is(err, client.ErrConnectionLoss) {
			t.Errorf("%v", err)
		}
		if _, err := bad.Wait(ctx); !errors.Is(err, zk.ErrInvalidPath) {
			t.Errorf("%v", err)
		}
		time.Sleep(5 * time.Second)
		if got := lines(in.Take()); !slices.Equal(got, []string{"lost", "unsent", "bad", "cancelled", "Unknown /a"}) {
			t.Errorf("%q", got)
		}
		w.Server.ExpireSession(c.Session().ID())
		time.Sleep(5 * time.Second)
		if got := lines(in.Take()); !slices.Equal(got, []string{"ended"}) {
			t.Errorf("%q", got)
		}
	})
}
