package interop

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/lock"
)

// kazoo's contenders() and our Participants tell the same of one queue, in the same order, whatever the names; a child that is nobody's is
// nobody for both.
func TestContendersKazoo(t *testing.T) {
	kazooNames, honouring := lock.WithNames(lock.Kazoo), lock.WithPatterns("__lock__")
	for name, row := range map[string]struct {
		patterns string // kazoo's
		readme   bool   // with Curator's names everything counts
		first    []lock.Option
		last     []lock.Option
	}{
		"kazoo's names": {"", true, []lock.Option{kazooNames}, []lock.Option{kazooNames}},
		"mixed": {
			"-lock-", true,
			[]lock.Option{kazooNames, lock.WithPatterns("-lock-")}, []lock.Option{lock.WithNames(lock.GoZookeeper), honouring},
		},
		"Curator's names": {"-lock-", false, []lock.Option{honouring}, []lock.Option{honouring}},
	} {
		t.Run(name, func(t *testing.T) {
			onServers(t, func(t *testing.T, addr string) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				c := connectClient(ctx, t, addr)
				contender := func(id string, opts []lock.Option) *lock.Mutex {
					t.Helper()
					m, err := lock.NewMutex(c, lockPath, append([]lock.Option{lock.WithData([]byte(id))}, opts...)...)
					must(t, err)
					return m
				}
				first, last := contender("first", row.first), contender("last", row.last)
				held, err := first.Lock(ctx)
				must(t, err)
				if row.readme {
					must(t, second(c.Create(lockPath+"/readme").Data([]byte("text")).Do(ctx)))
				}
				const wanted = 3
				p := foreign.Start(t, foreign.Python(t), "testdata/kazoo/contenders.py", addr, lockPath, "kazoo", row.patterns, strconv.Itoa(wanted))
				check := func(word string) {
					t.Helper()
					if err := p.WaitFor(ctx, word); err != nil {
						t.Fatalf("%v\n%s", err, p.Output())
					}
				}
				check("queued")
				waited := make(chan error, 1)
				go func() { waited <- last.Do(ctx, func(context.Context) error { return nil }) }()
				check("all:")
				ours := listed(ctx, t, first)
				must(t, held.Unlock())
				must(t, <-waited)
				if err := p.Wait(ctx); err != nil {
					t.Fatalf("%v\n%s", err, p.Output())
				}
				if ours != "first,kazoo,last" || !strings.Contains(p.Output(), "all: "+ours+" ;") || !strings.Contains(p.Output(), "mine: kazoo,last ;") {
					t.Errorf("ours: %q; kazoo's:\n%s", ours, p.Output())
				}
			})
		})
	}
}

// listed are the participants' data; the first alone holds.
func listed(ctx context.Context, t *testing.T, m *lock.Mutex) string {
	t.Helper()
	all, err := m.Participants(ctx)
	must(t, err)
	ids := make([]string, len(all))
	for i, p := range all {
		if ids[i] = string(p.Data); p.Holds != (i == 0) {
			t.Errorf("%s holds: %v", p.Path, p.Holds)
		}
	}
	return strings.Join(ids, ",")
}
