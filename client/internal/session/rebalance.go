package session

import (
	"math/rand/v2"
	"slices"
)

// rebalance decides what a new list means for a client of the server mine: whether it moves, and the order in which it tries the new
// list. The rule is that of Apache's StaticHostProvider: when every client follows it, the load is even again afterwards, and no more
// clients have moved than that takes.
//
//   - mine is on the new list, which is not longer: stay.
//   - mine is on the new list, which is longer: move, to a server that is new, with the share of clients that there are too many here.
//   - mine is not on the new list: move, to a new server if the list is longer. Otherwise to one that was there before with the share of
//     clients that those lack.
func rebalance(old, next []Server, mine Server, random func() float64) (order []Server, move bool) {
	var kept, fresh []Server
	for _, i := range rand.Perm(len(next)) {
		if slices.Contains(old, next[i]) {
			kept = append(kept, next[i])
		} else {
			fresh = append(fresh, next[i])
		}
	}
	was, is := float64(len(old)), float64(len(next))
	grown, stays := is > was, slices.Contains(next, mine)
	toKept := 0.0
	switch {
	case stays && (!grown || random() > 1-was/is):
		return mix(kept, fresh, float64(len(kept))/is, random), false
	case !grown && len(kept) > 0:
		toKept = float64(len(kept)) * (was - is) / (is * (was - float64(len(kept))))
	}
	return mix(kept, fresh, toKept, random), true
}

// mix draws from kept with the probability p, from fresh otherwise, and from the other when one is used up.
func mix(kept, fresh []Server, p float64, random func() float64) (order []Server) {
	for len(kept)+len(fresh) > 0 {
		from := &fresh
		if len(fresh) == 0 || len(kept) > 0 && random() < p {
			from = &kept
		}
		order = append(order, (*from)[0])
		*from = (*from)[1:]
	}
	return order
}
