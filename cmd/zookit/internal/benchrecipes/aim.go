package benchrecipes

import "fmt"

// result is what was measured of one side.
type result struct {
	side     string
	rates    []float64 // cycles a second, round by round
	requests float64   // a cycle
	events   float64
	trips    float64
	heaps    []float64 // bytes, load by load
	delay    float64   // from a writer's answer to a listener, in round trips
	stuck    int64     // waits that were given up
	failed   error     // why there is nothing of the above
}

// heap is what is kept, in bytes: of several loads the median.
func (r *result) heap() float64 { return spreadOf(r.heaps).median }

// counting is how far a mean may lie off for reasons that are not the recipe's: a hold that a busy machine made long, or what the first
// cycle of a turn finds.
const counting = 0.03

// parted is that for round trips: on a busy machine what a client sends together may be told apart.
const parted = 0.1

// aim says what was aimed at, and judges. curator is nil if there is none; then an aim that needs it says nothing.
type aim func(ours, curator *result) (what string, met, said bool)

func trips(most float64) aim {
	return func(ours, _ *result) (string, bool, bool) {
		return fmt.Sprintf("at most %s", plural(most, "round trip")), ours.trips <= most+parted, true
	}
}

func requests(most float64) aim {
	return func(ours, _ *result) (string, bool, bool) {
		return fmt.Sprintf("at most %s", plural(most, "request")), ours.requests <= most+counting, true
	}
}

func events(most float64) aim {
	return func(ours, _ *result) (string, bool, bool) {
		return fmt.Sprintf("at most %s", plural(most, "watch event")), ours.events <= most+counting, true
	}
}

// likeCurator is no more requests than Curator's.
func likeCurator(ours, curator *result) (string, bool, bool) {
	if curator == nil {
		return "", false, false
	}
	return "no more requests than Curator", ours.requests <= curator.requests+counting, true
}

// part is at most that part of Curator's requests.
func part(of float64) aim {
	return func(ours, curator *result) (string, bool, bool) {
		if curator == nil {
			return "", false, false
		}
		return fmt.Sprintf("at most 1/%.4g of Curator's requests", of), ours.requests <= curator.requests/of+counting, true
	}
}

// faster is so many times Curator's rate.
func faster(times float64) aim {
	return func(ours, curator *result) (string, bool, bool) {
		if curator == nil {
			return "", false, false
		}
		return fmt.Sprintf("at least %.4g times Curator's rate", times), ratios(ours.rates, curator.rates).median >= times, true
	}
}

// lighter is that part of Curator's heap.
func lighter(of float64) aim {
	return func(ours, curator *result) (string, bool, bool) {
		if curator == nil {
			return "", false, false
		}
		return fmt.Sprintf("at most 1/%.4g of Curator's heap", of), ours.heap()*of <= curator.heap(), true
	}
}

func soon(most float64) aim {
	return func(ours, _ *result) (string, bool, bool) {
		return "within " + plural(most, "round trip"), ours.delay <= most, true
	}
}

func plural(n float64, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%.4g %s", n, what)
}
