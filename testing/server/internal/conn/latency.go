package conn

import (
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// cells is how many whole milliseconds Latency tells apart; what took longer shares the last one.
const cells = 256

// Latency counts how long requests took. Adding to it is mostly one addition; a sum read meanwhile may be off by what is being
// added.
type Latency struct {
	cell  [cells]atomic.Int64
	total atomic.Int64 // ms
	min   atomic.Int64 // ms, one more, so that 0 is none
	max   atomic.Int64 // ms
}

// Add adds one.
func (l *Latency) Add(took time.Duration) {
	ms := took.Milliseconds()
	l.cell[min(ms, cells-1)].Add(1)
	if ms > 0 {
		l.total.Add(ms)
	}
	lower(&l.min, ms+1)
	raise(&l.max, ms)
}

// lower makes a the smaller one, where 0 is none.
func lower(a *atomic.Int64, v int64) {
	for old := a.Load(); old == 0 || v < old; old = a.Load() {
		if a.CompareAndSwap(old, v) {
			return
		}
	}
}

func raise(a *atomic.Int64, v int64) {
	for old := a.Load(); v > old; old = a.Load() {
		if a.CompareAndSwap(old, v) {
			return
		}
	}
}

// Reset begins anew.
func (l *Latency) Reset() {
	for i := range l.cell {
		l.cell[i].Store(0)
	}
	l.total.Store(0)
	l.min.Store(0)
	l.max.Store(0)
}

// Sum is what has been added. A percentile in the last cell is told as the largest of all.
func (l *Latency) Sum() fourletter.Latency {
	var count [cells]int64
	s := fourletter.Latency{Total: l.total.Load(), Min: max(l.min.Load()-1, 0), Max: l.max.Load()}
	for i := range l.cell {
		count[i] = l.cell[i].Load()
		s.Count += count[i]
	}
	for _, p := range []struct {
		at   int64 // per mille
		into *int64
	}{{500, &s.P50}, {900, &s.P90}, {950, &s.P95}, {990, &s.P99}, {999, &s.P999}} {
		rank, below := (s.Count*p.at+999)/1000, int64(0)
		for ms := range count {
			if below += count[ms]; below >= rank {
				*p.into = int64(ms)
				if ms == cells-1 {
					*p.into = s.Max
				}
				break
			}
		}
	}
	return s
}

// Both is the sum of two sums, without percentiles.
func Both(a, b fourletter.Latency) fourletter.Latency {
	s := fourletter.Latency{Count: a.Count + b.Count, Total: a.Total + b.Total, Min: a.Min, Max: max(a.Max, b.Max)}
	if a.Count == 0 || b.Count != 0 && b.Min < a.Min {
		s.Min = b.Min
	}
	return s
}
