package interop

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/queue"
)

const simpleQueueFolder = "/interop/simple"

// Curator's SimpleDistributedQueue and Go's Simple, on the same znodes: items both ways, and one queue that both take from.
func TestSimpleQueueCurator(t *testing.T) {
	classPath := javaPeers(t)
	onServers(t, func(t *testing.T, addr string) {
		const items = 200
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		c := connectClient(ctx, t, addr)
		at := func(name string) *queue.Simple {
			q, err := queue.NewSimple(c, simpleQueueFolder+"/"+name, queue.SimpleReceipts("/interop/receipts"))
			must(t, err)
			return q
		}
		java := foreign.Start(t, foreign.Java(t, classPath, "SimpleQueuePeer", addr, simpleQueueFolder, strconv.Itoa(items))...)
		wait := func(text string) {
			t.Helper()
			if err := java.WaitFor(ctx, text); err != nil {
				t.Fatalf("%v\n%s", err, java.Output())
			}
		}
		wait("ready")
		from, to := at("go"), at("java")
		for i := range items {
			item, err := from.Take(ctx)
			if string(item) != fmt.Sprint("java ", i) || err != nil {
				t.Fatalf("took %q as item %d, %v", item, i, err)
			}
			must(t, second(to.Offer(ctx, fmt.Append(nil, "go ", i))))
		}
		wait("taken")
		both := at("both")
		for i := range items {
			must(t, second(both.Offer(ctx, fmt.Append(nil, "go ", i))))
		}
		wait("offered")
		must(t, second(both.Offer(ctx, []byte("end"))))
		var got []string
		for {
			item, err := both.Take(ctx)
			must(t, err)
			if string(item) == "end" {
				must(t, second(both.Offer(ctx, item)))
				break
			}
			got = append(got, string(item))
			time.Sleep(time.Millisecond) // so that Java gets some, which takes more requests
		}
		wait("done")
		shares := len(got)
		for line := range strings.Lines(java.Output()) {
			if item, ok := strings.CutPrefix(strings.TrimSpace(line), "java took "); ok {
				got = append(got, item)
			}
		}
		t.Logf("Go took %d of %d", shares, len(got))
		slices.Sort(got)
		if len(slices.Compact(got)) != 2*items {
			t.Errorf("%d items were taken, want %d", len(slices.Compact(got)), 2*items)
		}
	})
}
