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

const kazooQueueFolder = "/interop/kazooqueue"

// kazoo's Queue and LockingQueue and ours, on the same znodes.
func TestKazooQueues(t *testing.T) {
	python := foreign.Python(t)
	onServers(t, func(t *testing.T, addr string) {
		const items = 40
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		c := connectClient(ctx, t, addr)
		at := func(name string) *queue.KazooQueue {
			q, err := queue.NewKazooQueue(c, kazooQueueFolder+"/"+name)
			must(t, err)
			return q
		}
		p := foreign.Start(t, python, "testdata/kazoo/itemqueue.py", addr, kazooQueueFolder, strconv.Itoa(items))
		wait := func(text string) {
			t.Helper()
			if err := p.WaitFor(ctx, text); err != nil {
				t.Fatalf("%v\n%s", err, p.Output())
			}
		}
		wait("put")
		from := at("go")
		for n := range items { // those of priority 7 first, then the others
			i := 2*n + n/(items/2)*(1-items)
			item, ok, err := from.Get(ctx)
			if string(item) != fmt.Sprint("kazoo ", i) || !ok || err != nil {
				t.Fatalf("got %q %v, %v; want %d", item, ok, err, i)
			}
		}
		// All in one moment, since kazoo does not see what comes before what it has listed.
		var first, rest [][]byte
		for i := 0; i < items; i += 2 {
			first, rest = append(first, fmt.Append(nil, "go ", i)), append(rest, fmt.Append(nil, "go ", i+1))
		}
		to := at("kazoo")
		must(t, second(to.Put(ctx, 0, first...)))
		must(t, second(to.Put(ctx, 100, rest...)))

		locking, err := queue.NewKazooLocking(c, kazooQueueFolder+"/locking")
		must(t, err)
		wait("holds")
		held, err := locking.Get(ctx)
		must(t, err)
		if string(held.Data()) != "second" {
			t.Fatalf("got %q, which kazoo holds", held.Data())
		}
		must(t, second(c.Create(kazooQueueFolder+"/go-holds").Do(ctx)))
		wait("consumed")
		if n, err := locking.Len(ctx); n != 1 || err != nil {
			t.Errorf("%d items are left, %v", n, err)
		}
		must(t, held.Release())
		wait("alone")
		kazooShare(ctx, t, locking, p, wait)
	})
}

// kazooShare has both work off one queue.
func kazooShare(ctx context.Context, t *testing.T, q *queue.KazooLocking, p *foreign.Process, wait func(string)) {
	t.Helper()
	const items = 60
	work := make([][]byte, items)
	for i := range work {
		work[i] = fmt.Append(nil, i)
	}
	must(t, second(q.Put(ctx, queue.KazooPriority, work...)))
	must(t, second(q.Put(ctx, 999, []byte("end"))))
	var did []string
	for {
		e, err := q.Get(ctx)
		must(t, err)
		if string(e.Data()) == "end" {
			must(t, e.Release())
			break
		}
		time.Sleep(time.Millisecond) // work, so that kazoo gets some
		must(t, e.Consume(ctx))
		did = append(did, string(e.Data()))
	}
	wait("done")
	ours := len(did)
	for line := range strings.Lines(p.Output()) {
		if item, ok := strings.CutPrefix(strings.TrimSpace(line), "kazoo did "); ok {
			did = append(did, item)
		}
	}
	t.Logf("Go did %d of %d", ours, len(did))
	slices.Sort(did)
	if len(did) != items || len(slices.Compact(did)) != items {
		t.Errorf("%d were done, want %d: %q", len(did), items, did)
	}
}
