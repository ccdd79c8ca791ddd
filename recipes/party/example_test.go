package party_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/party"
)

func ExampleParty() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		for _, id := range []string{"ada", "bob"} {
			p, err := party.New(c, "/party", party.WithID(id))
			if err != nil {
				return err
			}
			m, err := p.Join(ctx)
			if err != nil {
				return err
			}
			defer m.Leave()
		}
		p, err := party.New(c, "/party")
		if err != nil {
			return err
		}
		members, err := p.Members(ctx)
		for _, m := range members {
			fmt.Println(m.ID)
		}
		return err
	})
	// Output:
	// ada
	// bob
}

func ExampleParty_Changes() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		p, err := party.NewShallow(c, "/party", party.WithID("ada"))
		if err != nil {
			return err
		}
		var m *party.Membership
		for change, err := range p.Changes(ctx) {
			switch {
			case err != nil:
				return err
			case len(change.Joined) > 0:
				fmt.Println("joined:", change.Joined[0].ID)
				if err := m.Leave(); err != nil {
					return err
				}
			case len(change.Left) > 0:
				fmt.Println("left:", change.Left[0].ID)
				return nil
			default:
				fmt.Println("nobody is here")
				if m, err = p.Join(ctx); err != nil {
					return err
				}
			}
		}
		return nil
	})
	// Output:
	// nobody is here
	// joined: ada
	// left: ada
}

func ExampleParty_Stay() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		p, err := party.New(c, "/party", party.WithID("ada"))
		if err != nil {
			return err
		}
		stay, err := p.Stay(ctx)
		if err != nil {
			return err
		}
		defer stay.Leave()
		first := stay.Membership()
		if err := c.Delete(first.Path()).Do(ctx); err != nil { // as somebody by hand would
			return err
		}
		<-first.Context().Done()
		fmt.Println("out:", context.Cause(first.Context()))
		for now := range stay.Changes(ctx) {
			if now.Membership != nil && now.Membership != first {
				fmt.Println("in again")
				break
			}
		}
		return nil
	})
	// Output:
	// out: party: its znode was deleted by another client
	// in again
}

func ExamplePartitioner_Run() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		queues := []string{"invoices", "letters", "orders"}
		p, err := party.NewPartitioner(c, "/queues", queues, party.WithTimeBoundary(10*time.Millisecond))
		if err != nil {
			return err
		}
		enough := errors.New("enough")
		err = p.Run(ctx, func(ctx context.Context, share *party.Share) error {
			for _, item := range share.Items() {
				fmt.Println("working on", item.Name())
			}
			return enough // or wait for <-ctx.Done(), return, and get the next share
		})
		if !errors.Is(err, enough) {
			return err
		}
		return nil
	})
	// Output:
	// working on invoices
	// working on letters
	// working on orders
}
