package party

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Partition says which of the items are one member's: those of members[self]. members and items are sorted; the same arguments must always
// give the same answer, and the answers for all members must hold each item once. All members of a set must use the same function, also those
// in Python: where two functions disagree no item has two owners, since each is locked, but one may have none.
type Partition func(self int, members []Member, items []string) []string

// RoundRobin is kazoo's function: the items go to the members in turn.
func RoundRobin(self int, members []Member, items []string) []string {
	var mine []string
	for i := self; i < len(items); i += len(members) {
		mine = append(mine, items[i])
	}
	return mine
}

// Weighted gives each member as many items as its weight says, which is part of its id (see WithWeight). Each item in turn goes to the
// member that has the fewest for its weight, counting this item; the first of equals. With equal weights that is RoundRobin.
func Weighted(self int, members []Member, items []string) []string {
	weights := make([]int64, len(members))
	for i, m := range members {
		weights[i] = int64(weightOf(m.ID))
	}
	var mine []string
	has := make([]int64, len(members))
	for _, item := range items {
		next := 0
		for i := range members {
			if (has[i]+1)*weights[next] < (has[next]+1)*weights[i] {
				next = i
			}
		}
		has[next]++
		if next == self {
			mine = append(mine, item)
		}
	}
	return mine
}

const (
	weightMark = ";weight="
	maxWeight  = 1 << 20
)

// weighted is an id that says a weight.
func weighted(id string, weight int) string {
	return fmt.Sprint(id, weightMark, weight)
}

// weightOf is the weight that an id says: the number behind its last ";weight=", from 1 to 1048576, and 1 for any other id.
func weightOf(id string) int {
	i := strings.LastIndex(id, weightMark)
	if i < 0 {
		return 1
	}
	digits := id[i+len(weightMark):]
	if strings.Trim(digits, "0123456789") != "" || strings.HasPrefix(digits, "0") {
		return 1
	}
	weight, err := strconv.Atoi(digits)
	if err != nil || weight < 1 || weight > maxWeight {
		return 1
	}
	return weight
}

// shareOf is what the function gives to the member with this name. members are sorted, so of members with one id each has its own place. ok
// tells whether it is among them.
func shareOf(divide Partition, name string, members []Member, items []string) (mine []string, ok bool) {
	self := slices.IndexFunc(members, func(m Member) bool { return m.Name == name })
	if self < 0 {
		return nil, false
	}
	return divide(self, slices.Clone(members), slices.Clone(items)), true
}
