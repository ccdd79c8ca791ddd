package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
)

// connectedWith is connected, with options.
func connectedWith(f func(ctx context.Context, c *client.Client) error, srv server.Option, opts ...client.Option) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := server.New(srv)
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer s.Kill()
	c, err := client.Connect(ctx, s.Addr(), opts...)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close(ctx)
	if err := f(ctx, c); err != nil {
		log.Fatal(err)
	}
}

// The Stat comes with the answer: no second request.
func ExampleCreateBuilder_ReturningStat() {
	connected(func(ctx context.Context, c *client.Client) error {
		path, stat, err := c.Create("/config").Data([]byte("v1")).ReturningStat().Do(ctx)
		fmt.Println(path, stat.Version, stat.DataLength)
		return err
	})
	// Output: /config 0 2
}

// A cache entry that goes when nobody writes it for an hour.
func ExampleCreateBuilder_TTL() {
	connectedWith(func(ctx context.Context, c *client.Client) error {
		_, err := c.Create("/cache/entry").Parents().TTL(time.Hour).Do(ctx)
		fmt.Println(err)
		return nil
	}, server.WithExtendedTypes(true))
	// Output: <nil>
}

func ExampleCreateBuilder_OrSet() {
	connected(func(ctx context.Context, c *client.Client) error {
		for _, v := range []string{"v1", "v2"} {
			if _, err := c.Create("/app/config").Parents().OrSet().Data([]byte(v)).Do(ctx); err != nil {
				return err
			}
		}
		data, stat, err := c.Get("/app/config").Do(ctx)
		fmt.Printf("%s at version %d\n", data, stat.Version)
		return err
	})
	// Output: v2 at version 1
}

func ExampleCreateBuilder_Idempotent() {
	connected(func(ctx context.Context, c *client.Client) error {
		create := c.Create("/once").Data([]byte("the same")).Idempotent()
		_, first := create.Do(ctx)
		_, second := create.Do(ctx)
		_, other := create.Data([]byte("other")).Do(ctx)
		fmt.Println(first, second, errors.Is(other, zk.ErrNodeExists))
		return nil
	})
	// Output: <nil> <nil> true
}

func ExampleSetBuilder_Idempotent() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/counter").Data([]byte("1")).Do(ctx); err != nil {
			return err
		}
		stat, err := c.Set("/counter").Data([]byte("2")).Version(0).Idempotent().Do(ctx)
		fmt.Println(stat.Version, err)
		return nil
	})
	// Output: 1 <nil>
}

func ExampleDeleteBuilder_WithChildren() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/jobs/done/1").Parents().Do(ctx); err != nil {
			return err
		}
		fmt.Println(c.Delete("/jobs").WithChildren().Do(ctx))
		fmt.Println(c.Delete("/jobs").WithChildren().Quietly().Do(ctx))
		return nil
	})
	// Output:
	// <nil>
	// <nil>
}

func ExampleClient_SetACL() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/readonly").Do(ctx); err != nil {
			return err
		}
		if _, err := c.SetACL("/readonly").ACL(zk.WorldACL(zk.PermRead)...).Do(ctx); err != nil {
			return err
		}
		acl, stat, err := c.GetACL("/readonly").Do(ctx)
		fmt.Println(acl, stat.Aversion, err)
		_, err = c.Set("/readonly").Do(ctx)
		fmt.Println(errors.Is(err, zk.ErrNoAuth))
		return nil
	})
	// Output:
	// [{1 world anyone}] 1 <nil>
	// true
}

// What another client has written before is seen after a Sync, whichever server one is connected to.
func ExampleClient_Sync() {
	connected(func(ctx context.Context, c *client.Client) error {
		c.Sync("/").Async(ctx) // the read behind it waits on the server
		_, stat, err := c.Get("/zookeeper").Do(ctx)
		fmt.Println(stat.NumChildren, err)
		return nil
	})
	// Output: 2 <nil>
}

func ExampleClient_MultiRead() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/app/a").Parents().Data([]byte("1")).Do(ctx); err != nil {
			return err
		}
		res, err := c.MultiRead(c.Get("/app/a"), c.Children("/app"), c.Get("/app/b")).Do(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%s %v %v\n", res[0].Data, res[1].Names, res[2].Err)
		return nil
	})
	// Output: 1 [a] zookeeper: getData /app/b: zk: node does not exist (operation 2 of the request)
}

// Who the servers are; one that is alone says nothing.
func ExampleClient_Config() {
	connected(func(ctx context.Context, c *client.Client) error {
		cfg, err := c.Config().Do(ctx)
		fmt.Println(len(cfg.Servers), cfg.Version, err)
		return nil
	})
	// Output: 0 -1 <nil>
}

func ExampleClient_Reconfig() {
	connected(func(ctx context.Context, c *client.Client) error {
		_, err := c.Reconfig().Leave("3").Join("server.4=zk4:2888:3888:participant;2181").Do(ctx)
		fmt.Println(errors.Is(err, zk.ErrReconfigDisabled)) // unless the ensemble allows it
		return nil
	})
	// Output: true
}

func ExampleClient_WhoAmI() {
	connected(func(ctx context.Context, c *client.Client) error {
		who, err := c.WhoAmI().Do(ctx)
		fmt.Println(who, err)
		return nil
	})
	// Output: [{ip 127.0.0.1}] <nil>
}

func ExampleClient_Ephemerals() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/members/me").Parents().Ephemeral().Do(ctx); err != nil {
			return err
		}
		mine, err := c.Ephemerals().Prefix("/members/").Do(ctx)
		fmt.Println(mine, err)
		return nil
	})
	// Output: [/members/me] <nil>
}

func ExampleClient_CountAllChildren() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/a/b/c").Parents().Do(ctx); err != nil {
			return err
		}
		n, err := c.CountAllChildren("/a").Do(ctx)
		fmt.Println(n, err)
		return nil
	})
	// Output: 2 <nil>
}

func ExampleClient_Walk() {
	connected(func(ctx context.Context, c *client.Client) error {
		for _, path := range []string{"/a/x/1", "/a/y"} {
			if _, err := c.Create(path).Parents().Do(ctx); err != nil {
				return err
			}
		}
		for node, err := range c.Walk("/a").Do(ctx) {
			if err != nil {
				return err
			}
			fmt.Println(node.Path, node.Children)
		}
		return nil
	})
	// Output:
	// /a [x y]
	// /a/x [1]
	// /a/y []
	// /a/x/1 []
}

// A view shares the session; its znodes are made when they are first missed.
func ExampleClient_Namespace() {
	connected(func(ctx context.Context, c *client.Client) error {
		app := c.Namespace("/teams/blue")
		path, err := app.Create("/leader").Ephemeral().Do(ctx)
		if err != nil {
			return err
		}
		ok, _, err := c.Exists("/teams/blue" + path).Do(ctx)
		fmt.Println(path, ok, app.Session() == c.Session())
		return err
	})
	// Output: /leader true true
}

func ExampleWithCompression() {
	connectedWith(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/big").Data(make([]byte, 10_000)).Do(ctx); err != nil {
			return err
		}
		data, stat, err := c.Get("/big").Do(ctx)
		fmt.Println(len(data), stat.DataLength < 100, err)
		return nil
	}, server.WithID(1), client.WithCompression())
	// Output: 10000 true <nil>
}

// Curator's policy of that name.
func ExampleExponentialBackoff() {
	connectedWith(func(ctx context.Context, c *client.Client) error {
		_, _, err := c.Get("/").Do(ctx)
		fmt.Println(err)
		return nil
	}, server.WithID(1), client.WithRetry(client.SessionFailed(client.ExponentialBackoff(time.Second, 3))))
	// Output: <nil>
}

// Several calls that belong together, in one session.
func ExampleClient_Retry() {
	connected(func(ctx context.Context, c *client.Client) error {
		return c.Retry(ctx, func(ctx context.Context) error {
			if _, err := c.Create("/members/me").ParentContainers().Ephemeral().Do(ctx); err != nil && !errors.Is(err, zk.ErrNodeExists) {
				return err
			}
			names, _, err := c.Children("/members").Do(ctx)
			fmt.Println(names)
			return err
		})
	})
	// Output: [me]
}

// A write is done, not done, or nobody knows yet.
func ExampleResolve() {
	connected(func(ctx context.Context, c *client.Client) error {
		_, err := c.Create("/order-").Sequential().Protected().Do(ctx)
		if client.OutcomeOf(err) == client.Unknown {
			outcome, lookErr := client.Resolve(ctx, err)
			return errors.Join(fmt.Errorf("the order is %v", outcome), lookErr)
		}
		fmt.Println(client.OutcomeOf(err))
		return nil
	})
	// Output: done
}
