package benchserver

import (
	"fmt"
	"slices"
)

// spread is the median of some numbers, and how far they lie apart.
type spread struct{ min, median, max float64 }

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	values = slices.Sorted(slices.Values(values))
	return spread{values[0], values[len(values)/2], values[len(values)-1]}
}

func median(values []float64) float64 { return spreadOf(values).median }

func (s spread) String() string {
	if s.max == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", s.median, s.min, s.max)
}

// ratios compares round by round: what slows the machine for a while slows both.
func ratios(a, b []float64) spread {
	values := make([]float64, min(len(a), len(b)))
	for i := range values {
		values[i] = a[i] / b[i]
	}
	return spreadOf(values)
}
