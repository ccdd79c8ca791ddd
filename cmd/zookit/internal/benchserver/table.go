package benchserver

import "fmt"

// aim is what a ratio should be at least.
type aim struct {
	least float64
	of    string // the server that ours is compared with
}

// What the project aims at, for tasks by name.
var (
	memoryAims = map[string]aim{
		"get/1/256": {4, "Apache"}, "set/1/256": {4, "Apache"},
		"get/8/256": {2.5, "Apache"}, "set/8/256": {2.5, "Apache"}, "create/8/256": {2.5, "Apache"},
		"get/1/1": {0.85, "echo"},
	}
	durableAims = map[string]aim{"set/1/256": {2, "Apache"}}
)

// judge says whether a ratio is what was aimed at; "" where nothing was.
func (a aim) judge(of string, s spread) string {
	switch {
	case a.of != of || s.max == 0:
		return ""
	case s.median >= a.least:
		return fmt.Sprintf("aim >= %v met", a.least)
	}
	return fmt.Sprintf("aim >= %v MISSED", a.least)
}

// atMost is judge for what should be small.
func atMost(got, most float64) string {
	if got <= most {
		return "met"
	}
	return "MISSED"
}

func (b *bench) rateHeading(title string) {
	b.printf("\n%s\nPer operation: system calls to read and to write, and the process's CPU time.\n\n", title)
	b.printf("call   conns window  server    ops/s  p50 µs   p99 µs   reads  writes  CPU µs   ours/it\n")
}

func (b *bench) rateRow(t task, servers []*process, all []series, a aim) {
	for i, s := range all {
		ratio, verdict := "", ""
		if i > 0 {
			r := ratios(all[0].rate, s.rate)
			ratio, verdict = r.String(), a.judge(servers[i].name, r)
		}
		b.printf("%-6s %5d %6d  %-6s %8.0f %7.0f %8.0f   %5.2f   %5.2f  %6.2f   %-24s %s\n", t.op, t.conns, t.window, servers[i].name,
			median(s.rate), median(s.p50), median(s.p99), median(s.reads), median(s.writes), median(s.cpu), ratio, verdict)
	}
}
