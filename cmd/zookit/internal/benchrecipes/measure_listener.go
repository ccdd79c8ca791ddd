package benchrecipes

import (
	"context"
	"math"
	"time"

	"github.com/zookit-go/zookit/client"
)

const (
	// slow is what every answer and event is held back while a listener's delay is measured: round trips are then all that takes time.
	slow = 25 * time.Millisecond
	// changes is how many are timed.
	changes = 20
)

// listener measures how long after a writer's answer a listener has the new data, in round trips, and counts those that come after the event.
func (b *bench) listener(ctx context.Context, r row, share time.Duration) {
	entries := b.entries(r)
	for i, e := range entries {
		e.try(ctx, share, func(ctx context.Context) error { return b.delay(ctx, r, e.side, e.res) })
		name, res := r.name, e.res
		if i > 0 {
			name = ""
		}
		if res.failed != nil {
			b.failure(name, r.name, res)
			continue
		}
		b.printf("%-34s %-9s %.2f round trips from the writer's answer to the listener (timed, mean of %d), %.2f from the event (counted); "+
			"%.2f requests, %.2f events\n", name, res.side, res.delay, changes, res.trips, res.requests, res.events)
	}
	if entries[0].res.failed != nil {
		return
	}
	for _, a := range r.aims {
		b.judge(r.name, a, entries[0].res, nil)
	}
}

func (b *bench) delay(ctx context.Context, r row, s side, res *result) (err error) {
	relay, err := startRelay(b.srv.addr, slow)
	if err != nil {
		return err
	}
	defer relay.close()
	trip, err := roundTrip(ctx, relay.addr())
	if err != nil {
		return err
	}
	defer s.close(ctx)
	if err := b.open(ctx, r, s, relay.addr()); err != nil {
		return err
	}
	if _, err := s.run(ctx, firstCycles, 0); err != nil {
		return err
	}
	before := relay.count()
	l, err := s.run(ctx, changes, 0)
	if err != nil {
		return err
	}
	res.delay = l.took.Seconds() / float64(l.cycles) / trip.Seconds()
	// One of them is the writer's.
	d, n := relay.count().minus(before), float64(l.cycles)
	res.trips, res.requests, res.events = float64(d.trips)/n-1, float64(d.requests)/n-1, float64(d.events)/n
	if math.IsNaN(res.delay) {
		err = errIdle
	}
	return err
}

// roundTrip is the median of some.
func roundTrip(ctx context.Context, addr string) (time.Duration, error) {
	c, err := client.Connect(ctx, addr, client.WithSessionTimeout(session))
	if err != nil {
		return 0, err
	}
	defer closeClient(ctx, c)
	var took []float64
	for range changes {
		began := time.Now()
		if _, _, err := c.Exists(root).Do(ctx); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(began)))
	}
	return time.Duration(spreadOf(took).median), nil
}
