package barrier_test

import (
	"fmt"
	"testing"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/tenant"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/zktest"
)

// In a namespace and with a provider of access control lists: all znodes are inside and have its list.
func TestTenant(t *testing.T) {
	tenant.Check(t, func(t *testing.T, _ *zktest.World, c *client.Client, look func() []string) {
		ctx := t.Context()
		gate, err := barrier.New(c, "/gates/one")
		must(t, err)
		must(t, gate.Set(ctx))
		double, err := barrier.NewDouble(c, "/rounds/one", 2)
		must(t, err)
		members := make(chan *barrier.Member, 2)
		for range 2 {
			go func() {
				m, err := double.Enter(ctx)
				if err != nil {
					t.Error(err)
				}
				members <- m
			}()
		}
		one, two := <-members, <-members
		all := look()
		want := map[string]bool{"/gates": true, "/gates/one": true, "/rounds": true, "/rounds/one": true, "/rounds/one/ready": true}
		var own int
		for _, path := range all {
			if !want[path] {
				own++
			}
		}
		if own != 2 || len(all) != len(want)+2 {
			t.Errorf("%v", all)
		}
		left := make(chan error)
		for _, m := range []*barrier.Member{one, two} {
			go func() { left <- m.Leave(ctx) }()
		}
		must(t, <-left)
		must(t, <-left)
		must(t, gate.Remove(ctx))
		must(t, gate.Wait(ctx))
		if got := fmt.Sprint(look()); got != "[/gates /rounds /rounds/one]" {
			t.Errorf("left: %s", got)
		}
	})
}
