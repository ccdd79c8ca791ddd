package leader_test

import (
	"context"
	"slices"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/tenant"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/zktest"
)

// In a namespace and with a provider of access control lists: all znodes are inside and have its list, and paths are the view's.
func TestTenant(t *testing.T) {
	tenant.Check(t, func(t *testing.T, _ *zktest.World, c *client.Client, look func() []string) {
		ctx := t.Context()
		latch, err := leader.NewLatch(c, path+"/latch", leader.WithID("me"))
		must(t, err)
		must(t, latch.Start(ctx))
		term, err := latch.Await(ctx)
		must(t, err)
		must(t, term.Publish(ctx, "/published", []byte("x")))
		for name, opts := range map[string][]leader.SelectorOption{"/curator": nil, "/kazoo": {leader.WithKazooNames()}} {
			selector, err := leader.NewSelector(c, path+name, opts...)
			must(t, err)
			must(t, selector.Run(ctx, func(ctx context.Context) error {
				if all := look(); !slices.Contains(all, leader.FromContext(ctx).Path()) || !slices.Contains(all, term.Path()) || !slices.Contains(all, "/published") {
					t.Errorf("%v", all)
				}
				return nil
			}))
		}
		if who, err := latch.Observer().Leader(ctx); who.Path != term.Path() || who.ID != "me" || err != nil {
			t.Errorf("%+v, %v", who, err)
		}
		must(t, latch.Close(ctx))
	})
}
