package interop

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/party"
)

// Go and Python in one Party and in one ShallowParty see each other come and go.
func TestPartyKazoo(t *testing.T) {
	python := foreign.Python(t)
	const folder = "/interop/party"
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p := foreign.Start(t, python, "testdata/kazoo/party.py", addr, folder)
		wait := func(text string) {
			t.Helper()
			if err := p.WaitFor(ctx, text); err != nil {
				t.Fatalf("%v\n%s", err, p.Output())
			}
		}
		wait("joined")
		c := connectClient(ctx, t, addr)
		deep, err := party.New(c, folder+"/deep", party.WithID("go-1"))
		must(t, err)
		shallow, err := party.NewShallow(c, folder+"/shallow", party.WithID("go-1"))
		must(t, err)
		var in []*party.Membership
		for _, p := range []*party.Party{deep, shallow} {
			awaitParty(ctx, t, p, "python-1")
			m, err := p.Join(ctx)
			must(t, err)
			in = append(in, m)
			awaitParty(ctx, t, p, "go-1", "python-1")
		}
		wait("together")
		for _, m := range in {
			must(t, m.Leave())
		}
		wait("done")
		if err := p.Wait(ctx); err != nil {
			t.Fatalf("%v\n%s", err, p.Output())
		}
		awaitParty(ctx, t, deep)
		awaitParty(ctx, t, shallow)
	})
}

func awaitParty(ctx context.Context, t *testing.T, p *party.Party, want ...string) {
	t.Helper()
	for change, err := range p.Changes(ctx) {
		must(t, err)
		var got []string
		for _, m := range change.Members {
			got = append(got, m.ID)
		}
		if slices.Equal(got, want) {
			return
		}
	}
}

// folder lists what is in one.
func folder(ctx context.Context, t *testing.T, c *client.Client, path string) []string {
	t.Helper()
	names, _, err := c.Children(path).Do(ctx)
	must(t, err)
	return names
}
