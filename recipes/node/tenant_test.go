package node_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/tenant"
	"github.com/zookit-go/zookit/testing/zktest"
)

// In a namespace and with a provider of access control lists: all znodes are inside and have its list, made anew, too.
func TestTenant(t *testing.T) {
	for name, opts := range modes {
		t.Run(name, func(t *testing.T) {
			tenant.Check(t, func(t *testing.T, w *zktest.World, c *client.Client, look func() []string) {
				p := keep(t, c, "x", opts...)
				settle(t, p)
				want := fmt.Sprint([]string{client.Parent(path), p.Path()})
				if got := fmt.Sprint(look()); got != want {
					t.Errorf("%s, want %s", got, want)
				}
				must(t, c.Delete(p.Path()).Do(t.Context()))
				settle(t, p)
				w.Server.ExpireSession(c.Session().ID())
				time.Sleep(5 * time.Second)
				synctest.Wait()
				if got := fmt.Sprint(look()); got != want {
					t.Errorf("made anew: %s, want %s", got, want)
				}
				must(t, p.Close(t.Context()))
			}, extended)
		})
	}
}

func TestTenantTTL(t *testing.T) {
	tenant.Check(t, func(t *testing.T, _ *zktest.World, c *client.Client, look func() []string) {
		n := keepTTL(t, c, "x")
		time.Sleep(ttl)
		if got := fmt.Sprint(look()); got != "[/services /services/one /services/one/touch]" {
			t.Errorf("%s", got)
		}
		must(t, n.Close(t.Context()))
	}, extended)
}
