package session

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func named(from, to int) (servers []Server) {
	for i := from; i < to; i++ {
		servers = append(servers, Server{Addr: fmt.Sprintf("s%d:1", i)})
	}
	return servers
}

// When every client follows the rule, the load is even afterwards, and nobody moves in vain.
func TestRebalance(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)).Float64
	for _, tt := range []struct {
		name      string
		old, next []Server
		moves     float64 // the share of clients
	}{
		{"two more", named(0, 3), named(0, 5), 2. / 5},
		{"one less", named(0, 5), named(0, 4), 1. / 5},
		{"one replaced", named(0, 3), named(1, 4), 1. / 3},
		{"two for one", named(0, 3), named(1, 5), 1./3 + 2./3*1./4},
		{"fewer, some of them new", named(0, 5), named(3, 7), 3. / 5},
		{"all replaced", named(0, 3), named(3, 6), 1},
		{"the same", named(0, 3), named(0, 3), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const clients = 60000
			load, moved := map[Server]int{}, 0
			for i := range clients {
				mine := tt.old[i%len(tt.old)]
				order, move := rebalance(tt.old, tt.next, mine, random)
				if !same(order, tt.next) {
					t.Fatalf("the order %v of %v", order, tt.next)
				}
				if move {
					moved++
					mine = order[0]
				} else if !slices.Contains(tt.next, mine) {
					t.Fatalf("a client stays at %v", mine)
				}
				load[mine]++
			}
			if share := float64(moved) / clients; math.Abs(share-tt.moves) > 0.02 {
				t.Errorf("%.3f of the clients move, want %.3f", share, tt.moves)
			}
			for _, s := range tt.next {
				if want := clients / float64(len(tt.next)); math.Abs(float64(load[s])-want) > want/20 {
					t.Errorf("%d clients at %v, want %.0f", load[s], s.Addr, want)
				}
			}
		})
	}
}
