package party_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// To join takes one request and one round trip, and one for the watch over the own znode; to leave one of each, and that watch's event.
func TestMemberCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	for _, kind := range makers {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			p, err := kind.make(w.Connect(t, "a"), path)
			must(t, err)
			must(t, join(t, p).Leave()) // makes the folder
			before, events, start := requests(w), w.Server.Stats().WatchEvents, time.Now()
			m := join(t, p)
			if d := time.Since(start); d != 2*oneWay {
				t.Errorf("%s: joined after %v", kind.name, d)
			}
			time.Sleep(4 * oneWay)
			start = time.Now()
			must(t, m.Leave())
			if d := time.Since(start); d != 2*oneWay {
				t.Errorf("%s: left after %v", kind.name, d)
			}
			if n, e := requests(w)-before, w.Server.Stats().WatchEvents-events; n != 3 || e != 1 {
				t.Errorf("%s: %d requests and %d events, want 3 and 1", kind.name, n, e)
			}
		}, zktest.WithNetwork(fault.WithLatency(oneWay)))
	}
}

// To list takes one request, and in a Party one for each member in one more round trip; a newcomer takes an event and one request, or two.
func TestMembersCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	const members = 10
	for i, kind := range makers {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			a, b := w.Connect(t, "a"), w.Connect(t, "b")
			p, err := kind.make(a, path)
			must(t, err)
			for range members {
				m := join(t, p)
				t.Cleanup(func() { _ = m.Leave() })
			}
			time.Sleep(time.Second)
			q, err := kind.make(b, path)
			must(t, err)
			perMember, trips := int64(1-i), time.Duration(2-i)
			before, start := requests(w), time.Now()
			if got := here(t, q); len(got) != members {
				t.Errorf("%d members", len(got))
			}
			if n := requests(w) - before; n != 1+members*perMember {
				t.Errorf("%s: %d requests", kind.name, n)
			}
			if d := time.Since(start); d != trips*2*oneWay {
				t.Errorf("%s: %v", kind.name, d)
			}
			before = requests(w)
			if n, err := q.Len(t.Context()); n != members || err != nil || requests(w)-before != 1 {
				t.Errorf("%s: %d of them, %d requests, %v", kind.name, n, requests(w)-before, err)
			}

			seen := make(chan int)
			go func() {
				defer close(seen)
				for change, err := range q.Changes(t.Context()) {
					if err != nil {
						return
					}
					seen <- len(change.Members)
				}
			}()
			<-seen
			before = requests(w)
			m := join(t, p)
			if n := <-seen; n != members+1 {
				t.Errorf("%d members", n)
			}
			time.Sleep(time.Second)
			synctest.Wait()
			if n := requests(w) - before - 2; n != 1+perMember {
				t.Errorf("%s: %d requests for a newcomer", kind.name, n)
			}
			must(t, m.Leave())
			<-seen
			go func() {
				for range seen {
					continue
				}
			}()
		}, zktest.WithNetwork(fault.WithLatency(oneWay)))
	}
}
