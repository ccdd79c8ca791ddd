package bench

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// task does one operation for the caller with that number; each caller is one goroutine. errOver ends a window early.
type task func(caller int) error

var errOver = errors.New("nothing is left to be done")

// sample is what one window saw.
type sample struct {
	ops    int64
	took   time.Duration
	allocs uint64
	bytes  uint64
	counts // the server's, if they were asked for
}

func (s sample) rate() float64        { return float64(s.ops) / s.took.Seconds() }
func (s sample) allocsPerOp() float64 { return float64(s.allocs) / float64(s.ops) }
func (s sample) bytesPerOp() float64  { return float64(s.bytes) / float64(s.ops) }

// window lets the callers do operations until the time is over; each finishes the one it is at. What it takes to start them is not counted.
func window(b *testing.B, callers int, length time.Duration, do task) sample {
	b.Helper()
	var over atomic.Bool
	var ops atomic.Int64
	var ready sync.WaitGroup
	ready.Add(callers)
	begin, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- together(callers, func(caller int) error {
			n := int64(0)
			defer func() { ops.Add(n) }()
			ready.Done()
			<-begin
			for ; !over.Load(); n++ {
				if err := do(caller); errors.Is(err, errOver) {
					break
				} else if err != nil {
					return err
				}
			}
			return nil
		})
	}()
	ready.Wait()
	runtime.GC() // no window pays for what the one before it left
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	timer := time.AfterFunc(length, func() { over.Store(true) })
	defer timer.Stop()
	close(begin)
	err := <-ended
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if err != nil {
		b.Fatal(err)
	}
	return sample{ops: ops.Load(), took: took, allocs: after.Mallocs - before.Mallocs, bytes: after.TotalAlloc - before.TotalAlloc}
}

// together runs the callers side by side and returns an error of theirs, if there is one.
func together(callers int, do task) error {
	var wg sync.WaitGroup
	errs := make(chan error, callers)
	for caller := range callers {
		wg.Go(func() { errs <- do(caller) })
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// contest measures several sides in turns.
type contest struct {
	callers int
	rounds  int
	length  time.Duration // of a window
	until   time.Time     // no round begins later, but one is always measured; zero: no such moment
	count   func(context.Context) (counts, error)
	sides   []task
}

// run returns each side's windows.
func (c contest) run(b *testing.B) [][]sample {
	b.Helper()
	return inTurns(c.rounds, len(c.sides), c.until, func(side int) sample {
		b.Helper()
		return c.window(b, c.sides[side])
	})
}

// inTurns returns each side's samples. The sides take turns in one order and the next time in the other, so that what slowly becomes
// faster or slower favours none. The first round is not kept: server and connections warm up in it.
func inTurns(rounds, sides int, until time.Time, measure func(side int) sample) [][]sample {
	samples := make([][]sample, sides)
	for round := range rounds + 1 {
		if round > 1 && !until.IsZero() && time.Now().After(until) {
			break
		}
		for turn := range sides {
			side := turn
			if round%2 == 1 {
				side = sides - 1 - turn
			}
			if s := measure(side); round > 0 {
				samples[side] = append(samples[side], s)
			}
		}
	}
	return samples
}

// window is one window with the server's counters around it.
func (c contest) window(b *testing.B, do task) sample {
	b.Helper()
	if c.count == nil {
		return window(b, c.callers, c.length, do)
	}
	before, err := c.count(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	s := window(b, c.callers, c.length, do)
	after, err := c.count(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	s.counts = counts{after.requests - before.requests, after.events - before.events}
	return s
}

// spread is the median of some numbers, and how far they lie apart.
type spread struct{ min, median, max float64 }

func spreadOf(values []float64) spread {
	values = slices.Sorted(slices.Values(values))
	return spread{values[0], median(values), values[len(values)-1]}
}

func median[T cmp.Ordered](values []T) T {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// each is f of every sample.
func each(samples []sample, f func(sample) float64) []float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = f(s)
	}
	return values
}

// ratios compares two sides round by round.
func ratios(a, b []sample) spread { return spreadOf(roundByRound(a, b)) }

// quartiles is ratios without the quarter of the rounds at either end: on a machine that stands still now and then, for longer than a window,
// those tell of the machine alone.
func quartiles(a, b []sample) spread {
	values := slices.Sorted(slices.Values(roundByRound(a, b)))
	return spread{values[len(values)/4], median(values), values[len(values)-1-len(values)/4]}
}

func roundByRound(a, b []sample) []float64 {
	values := make([]float64, len(a))
	for i := range a {
		values[i] = a[i].rate() / b[i].rate()
	}
	return values
}
