package party

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func named(ids ...string) []Member {
	var members []Member
	for i, id := range ids {
		members = append(members, Member{id, fmt.Sprintf("%032x-%s", i, id)})
	}
	slices.SortFunc(members, compareMembers)
	return members
}

func numbered(n int) []string {
	var items []string
	for i := range n {
		items = append(items, fmt.Sprintf("item-%04d", i))
	}
	return items
}

// What kazoo 2.8.0 gave to each of the members "b", "a", "c" of the items z, y, x, w, v, u, ä.
func TestRoundRobinIsKazoos(t *testing.T) {
	items := []string{"u", "v", "w", "x", "y", "z", "ä"}
	for self, want := range [][]string{{"u", "x", "ä"}, {"v", "y"}, {"w", "z"}} {
		for _, divide := range []Partition{RoundRobin, Weighted} {
			if got := divide(self, named("b", "a", "c"), items); !slices.Equal(got, want) {
				t.Errorf("member %d gets %q, want %q", self, got, want)
			}
		}
	}
}

// By hand: of weights 1, 3, 2 the item goes where (has+1)/weight is the least, to the first of equals. These vectors are also in the docs of
// members in other languages.
func TestWeightedVector(t *testing.T) {
	members := named("a", "b;weight=3", "c;weight=2")
	for self, want := range [][]string{
		{"item-0003"},
		{"item-0000", "item-0002", "item-0004"},
		{"item-0001", "item-0005"},
	} {
		if got := Weighted(self, members, numbered(6)); !slices.Equal(got, want) {
			t.Errorf("member %d gets %q, want %q", self, got, want)
		}
	}
}

func TestWeightOf(t *testing.T) {
	for id, want := range map[string]int{
		"a": 1, "a;weight=7": 7, "a;weight=2;weight=5": 5, "a;weight=1048576": 1048576, "a;weight=1048577": 1, "a;weight=0": 1,
		"a;weight=": 1, "a;weight=-3": 1, "a;weight=+3": 1, "a;weight=03": 1, "a;weight=3x": 1, "a;weight=99999999999999999999": 1, "": 1,
	} {
		if got := weightOf(id); got != want {
			t.Errorf("%q: %d, want %d", id, got, want)
		}
	}
	if got := weightOf(weighted("host;weight=9", 4)); got != 4 {
		t.Errorf("weight %d", got)
	}
}

// Each item has one owner; with equal weights both functions are one; and nobody gets less than its part, rounded down.
func TestPartitionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 8).Draw(t, "weights")
		same := rapid.Bool().Draw(t, "same")
		items := numbered(rapid.IntRange(0, 60).Draw(t, "items"))
		var ids []string
		var sum int
		for i, w := range weights {
			if same {
				w = weights[0]
			}
			sum += w
			ids = append(ids, weighted(fmt.Sprint("m", i), w))
		}
		members := named(ids...)
		var all []string
		for self, m := range members {
			mine, ok := shareOf(Weighted, m.Name, members, items)
			if !ok {
				t.Fatalf("%v is not among the members", m)
			}
			all = append(all, mine...)
			if same && !slices.Equal(mine, RoundRobin(self, members, items)) {
				t.Errorf("equal weights: %q", mine)
			}
			if part := len(items) * weightOf(m.ID) / sum; len(mine) < part {
				t.Errorf("weight %d of %d gets %d of %d items", weightOf(m.ID), sum, len(mine), len(items))
			}
		}
		slices.Sort(all)
		if !slices.Equal(all, items) {
			t.Errorf("given: %q of %q", all, items)
		}
	})
	if _, ok := shareOf(RoundRobin, "gone", named("a"), numbered(3)); ok {
		t.Error("a share for one who is not there")
	}
}
