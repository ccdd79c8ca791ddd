package benchrecipes

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	// warmUp is how long each side exercises a setup before it is measured, in turns.
	warmUp = 2
	// tripCycles is how many cycles each contender does while round trips are counted: with one or two contenders, with more, and where a
	// cycle is many in itself.
	tripCycles, tripCyclesCrowd, tripCyclesItems = 10, 4, 2
	// firstCycles come before those: what the first has to make, the next ones find.
	firstCycles = 2
)

// entry is a side in a row.
type entry struct {
	side   side
	res    *result
	cycles float64
}

// row measures one and prints it, in the time that it may take if not all of it is one round. A side that fails is left out of it.
func (b *bench) row(ctx context.Context, r row, share time.Duration) {
	began := time.Now()
	if r.measure != nil {
		r.measure(b, ctx, r, share)
		return
	}
	entries := b.entries(r)
	for _, e := range entries {
		e.try(ctx, share, func(ctx context.Context) error {
			saw, cycles, err := b.relayed(ctx, r, e.side)
			e.res.trips = float64(saw.trips) / r.cycles(cycles)
			return err
		})
	}
	rounds := b.inTurns(ctx, r, entries, share, began.Add(share))
	b.print(r, results(entries), rounds)
}

// entries are the sides that have the recipe.
func (b *bench) entries(r row) (entries []*entry) {
	for _, s := range b.sides {
		if s.has(r.recipe) {
			entries = append(entries, &entry{side: s, res: &result{side: s.name(), trips: math.NaN()}})
		}
	}
	return entries
}

func results(entries []*entry) (all []*result) {
	for _, e := range entries {
		all = append(all, e.res)
	}
	return all
}

// try does something in a row that may take so long, unless the side has failed already. It fails if it takes too long.
func (e *entry) try(ctx context.Context, share time.Duration, f func(ctx context.Context) error) {
	if e.res.failed != nil {
		return
	}
	ctx, cancel := within(ctx, share)
	defer cancel()
	e.res.failed = f(ctx)
}

// cycles are those of all together, where several make one.
func (r row) cycles(contenders int64) float64 {
	return float64(contenders) * float64(max(1, r.items)) / float64(max(1, r.members))
}

// most is how many cycles a turn may have.
func (r row) most() int {
	if r.stock == 0 {
		return math.MaxInt32
	}
	return r.stock
}

// open gives a side a folder of its own.
func (b *bench) open(ctx context.Context, r row, s side, addr string) error {
	b.opened++
	path := numbered(root, b.opened)
	if err := b.keeper.folder(ctx, path); err != nil {
		return err
	}
	return s.open(ctx, r.recipe, r.contenders, addr, path)
}

// relayed lets a side do some cycles through a relay, and returns what the relay saw of them.
func (b *bench) relayed(ctx context.Context, r row, s side) (saw seen, cycles int64, err error) {
	first, n, hold := firstCycles, tripCycles, holdBack
	switch {
	case r.items > 1:
		first, n, hold = 1, tripCyclesItems, holdBackCrowd
	case r.contenders > 2:
		n, hold = tripCyclesCrowd, holdBackCrowd
	}
	relay, err := startRelay(b.srv.addr, hold)
	if err != nil {
		return saw, 0, err
	}
	defer relay.close()
	defer s.close(ctx)
	if err := b.open(ctx, r, s, relay.addr()); err != nil {
		return saw, 0, err
	}
	if err := s.prepare(ctx, first+n); err != nil {
		return saw, 0, err
	}
	if _, err := s.run(ctx, first, 0); err != nil {
		return saw, 0, err
	}
	before := relay.count()
	lap, err := s.run(ctx, n, 0)
	return relay.count().minus(before), lap.cycles, err
}

func (s seen) minus(t seen) seen {
	return seen{s.trips - t.trips, s.requests - t.requests, s.events - t.events, s.pings - t.pings}
}

// inTurns measures rates, and counts what the server does meanwhile, for as many rounds as there is time for until end, but one at least.
// Every other round takes the sides in the other order.
func (b *bench) inTurns(ctx context.Context, r row, entries []*entry, share time.Duration, end time.Time) (rounds int) {
	defer func() {
		for _, e := range entries {
			e.side.close(ctx)
		}
	}()
	for _, e := range entries {
		e.try(ctx, share, func(ctx context.Context) error {
			if err := b.open(ctx, r, e.side, b.srv.addr); err != nil {
				return err
			}
			if err := e.side.prepare(ctx, r.stock); err != nil {
				return err
			}
			_, err := b.turn(ctx, r, e.side, warmUp*b.Duration)
			return err
		})
	}
	for began := time.Now(); rounds < b.Rounds; rounds++ {
		if each := time.Since(began) / time.Duration(max(1, rounds)); rounds > 0 && time.Now().Add(each).After(end) {
			break
		}
		for i := range entries {
			if rounds%2 == 1 {
				i = len(entries) - 1 - i
			}
			entries[i].try(ctx, share, func(ctx context.Context) error { return b.measured(ctx, r, entries[i]) })
		}
	}
	for _, e := range entries {
		e.res.requests /= e.cycles
		e.res.events /= e.cycles
	}
	return rounds
}

// measured is one turn that counts.
func (b *bench) measured(ctx context.Context, r row, e *entry) error {
	if err := e.side.prepare(ctx, r.stock); err != nil {
		return err
	}
	before, err := b.srv.count(ctx)
	if err != nil {
		return err
	}
	lap, err := b.turn(ctx, r, e.side, b.Duration)
	if err != nil {
		return err
	}
	after, err := b.srv.count(ctx)
	if err != nil {
		return err
	}
	done, d := r.cycles(lap.cycles), after.minus(before)
	e.cycles += done
	e.res.rates = append(e.res.rates, done/lap.took.Seconds())
	e.res.requests += float64(d.requests)
	e.res.events += float64(d.events)
	e.res.stuck += lap.stuck
	return nil
}

// errIdle is a turn in which nothing was done.
var errIdle = errors.New("no cycle was done")

// turn is one side's.
func (b *bench) turn(ctx context.Context, r row, s side, within time.Duration) (lap, error) {
	if r.whole {
		within = 0
	}
	l, err := s.run(ctx, r.most(), within)
	if err == nil && (l.cycles == 0 || l.took <= 0) {
		err = fmt.Errorf("run: %w", errIdle)
	}
	return l, err
}
