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

// served runs f with a server of its own.
func served(f func(ctx context.Context, addr string) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()
	if err := f(ctx, srv.Addr()); err != nil {
		log.Fatal(err)
	}
}

// connected runs f with a client of a server of its own.
func connected(f func(ctx context.Context, c *client.Client) error) {
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr)
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		return f(ctx, c)
	})
}

func ExampleConnect() {
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr, client.WithSessionTimeout(20*time.Second))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		fmt.Println(c.State(), c.Session().Timeout())
		return nil
	})
	// Output: Connected 20s
}

// Code that has a *zk.Conn keeps it: only the dialer is new.
func ExampleWrap() {
	served(func(ctx context.Context, addr string) error {
		d, err := client.NewDialer()
		if err != nil {
			return err
		}
		conn, _, err := zk.Connect([]string{addr}, 10*time.Second, zk.WithDialer(d.Dial), zk.WithLogInfo(false))
		if err != nil {
			return err
		}
		defer conn.Close()
		c, err := client.Wrap(ctx, conn, d)
		if err != nil {
			return err
		}
		defer c.Close(ctx)

		if _, err := conn.Create("/old", []byte("by hand"), 0, zk.WorldACL(zk.PermAll)); err != nil {
			return err
		}
		data, _, err := c.Get("/old").Do(ctx)
		fmt.Printf("%s, one session: %v\n", data, c.Session().ID() == conn.SessionID())
		return err
	})
	// Output: by hand, one session: true
}

func ExampleClient_Create() {
	connected(func(ctx context.Context, c *client.Client) error {
		path, err := c.Create("/jobs/job-").Parents().Sequential().Data([]byte("payload")).Do(ctx)
		fmt.Println(path, err)
		_, err = c.Create("/jobs").Do(ctx)
		fmt.Println(errors.Is(err, zk.ErrNodeExists), err)
		return nil
	})
	// Output:
	// /jobs/job-0000000000 <nil>
	// true zookeeper: create /jobs: zk: node already exists
}

func ExampleClient_Get() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/config").Data([]byte("v1")).Do(ctx); err != nil {
			return err
		}
		data, stat, watch, err := c.Get("/config").DoW(ctx)
		if err != nil {
			return err
		}
		fmt.Printf("%s at version %d\n", data, stat.Version)
		if _, err := c.Set("/config").Data([]byte("v2")).Version(stat.Version).Do(ctx); err != nil {
			return err
		}
		ev := <-watch.Events()
		fmt.Println(ev.Type, ev.Path)
		return nil
	})
	// Output:
	// v1 at version 0
	// EventNodeDataChanged /config
}

func ExampleClient_Set() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/n").Do(ctx); err != nil {
			return err
		}
		stat, err := c.Set("/n").Data([]byte("x")).Version(0).Do(ctx)
		fmt.Println(stat.Version, err)
		_, err = c.Set("/n").Data([]byte("y")).Version(0).Do(ctx)
		fmt.Println(errors.Is(err, zk.ErrBadVersion), client.MayHaveApplied(err))
		return nil
	})
	// Output:
	// 1 <nil>
	// true false
}

func ExampleClient_Exists() {
	connected(func(ctx context.Context, c *client.Client) error {
		ok, stat, err := c.Exists("/nobody").Do(ctx)
		fmt.Println(ok, stat, err)
		return nil
	})
	// Output: false <nil> <nil>
}

func ExampleClient_Children() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/a/b").Parents().Do(ctx); err != nil {
			return err
		}
		names, stat, err := c.Children("/a").Do(ctx)
		fmt.Println(names, stat.NumChildren, err)
		return nil
	})
	// Output: [b] 1 <nil>
}

func ExampleClient_Delete() {
	connected(func(ctx context.Context, c *client.Client) error {
		fmt.Println(c.Delete("/nobody").Do(ctx))
		return nil
	})
	// Output: zookeeper: delete /nobody: zk: node does not exist
}

func ExampleClient_Txn() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/from").Data([]byte("1")).Do(ctx); err != nil {
			return err
		}
		// Move a value: both znodes change, or none.
		_, err := c.Txn(
			c.Check("/from").Version(0),
			c.Create("/to").Data([]byte("1")),
			c.Delete("/from"),
		).Do(ctx)
		if err != nil {
			return err
		}
		results, err := c.Txn(c.Create("/x"), c.Delete("/from")).Do(ctx)
		fmt.Println(err)
		fmt.Println(results[0].Err, errors.Is(results[1].Err, zk.ErrNoNode))
		return nil
	})
	// Output:
	// zookeeper: delete /from: zk: node does not exist (operation 1 of the request)
	// <nil> true
}

// Many calls at once, sent and answered in order.
func ExampleSetBuilder_Async() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/n").Do(ctx); err != nil {
			return err
		}
		var sets []*client.Future[*zk.Stat]
		for i := range 100 {
			sets = append(sets, c.Set("/n").Data(fmt.Append(nil, i)).Async(ctx))
		}
		stat, err := sets[99].Wait(ctx)
		fmt.Println(stat.Version, err)
		return nil
	})
	// Output: 100 <nil>
}

func ExampleClient_States() {
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr)
		if err != nil {
			return err
		}
		states := c.States(ctx)
		fmt.Println((<-states).State)
		if err := c.Close(ctx); err != nil {
			return err
		}
		for change := range states { // ends with the client
			fmt.Println(change.State)
		}
		return nil
	})
	// Output: Connected
}
