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
	// tripCycles is how many cycles each contender does while round trips are counted: with one contender, and with more.
	tripCycles, tripCyclesCrowd = 20, 8
	// firstCycles come before those: what the first has to make, the next ones find.
	firstCycles = 3
)

// row measures one and prints it.
func (b *bench) row(ctx context.Context, r row) error {
	if r.measure != nil {
		return r.measure(b, ctx, r)
	}
	sides := b.having(r.recipe)
	results := make([]*result, len(sides))
	for i, s := range sides {
		seen, cycles, err := b.relayed(ctx, r, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name(), err)
		}
		results[i] = &result{side: s.name(), trips: float64(seen.trips) / r.cycles(cycles)}
	}
	if err := b.inTurns(ctx, r, sides, results); err != nil {
		return err
	}
	b.print(r, results)
	return nil
}

// having are the sides that have the recipe.
func (b *bench) having(recipe string) (sides []side) {
	for _, s := range b.sides {
		if s.has(recipe) {
			sides = append(sides, s)
		}
	}
	return sides
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
	relay, err := startRelay(b.srv.addr, holdBack)
	if err != nil {
		return saw, 0, err
	}
	defer relay.close()
	if err := b.open(ctx, r, s, relay.addr()); err != nil {
		return saw, 0, err
	}
	defer func() { err = errors.Join(err, s.close(ctx)) }()
	n := tripCycles
	if r.contenders > 1 {
		n = tripCyclesCrowd
	}
	if err := s.prepare(ctx, firstCycles+n); err != nil {
		return saw, 0, err
	}
	if _, err := s.run(ctx, firstCycles, 0); err != nil {
		return saw, 0, err
	}
	before := relay.count()
	lap, err := s.run(ctx, n, 0)
	return relay.count().minus(before), lap.cycles, err
}

func (s seen) minus(t seen) seen {
	return seen{s.trips - t.trips, s.requests - t.requests, s.events - t.events, s.pings - t.pings}
}

// inTurns measures rates, and counts what the server does meanwhile. Every other round takes the sides in the other order.
func (b *bench) inTurns(ctx context.Context, r row, sides []side, results []*result) (err error) {
	for _, s := range sides {
		if err := b.open(ctx, r, s, b.srv.addr); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.close(ctx)) }()
		if err := s.prepare(ctx, r.stock); err != nil {
			return err
		}
		if _, err := b.turn(ctx, r, s, warmUp*b.Duration); err != nil {
			return err
		}
	}
	cycles, all := make([]float64, len(sides)), make([]counts, len(sides))
	for round := range b.Rounds {
		for i := range sides {
			if round%2 == 1 {
				i = len(sides) - 1 - i
			}
			if err := sides[i].prepare(ctx, r.stock); err != nil {
				return err
			}
			before, err := b.srv.count(ctx)
			if err != nil {
				return err
			}
			lap, err := b.turn(ctx, r, sides[i], b.Duration)
			if err != nil {
				return err
			}
			after, err := b.srv.count(ctx)
			if err != nil {
				return err
			}
			done := r.cycles(lap.cycles)
			results[i].rates = append(results[i].rates, done/lap.took.Seconds())
			cycles[i] += done
			d := after.minus(before)
			all[i].requests += d.requests
			all[i].events += d.events
		}
	}
	for i, c := range all {
		results[i].requests, results[i].events = float64(c.requests)/cycles[i], float64(c.events)/cycles[i]
	}
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
		err = errIdle
	}
	if err != nil {
		return l, fmt.Errorf("%s: %w", s.name(), err)
	}
	return l, nil
}
