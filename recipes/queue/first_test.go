package queue_test

import (
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The first put at a path that does not exist: the items are refused, and then made with their folder in one flight.
func TestFirstUseCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		_, err := c.Create(client.Parent(path)).Do(t.Context())
		must(t, err)
		q := fifo(t, c)
		reqs, _, trips := cost(w, func() { put(t, q, "first") })
		if reqs != 3 || trips != 2 {
			t.Errorf("%d requests in %v round trips, want 3 in 2", reqs, trips)
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}
