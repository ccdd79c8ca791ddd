package benchrecipes

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
)

func (b *bench) heading() {
	names := []string{"ours"}
	for _, s := range b.sides {
		if p, ok := s.(*peer); ok {
			names = append(names, p.title+" "+p.version)
		}
	}
	b.printf("Recipes side by side on one server of Apache's, %s, which does not wait for its disk: %s and go-zookeeper's zk.Lock.\n",
		b.srv.version, strings.Join(names, ", "))
	b.printf("%s, %d CPUs; clients and server on one machine. %d rounds at most, %v for each side in a round, in turns. Requests and watch events are the\n",
		runtime.Version(), runtime.NumCPU(), b.Rounds, b.Duration)
	b.printf("server's counters; round trips are counted on the connections, in a run of their own. Ratios are the median of the rounds' (lowest to highest).\n")
	for _, why := range b.absent {
		b.printf("%s\n", why)
	}
	b.printf("\n%-34s %-9s %9s %9s %7s %6s   %s\n", "per cycle", "side", "cycles/s", "requests", "events", "trips", "ours/it")
}

// print prints a row's results and says what became of the aims.
func (b *bench) print(r row, results []*result, rounds int) {
	ours := results[0]
	var curator *result
	for i, res := range results {
		name, ratio, notes := r.name, "", ""
		if i > 0 {
			name = ""
		}
		if res.failed != nil {
			b.failure(name, r.name, res)
			continue
		}
		if i > 0 && ours.failed == nil {
			ratio = ratios(ours.rates, res.rates).String()
		}
		if res.side == "Curator" {
			curator = res
			notes = r.compared(res)
		}
		if res.stuck > 0 {
			notes += fmt.Sprintf(", %s given up", plural(float64(res.stuck), "wait"))
		}
		trips := "-"
		if !math.IsNaN(res.trips) {
			trips = fmt.Sprintf("%.2f", res.trips)
		}
		b.printf("%-34s %-9s %9.0f %9.2f %7.2f %6s   %-24s %s\n", name, res.side, spreadOf(res.rates).median, res.requests, res.events, trips, ratio,
			strings.TrimPrefix(notes, ", "))
	}
	measured := slices.ContainsFunc(results, func(res *result) bool { return res.failed == nil })
	if most := r.rounds(b); measured && rounds < most {
		b.printf("    %d of %d rounds, since the machine is busy\n", rounds, most)
	}
	if ours.failed != nil {
		return
	}
	for _, a := range r.aims {
		b.judge(r.name, a, ours, curator)
	}
}

// rounds is how many there are in a row that has time.
func (r row) rounds(b *bench) int {
	if r.measure != nil {
		return min(b.Rounds, treeRounds)
	}
	return b.Rounds
}

// failure prints that a side is left out of a row.
func (b *bench) failure(name, row string, res *result) {
	b.printf("%-34s %-9s left out: %v\n", name, res.side, res.failed)
	if res.side == "ours" {
		b.failed = append(b.failed, fmt.Errorf("%s: %w", row, res.failed))
	}
}

func (b *bench) judge(name string, a aim, ours, curator *result) {
	what, met, said := a(ours, curator)
	switch {
	case !said:
	case met:
		b.printf("    aim: %s: met\n", what)
	default:
		b.printf("    aim: %s: MISSED\n", what)
		b.missed = append(b.missed, name+": "+what)
	}
}

// knownWithin is how far from the figure that is known a count may lie: means over contenders depend on the machine.
const knownWithin = 0.1

// compared says whether Curator does what it is known to do.
func (r row) compared(curator *result) string {
	switch {
	case r.known == 0:
		return ""
	case math.Abs(curator.requests-r.known) <= knownWithin*r.known:
		return fmt.Sprintf("as known: %.4g requests", r.known)
	}
	return fmt.Sprintf("NOT as known: %.4g requests", r.known)
}

func (b *bench) ending() {
	switch {
	case len(b.missed) > 0:
		b.printf("\nMissed:\n")
		for _, m := range b.missed {
			b.printf("  %s\n", m)
		}
	case len(b.failed) == 0:
		b.printf("\nNo aim was missed.\n")
	}
}

// spread is the median of some numbers, and how far they lie apart.
type spread struct{ min, median, max float64 }

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{}
	}
	values = slices.Sorted(slices.Values(values))
	return spread{values[0], values[len(values)/2], values[len(values)-1]}
}

func (s spread) String() string { return fmt.Sprintf("%.2f (%.2f to %.2f)", s.median, s.min, s.max) }

// ratios compares round by round: what slows the machine for a while slows both.
func ratios(a, b []float64) spread {
	values := make([]float64, min(len(a), len(b)))
	for i := range values {
		values[i] = a[i] / b[i]
	}
	return spreadOf(values)
}
