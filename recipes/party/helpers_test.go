package party_test

import (
	"context"
	"errors"
	"testing"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/party"
	"github.com/zookit-go/zookit/testing/zktest"
)

const path = "/parties/one"

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// makers are the two parties.
var makers = []struct {
	name string
	make func(c *client.Client, path string, opts ...party.Option) (*party.Party, error)
}{{"party", party.New}, {"shallow", party.NewShallow}}

func deep(tb testing.TB, c *client.Client, id string) *party.Party {
	tb.Helper()
	p, err := party.New(c, path, party.WithID(id))
	must(tb, err)
	return p
}

func shallow(tb testing.TB, c *client.Client, id string) *party.Party {
	tb.Helper()
	p, err := party.NewShallow(c, path, party.WithID(id))
	must(tb, err)
	return p
}

func join(tb testing.TB, p *party.Party) *party.Membership {
	tb.Helper()
	m, err := p.Join(tb.Context())
	must(tb, err)
	return m
}

func ids(members []party.Member) []string {
	var all []string
	for _, m := range members {
		all = append(all, m.ID)
	}
	return all
}

func here(tb testing.TB, p *party.Party) []string {
	tb.Helper()
	members, err := p.Members(tb.Context())
	must(tb, err)
	return ids(members)
}

// children lists a folder as a bystander sees it.
func children(tb testing.TB, c *client.Client, path string) []string {
	tb.Helper()
	names, _, err := c.Children(path).Do(tb.Context())
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	must(tb, err)
	return names
}

// ended waits for the end of a context and tells its cause.
func ended(ctx context.Context) error {
	<-ctx.Done()
	return context.Cause(ctx)
}

// requests counts what clients asked for, pings apart.
func requests(w *zktest.World) int64 {
	var n int64
	for op, count := range w.Server.Stats().Requests {
		if op != "ping" {
			n += count
		}
	}
	return n
}
