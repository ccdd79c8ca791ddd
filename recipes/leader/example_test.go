package leader_test

import (
	"context"
	"fmt"
	"log"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/example"
	"github.com/zookit-go/zookit/recipes/leader"
)

func ExampleLatch() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		latch, err := leader.NewLatch(c, "/leaders/report", leader.WithID("worker 7"))
		if err != nil {
			return err
		}
		if err := latch.Start(ctx); err != nil {
			return err
		}
		defer latch.Close(ctx)
		term, err := latch.Await(ctx)
		if err != nil {
			return err
		}
		lead := term.Context() // ends when another may lead
		fmt.Println("leading:", lead.Err() == nil)

		who, err := latch.Observer().Leader(ctx)
		fmt.Println("leader:", who.ID, who.Epoch == term.Epoch())
		return err
	})
	// Output:
	// leading: true
	// leader: worker 7 true
}

func ExampleLatch_Changes() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		latch, err := leader.NewLatch(c, "/leaders/report", leader.WithCloseMode(leader.Notify))
		if err != nil {
			return err
		}
		if err := latch.Start(ctx); err != nil {
			return err
		}
		for change := range latch.Changes(ctx) {
			switch {
			case change.Term != nil:
				fmt.Println("leads")
				go func() {
					if err := latch.Close(ctx); err != nil {
						log.Fatal(err)
					}
				}()
			case change.Err != nil:
				fmt.Println("leads no longer:", change.Err)
			}
		}
		return nil
	})
	// Output:
	// leads
	// leads no longer: leader: closed
}

func ExampleSelector_Run() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		selector, err := leader.NewSelector(c, "/leaders/report", leader.WithID("worker 7"))
		if err != nil {
			return err
		}
		return selector.Run(ctx, func(ctx context.Context) error {
			fmt.Println("leading:", ctx.Err() == nil, leader.FromContext(ctx).Epoch() > 0)
			return nil
		})
	})
	// Output: leading: true true
}

// Data that only the leader can write, for everybody to read.
func ExampleTerm_Publish() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		selector, err := leader.NewSelector(c, "/leaders/report")
		if err != nil {
			return err
		}
		var former *leader.Term
		err = selector.Run(ctx, func(ctx context.Context) error {
			former = leader.FromContext(ctx)
			return former.Publish(ctx, "/report-address", []byte("10.0.0.7:80"))
		})
		if err != nil {
			return err
		}
		fmt.Println(former.Publish(ctx, "/report-address", []byte("late")))
		data, _, err := c.Get("/report-address").Do(ctx)
		fmt.Printf("%s\n", data)
		return err
	})
	// Output:
	// leader: publish at /report-address: leader: the function returned
	// 10.0.0.7:80
}

func ExampleObserver_Leaders() {
	example.Connected(func(ctx context.Context, c *client.Client) error {
		latch, err := leader.NewLatch(c, "/leaders/report", leader.WithID("worker 7"))
		if err != nil {
			return err
		}
		if err := latch.Start(ctx); err != nil {
			return err
		}
		observer, err := leader.NewLatchObserver(c, "/leaders/report")
		if err != nil {
			return err
		}
		for who, err := range observer.Leaders(ctx) {
			if err != nil {
				return err
			}
			fmt.Printf("leader: %q\n", who.ID)
			if who.ID == "" {
				return nil
			}
			if err := latch.Close(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	// Output:
	// leader: "worker 7"
	// leader: ""
}
