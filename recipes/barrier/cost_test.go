package barrier_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Eight members, at the same moment and one after the other: 34 requests at a barrier whose folder has had no members before, 16 more if all of them find that
// it is not there, and 41 at one that is used again, or less, since some may find ready there. Curator takes 75, 106 and 75.
func TestDoubleCost(t *testing.T) {
	const cycles = 10
	fresh := func(cycle int) string { return fmt.Sprint(path, "/", cycle) }
	again := func(int) string { return path }
	for _, c := range []struct {
		name   string
		made   bool // whether the folder is there
		path   func(cycle int) string
		apart  time.Duration
		aCycle int64
	}{
		{"made, together", true, fresh, 0, 34},
		{"made, apart", true, fresh, 7 * time.Millisecond, 34},
		{"new, together", false, fresh, 0, 34 + 16},
		{"new, apart", false, fresh, 12 * time.Millisecond, 34 + 2},
		{"again, together", true, again, 0, 41},
		{"again, apart", true, again, 7 * time.Millisecond, 41},
	} {
		t.Run(c.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				clients := crowd(t, w)
				_, err := clients[0].Create(c.path(0)).ParentContainers().Do(t.Context())
				must(t, err)
				doubles := make([]*barrier.Double, members)
				pass := func(cycle int) {
					for i, client := range clients {
						if d, err := barrier.NewDouble(client, c.path(cycle), members); doubles[i] == nil || c.path(cycle) != c.path(cycle-1) {
							must(t, err)
							doubles[i] = d
						}
					}
					passAll(t, doubles, c.apart)
				}
				pass(0)
				var requested, events int64
				for cycle := 1; cycle <= cycles; cycle++ {
					if c.made && c.path(cycle) != c.path(0) {
						_, err := clients[0].Create(c.path(cycle)).Do(t.Context())
						must(t, err)
					}
					before, woken := requests(w), w.Server.Stats().WatchEvents
					pass(cycle)
					requested += requests(w) - before
					events += w.Server.Stats().WatchEvents - woken
				}
				t.Logf("%v requests and %v events a cycle", float64(requested)/cycles, float64(events)/cycles)
				if requested != cycles*c.aCycle && (c.path(1) != path || requested > cycles*c.aCycle) {
					t.Errorf("%v requests a cycle, want %d", float64(requested)/cycles, c.aCycle)
				}
				if events > cycles*2*(members-1) {
					t.Errorf("%v events a cycle, want 14 at most", float64(events)/cycles)
				}
			}, zktest.WithNetwork(fault.WithLatency(5*time.Millisecond)))
		})
	}
}

const members = 8

// crowd are the members' clients.
func crowd(t *testing.T, w *zktest.World) []*client.Client {
	t.Helper()
	clients := make([]*client.Client, members)
	for i := range clients {
		clients[i] = w.Connect(t, fmt.Sprint("host", i))
	}
	return clients
}

// passAll lets all in and out, one apart from the other.
func passAll(t *testing.T, doubles []*barrier.Double, apart time.Duration) {
	t.Helper()
	var all sync.WaitGroup
	var in, out atomic.Int32
	for i, d := range doubles {
		all.Go(func() {
			time.Sleep(time.Duration(i) * apart)
			m, err := d.Enter(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			in.Add(1)
			time.Sleep(time.Second)
			if in.Load() != members {
				t.Errorf("%d are in", in.Load())
			}
			time.Sleep(time.Duration(i) * apart)
			out.Add(1)
			if err := m.Leave(t.Context()); err != nil {
				t.Error(err)
			}
			if out.Load() != members {
				t.Errorf("out when %d left", out.Load())
			}
		})
	}
	all.Wait()
}
