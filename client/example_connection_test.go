package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
)

func ExampleClient_WaitConnected() {
	connected(func(ctx context.Context, c *client.Client) error {
		err := c.WaitConnected(ctx) // after a loss it waits for the next connection
		fmt.Println(c.State(), err)
		return nil
	})
	// Output: Connected <nil>
}

// Work that stands on a session ends with it.
func ExampleSession_Context() {
	connected(func(ctx context.Context, c *client.Client) error {
		session := c.Session()
		go func() { _ = c.Close(ctx) }() // somebody else
		<-session.Context().Done()
		fmt.Println(errors.Is(session.Err(), client.ErrClosed), errors.Is(session.Err(), client.ErrSessionLost))
		return nil
	})
	// Output: true false
}

// A program that is replaced leaves its session, and what it holds, to the next.
func ExampleWithSession() {
	served(func(ctx context.Context, addr string) error {
		old, err := client.Connect(ctx, addr)
		if err != nil {
			return err
		}
		if _, err := old.Create("/leader").Ephemeral().Do(ctx); err != nil {
			return err
		}
		id, passwd := old.Session().Export()
		if err := old.Detach(ctx); err != nil {
			return err
		}

		next, err := client.Connect(ctx, addr, client.WithSession(id, passwd))
		if err != nil {
			return err // errors.Is(err, client.ErrSessionLost): too late
		}
		defer next.Close(ctx)
		_, stat, err := next.Get("/leader").Do(ctx)
		if err != nil {
			return err
		}
		fmt.Println("still held:", stat.EphemeralOwner == next.Session().ID())
		return nil
	})
	// Output: still held: true
}

// A server that has lost its quorum still answers those who ask for it.
func ExampleWithReadOnly() {
	ctx := context.Background()
	srv, err := server.New()
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()
	srv.SetReadOnly(true)

	c, err := client.Connect(ctx, srv.Addr(), client.WithReadOnly())
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close(ctx)
	names, _, err := c.Children("/").Do(ctx)
	fmt.Println(c.State(), names, err)
	_, err = c.Create("/x").Do(ctx)
	fmt.Println(errors.Is(err, client.ErrReadOnly))
	// Output:
	// ReadOnly [zookeeper] <nil>
	// true
}

func ExampleWithStateErrorPolicy() {
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr, client.WithStateErrorPolicy(client.SessionErrors))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		fails := c.StateErrorPolicy()
		fmt.Println(fails(client.Suspended), fails(client.Lost))
		return nil
	})
	// Output: false true
}

// One's own provider, here of a list that never changes; a registry or a file would be read each time.
func ExampleWithEnsemble() {
	served(func(ctx context.Context, addr string) error {
		provider := client.EnsembleFunc(func(context.Context) ([]string, error) { return []string{addr}, nil })
		c, err := client.Connect(ctx, "", client.WithEnsemble(provider))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		fmt.Println(c.State())
		return nil
	})
	// Output: Connected
}

// One name for all servers, as Kubernetes has it.
func ExampleDNSServers() {
	served(func(ctx context.Context, addr string) error {
		_, port, err := net.SplitHostPort(addr)
		if err != nil {
			return err
		}
		c, err := client.Connect(ctx, "", client.WithEnsemble(client.DNSServers(nil, "localhost:"+port)))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		fmt.Println(c.State())
		return nil
	})
	// Output: Connected
}

// The ensemble's own configuration is followed; the connect string is only where to begin.
func ExampleWithConfigFollower() {
	served(func(ctx context.Context, addr string) error {
		c, err := client.Connect(ctx, addr, client.WithConfigFollower(), client.WithSessionTimeout(20*time.Second))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		fmt.Println(c.State())
		return nil
	})
	// Output: Connected
}

func ExampleClient_SetServers() {
	connected(func(_ context.Context, c *client.Client) error {
		server := c.Conn().Server()
		fmt.Println(c.SetServers(server), c.SetServers("no port:"))
		return nil
	})
	// Output: <nil> client: bad list of servers: "no port:"
}
