package party_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A life alone: to join, to look, two requests for each item in one round trip, and one for each to release. What is held for longer than
// a moment is watched: one more of each, and one event.
func TestPartitionerCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	for _, long := range []bool{false, true} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a")
			warm := started(t, c, "one")
			acquire(t, warm)
			must(t, warm.Close(t.Context())) // makes the folders
			time.Sleep(time.Second)
			before, events := requests(w), w.Server.Stats().WatchEvents
			p := started(t, c, "one")
			start := time.Now()
			acquire(t, p)
			if d := time.Since(start) - time.Second; d != 2*2*oneWay {
				t.Errorf("a share %v after the time boundary, want two round trips: the look before it, and the locks", d)
			}
			items := int64(len(abc))
			want, wantEvents := 4+3*items, int64(1) // create, watch of it, list, delete
			if long {
				time.Sleep(time.Minute)
				want, wantEvents = want+items, wantEvents+items
			}
			must(t, p.Close(t.Context()))
			time.Sleep(time.Second)
			synctest.Wait()
			want++ // the watch over the members is taken away
			if n, e := requests(w)-before, w.Server.Stats().WatchEvents-events; n != want || e != wantEvents {
				t.Errorf("long %v: %d requests and %d events, want %d and %d", long, n, e, want, wantEvents)
			}
		}, zktest.WithNetwork(fault.WithLatency(oneWay)))
	}
}

// A change of members takes each of them one event and one request, however many there are, before the items are locked anew; and each item that
// another had two requests and one event more.
func TestPartitionerChangeCost(t *testing.T) {
	for _, members := range []int{2, 8} {
		t.Run(fmt.Sprint(members), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				var all []*party.Partitioner
				var shares []*party.Share
				for i := range members {
					all = append(all, started(t, w.Connect(t, fmt.Sprint("host", i)), fmt.Sprint("m", i), party.WithPartition(nothing)))
				}
				for _, p := range all {
					shares = append(shares, acquire(t, p))
				}
				before, events := requests(w), w.Server.Stats().WatchEvents
				started(t, w.Connect(t, "late"), "late", party.WithPartition(nothing))
				for i, s := range shares {
					<-s.Context().Done()
					s.Release()
					acquire(t, all[i])
				}
				// The late one joins, watches itself and looks.
				if n, e := requests(w)-before-3, w.Server.Stats().WatchEvents-events; n != int64(members) || e != int64(members) {
					t.Errorf("%d requests and %d events for %d members", n, e, members)
				}
			})
		})
	}
}

// nothing is a function that gives nobody anything, so that members alone cost.
func nothing(int, []party.Member, []string) []string { return nil }

// An item that another has takes two requests and one event more than one that nobody has.
func TestHandOverCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		b := w.Connect(t, "b")
		var before []*lock.Held
		for _, item := range abc {
			m, err := lock.NewMutex(b, setPath+"/locks/"+item, lock.WithNames(lock.Kazoo))
			must(t, err)
			held, err := m.Lock(t.Context())
			must(t, err)
			before = append(before, held)
		}
		time.Sleep(time.Second)
		p := partitioner(t, w.Connect(t, "a"), "one", party.WithTimeBoundary(0))
		must(t, p.Start(t.Context()))
		time.Sleep(100 * time.Millisecond) // it waits
		sum, events := requests(w), w.Server.Stats().WatchEvents
		for _, held := range before {
			must(t, held.Unlock())
		}
		acquire(t, p)
		items := int64(len(abc))
		// Its own watch and the release are the one's before.
		if n, e := requests(w)-sum-items, w.Server.Stats().WatchEvents-events-items; n != items || e != items {
			t.Errorf("%d requests and %d events for %d items", n, e, items)
		}
		must(t, p.Close(t.Context()))
	})
}
