package benchfailover

import (
	"fmt"
	"slices"
	"time"
)

func (b *bench) heading() {
	b.printf("%d servers of Apache's, tickTime %v, syncLimit %d; session timeout %v; patience %v.\n", members, b.Tick, b.SyncLimit, b.Session, b.Most)
	b.printf("Seconds from the fault until anybody can write (ensemble) and until each client's next write, with its attempts to connect.\n\n")
	b.printf("round fault             ensemble")
	for _, kind := range kinds {
		b.printf("   %7s  dials session", kind.name)
	}
	b.printf("\n")
}

func (b *bench) row(round int, f fault, r result) {
	b.printf("%5d %-17s %8s", round, f, seconds(r.ensemble, r.back))
	for _, o := range r.clients {
		b.printf("   %7s %6d %-7s", seconds(o.wait, o.back), o.attempts, fate(o))
	}
	b.printf("\n")
}

func fate(o outcome) string {
	switch {
	case !o.back:
		return "-"
	case o.kept:
		return "kept"
	}
	return "LOST"
}

func seconds(d time.Duration, back bool) string {
	if !back {
		return "never"
	}
	return fmt.Sprintf("%.2f", d.Seconds())
}

// allowance is what the aims give our client beyond the ensemble's own time.
func (b *bench) allowance(f fault) time.Duration {
	if f.hang {
		return b.Session / 3
	}
	return 300 * time.Millisecond
}

// summary prints what the rounds have in common: waits beyond the ensemble's own, round by round.
func (b *bench) summary(results [][]result) {
	b.printf("\nBeyond the ensemble's own time, median (least to most); sessions kept; most attempts to connect.\n\n")
	for i, rounds := range results {
		if len(rounds) == 0 {
			continue
		}
		f := faults[i]
		for k, kind := range kinds {
			s := summarize(rounds, k)
			verdict := ""
			if k == 0 {
				verdict = s.judge(b.allowance(f))
			}
			b.printf("%-17s %-7s  %-28s kept %d/%d  dials %3d  %s\n", f, kind.name, s, s.kept, len(rounds), s.attempts, verdict)
		}
	}
}

// spread is what a client made of all rounds of a fault.
type spread struct {
	beyond   []time.Duration // sorted; a client that never came back is not among them
	rounds   int
	kept     int
	attempts int64 // the most of a round
}

func summarize(rounds []result, client int) spread {
	s := spread{rounds: len(rounds)}
	for _, r := range rounds {
		o := r.clients[client]
		if o.back && r.back {
			s.beyond = append(s.beyond, o.wait-r.ensemble)
		}
		if o.back && o.kept {
			s.kept++
		}
		s.attempts = max(s.attempts, o.attempts)
	}
	slices.Sort(s.beyond)
	return s
}

func (s spread) String() string {
	missing := s.rounds - len(s.beyond)
	median, ok := s.median()
	if !ok {
		return fmt.Sprintf("never, %d of %d times", missing, s.rounds)
	}
	most := "never"
	if missing == 0 {
		most = fmt.Sprintf("%.2f", s.beyond[len(s.beyond)-1].Seconds())
	}
	return fmt.Sprintf("%.2f s (%.2f to %s)", median.Seconds(), s.beyond[0].Seconds(), most)
}

// median counts a client that never came back as the slowest of all; it is not ok if that is the median.
func (s spread) median() (d time.Duration, ok bool) {
	if s.rounds/2 >= len(s.beyond) {
		return 0, false
	}
	return s.beyond[s.rounds/2], true
}

// judge says whether the aim is met: the median, and every session.
func (s spread) judge(most time.Duration) string {
	verdict := "MISSED"
	if median, ok := s.median(); ok && median <= most && s.kept == s.rounds {
		verdict = "met"
	}
	return fmt.Sprintf("aim <= %.2f s and kept: %s", most.Seconds(), verdict)
}
