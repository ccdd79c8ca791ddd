package counter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/tenant"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

// In a namespace and with a provider of access control lists: all znodes are inside and have its list, those of the queue and receipts, too.
func TestTenant(t *testing.T) {
	tenant.Check(t, func(t *testing.T, _ *zktest.World, c *client.Client, look func() []string) {
		ctx := t.Context()
		opts := []counter.Option{counter.WithLock(lockPath), counter.WithReceipts("/receipts"), counter.WithAttempts(1)}
		n, m := number(t, c, opts...), number(t, c, opts...)
		var queued, receipts bool
		for range 20 { // they lose to each other, and then queue
			for _, each := range []*counter.Int64{n, m} {
				add(t, each, 1)
				for _, path := range look() {
					queued = queued || strings.HasPrefix(path, lockPath+"/")
					receipts = receipts || strings.HasPrefix(path, "/receipts/")
				}
			}
		}
		if !queued || !receipts {
			t.Errorf("queued %v, receipts %v", queued, receipts)
		}
		small, err := counter.NewInt32(c, "/small/one")
		must(t, err)
		_, err = small.Add(ctx, 1)
		must(t, err)
		value, err := counter.NewValue(c, "/value/one")
		must(t, err)
		must(t, value.Set(ctx, []byte("x")))
		count, err := counter.NewSharedCount(c, "/count/one", 1)
		must(t, err)
		must(t, count.Start(ctx))
		count.Close()
		must(t, n.Close(ctx))
		must(t, m.Close(ctx))
		want := "[/count /count/one /counters /counters/lock /counters/one /receipts /small /small/one /value /value/one]"
		if got := fmt.Sprint(look()); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}
