package node_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/node"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

const oneWay = 5 * time.Millisecond

// spent is what the server did since it was last asked: requests, and events that it sent.
type spent struct {
	w        *zktest.World
	requests int64
	events   int64
}

func events(w *zktest.World) (n int64) {
	for _, count := range w.Server.Stats().EventsByType {
		n += count
	}
	return n
}

func (s *spent) want(t *testing.T, what string, wantRequests, wantEvents int64) {
	t.Helper()
	nowRequests, nowEvents := requests(s.w), events(s.w)
	if got := fmt.Sprint(nowRequests-s.requests, nowEvents-s.events); got != fmt.Sprint(wantRequests, wantEvents) {
		t.Errorf("%s: %s requests and events, want %d %d", what, got, wantRequests, wantEvents)
	}
	s.requests, s.events = nowRequests, nowEvents
}

// What the documentation says that things cost.
func TestCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		must(t, second(b.Create("/services").Do(t.Context())))
		p, err := node.NewPersistent(a, path, nil)
		must(t, err)
		s := &spent{w: w}
		s.want(t, "before", requests(w), 0)
		start := time.Now()
		must(t, p.Start(t.Context()))
		if d := time.Since(start); d != 2*oneWay {
			t.Errorf("Start takes %v, %v round trips", d, float64(d)/float64(2*oneWay))
		}
		time.Sleep(time.Second)
		s.want(t, "start", 2, 0)
		start = time.Now()
		must(t, p.Set(t.Context(), []byte("x")))
		if d := time.Since(start); d != 2*oneWay {
			t.Errorf("Set takes %v, %v round trips", d, float64(d)/float64(2*oneWay))
		}
		time.Sleep(time.Second)
		s.want(t, "set", 2, 1)
		must(t, second(b.Set(path).Do(t.Context())))
		time.Sleep(time.Second)
		s.want(t, "another's set", 1+1, 1)
		must(t, b.Delete(path).Do(t.Context()))
		time.Sleep(time.Second)
		s.want(t, "another's delete", 1+2, 1)
		w.Server.DropConnections()
		time.Sleep(5 * time.Second)
		s.requests = requests(w) // reconnecting is the client's
		time.Sleep(time.Minute)
		s.want(t, "a quiet minute", 0, 0)
		must(t, p.Close(t.Context()))
		time.Sleep(time.Second)
		s.want(t, "close", 1, 1) // the event ends the watch, instead of a request
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}

// A new session takes a create and a watch.
func TestCostOfNewSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a := w.Connect(t, "a")
		p := keep(t, a, "x")
		settle(t, p)
		before := w.Server.Stats().Requests
		w.Server.ExpireSession(a.Session().ID())
		time.Sleep(5 * time.Second)
		settle(t, p)
		got := map[string]int64{}
		for op, n := range w.Server.Stats().Requests {
			if n -= before[op]; n != 0 && op != "ping" && op != "closeSession" {
				got[op] = n
			}
		}
		if want := "map[create2:1 getData:1]"; fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
	})
}
