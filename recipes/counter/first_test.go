package counter_test

import (
	"testing"
	"time"

	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The first use of a path that does not exist, nor the folder in which it is: it is looked for, not made, and then made with its folder in one
// flight. The next change costs one request.
func TestFirstUseCost(t *testing.T) {
	const oneWay = 5 * time.Millisecond
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		n, err := counter.NewInt64(c, "/counters/one")
		must(t, err)
		for i, want := range []int64{4, 1} {
			before, start := requests(w), time.Now()
			_, err = n.Add(t.Context(), 1)
			must(t, err)
			trips := []time.Duration{3, 1}[i]
			if got, d := requests(w)-before, time.Since(start); got != want || d != trips*2*oneWay {
				t.Errorf("add %d: %d requests in %v round trips, want %d in %d", i, got, float64(d)/float64(2*oneWay), want, trips)
			}
		}
	}, zktest.WithNetwork(fault.WithLatency(oneWay)))
}
