package bench

import (
	"fmt"
	"sync/atomic"
	"testing"
)

// share lets the callers do b.N operations together.
func share(b *testing.B, callers int, do task) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ReportAllocs()
	b.ResetTimer()
	err := together(callers, func(caller int) error {
		for left.Add(-1) >= 0 {
			if err := do(caller); err != nil {
				return err
			}
		}
		return nil
	})
	b.StopTimer()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "ops/s")
}

// bench is the call from each side alone.
func (op call) bench(b *testing.B, srv target) {
	b.Helper()
	for side, name := range sideNames {
		for _, callers := range callerCounts {
			b.Run(fmt.Sprintf("%s/callers=%d", name, callers), func(b *testing.B) {
				share(b, callers, op.callers(b, srv)[side])
			})
		}
	}
}

func BenchmarkGet(b *testing.B) { onServer(b, get.bench) }

func BenchmarkSet(b *testing.B) { onServer(b, set.bench) }

func BenchmarkLock(b *testing.B) {
	onServer(b, func(b *testing.B, srv target) {
		b.Helper()
		for side, name := range lockNames {
			for _, n := range contenderCounts {
				b.Run(fmt.Sprintf("%s/contenders=%d", name, n), func(b *testing.B) {
					share(b, n, contenders(b, srv, side, n, nil))
				})
			}
		}
	})
}
