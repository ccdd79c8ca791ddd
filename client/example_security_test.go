package client_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/server"
)

// servedBy runs f with a server of its own that is set up in some way.
func servedBy(f func(ctx context.Context, srv *server.Server) error, opts ...server.Option) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	srv, err := server.New(opts...)
	if err != nil {
		log.Fatal(err)
	}
	if err := srv.Start(ctx); err != nil {
		log.Fatal(err)
	}
	defer srv.Kill()
	if err := f(ctx, srv); err != nil {
		log.Fatal(err)
	}
}

// What ann creates for herself nobody else can read.
func ExampleWithDigest() {
	servedBy(func(ctx context.Context, srv *server.Server) error {
		ann, err := client.Connect(ctx, srv.Addr(), client.WithDigest("ann", "secret"))
		if err != nil {
			return err
		}
		defer ann.Close(ctx)
		if _, err := ann.Create("/diary").ACL(client.Creator(zk.PermAll)).Do(ctx); err != nil {
			return err
		}
		eve, err := client.Connect(ctx, srv.Addr(), client.WithDigest("eve", "guess"))
		if err != nil {
			return err
		}
		defer eve.Close(ctx)
		_, _, err = eve.Get("/diary").Do(ctx)
		fmt.Println(errors.Is(err, zk.ErrNoAuth))
		return nil
	})
	// Output: true
}

// A scheme that the server does not have is refused when the client connects.
func ExampleWithAuth() {
	servedBy(func(ctx context.Context, srv *server.Server) error {
		_, err := client.Connect(ctx, srv.Addr(), client.WithAuth("token", []byte("abc")))
		fmt.Println(errors.Is(err, client.ErrAuthFailed))
		return nil
	})
	// Output: true
}

func ExampleClient_AddAuth() {
	connected(func(ctx context.Context, c *client.Client) error {
		if _, err := c.Create("/diary").ACL(client.Digest("ann", "secret", zk.PermAll)).Do(ctx); err != nil {
			return err
		}
		_, _, before := c.Get("/diary").Do(ctx)
		if err := c.AddAuth(ctx, "digest", []byte("ann:secret")); err != nil {
			return err
		}
		_, _, after := c.Get("/diary").Do(ctx)
		fmt.Println(errors.Is(before, zk.ErrNoAuth), after)
		return nil
	})
	// Output: true <nil>
}

func ExampleWithSASL() {
	users := server.WithSASLUsers(map[string]string{"bob": "builder"})
	servedBy(func(ctx context.Context, srv *server.Server) error {
		c, err := client.Connect(ctx, srv.Addr(), client.WithSASL("bob", "builder"))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		if _, err := c.Create("/plans").ACL(client.SASL("bob", zk.PermAll)).Do(ctx); err != nil {
			return err
		}
		_, err = client.Connect(ctx, srv.Addr(), client.WithSASL("bob", "guess"))
		fmt.Println(errors.Is(err, client.ErrAuthFailed))
		return nil
	}, users, server.WithAuthSchemes("sasl"))
	// Output: true
}

// secureServer is a TLS listener on some port, and the authority that signed its certificate.
func secureServer(ask tls.ClientAuthType) (server.Option, *authority) {
	a, err := newAuthority()
	if err != nil {
		log.Fatal(err)
	}
	cfg, err := a.server(ask)
	if err != nil {
		log.Fatal(err)
	}
	return server.WithTLS("127.0.0.1:0", cfg), a
}

func ExampleWithTLS() {
	secure, authority := secureServer(tls.NoClientCert)
	servedBy(func(ctx context.Context, srv *server.Server) error {
		cfg := &tls.Config{RootCAs: authority.pool, MinVersion: tls.VersionTLS12}
		c, err := client.Connect(ctx, srv.SecureAddr(), client.WithTLS(cfg))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		fmt.Println(c.State())
		return nil
	}, secure)
	// Output: Connected
}

// The certificate is read again for every connection, so that it can be replaced while the program runs.
func ExampleWithTLSFunc() {
	secure, authority := secureServer(tls.RequireAndVerifyClientCert)
	load := func() (tls.Certificate, error) { // such as tls.LoadX509KeyPair
		cert, err := authority.named("alice")
		return *cert, err
	}
	servedBy(func(ctx context.Context, srv *server.Server) error {
		c, err := client.Connect(ctx, srv.SecureAddr(), client.WithTLSFunc(func() (*tls.Config, error) {
			cert, err := load()
			if err != nil {
				return nil, err
			}
			return &tls.Config{RootCAs: authority.pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
		}))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		_, err = c.Create("/hers").ACL(client.X509("CN=alice", zk.PermAll)).Do(ctx)
		fmt.Println(err)
		return nil
	}, secure)
	// Output: <nil>
}

// Everything below /private is its creator's; the rest is the world's to read.
func ExampleWithACLProvider() {
	servedBy(func(ctx context.Context, srv *server.Server) error {
		lists := func(path string) []zk.ACL {
			if path == "/private" || strings.HasPrefix(path, "/private/") {
				return []zk.ACL{client.Creator(zk.PermAll)}
			}
			return []zk.ACL{client.Creator(zk.PermAll), client.World(zk.PermRead)}
		}
		c, err := client.Connect(ctx, srv.Addr(), client.WithDigest("ann", "secret"), client.WithACLProvider(lists))
		if err != nil {
			return err
		}
		defer c.Close(ctx)
		for _, path := range []string{"/private/diary", "/public/news"} {
			if _, err := c.Create(path).Parents().Do(ctx); err != nil {
				return err
			}
			list, _, err := c.Conn().GetACL(path)
			if err != nil {
				return err
			}
			fmt.Println(path, len(list))
		}
		return nil
	})
	// Output:
	// /private/diary 1
	// /public/news 2
}

func ExampleDigest() {
	fmt.Println(client.Digest("super", "admin", zk.PermAll).ID)
	// Output: super:xQJmxLMiHGwaqBvst5y6rkB6HQs=
}
