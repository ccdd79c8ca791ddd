package interop

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/apache"
)

// breaking dials connections of which each breaks at its nth read or write, up to the nth of last; later ones hold.
type breaking struct {
	conns atomic.Int64
	last  int64
}

func (b *breaking) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, addr)
	if n := b.conns.Add(1); err == nil && n <= b.last {
		steps := new(atomic.Int64)
		steps.Store(n)
		return &breakingConn{conn, steps}, nil
	}
	return conn, err
}

type breakingConn struct {
	net.Conn

	left *atomic.Int64
}

var errBroken = errors.New("it broke, as it should")

func (c *breakingConn) step() error {
	if c.left.Add(-1) > 0 {
		return nil
	}
	_ = c.Close()
	return errBroken
}

func (c *breakingConn) Read(p []byte) (int, error) {
	if err := c.step(); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c *breakingConn) Write(p []byte) (int, error) {
	if err := c.step(); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// The client's SASL and identities, on Apache's server and on ours, over connections that break between any two steps.
func TestClientSASL(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) string{
		"apache": saslApache, "zookit": func(t *testing.T) string { t.Helper(); return secureServer(t, newAuthority(t)).Addr() },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			addr := start(t)
			steps := &breaking{last: 9}
			c, err := client.Connect(ctx, addr, client.WithSASL("bob", "builder"), client.WithDigest("ann", "secret"), client.WithDial(steps.dial))
			must(t, err)
			defer c.Close(ctx)
			for path, acl := range map[string]zk.ACL{"/bob": client.SASL("bob", zk.PermAll), "/ann": client.Digest("ann", "secret", zk.PermAll)} {
				_, err := c.Create(path).ACL(acl).Do(ctx)
				must(t, err)
				if _, _, err := c.Get(path).Do(ctx); err != nil {
					t.Error(err)
				}
				if _, _, err := c.Conn().Get(path); err != nil {
					t.Errorf("Conn: %v", err)
				}
			}
			if n := steps.conns.Load(); n < 5 {
				t.Errorf("only %d connections: nothing broke", n)
			}
			_, err = c.Create("/creator").ACL(client.Creator(zk.PermAll)).Do(ctx)
			must(t, err)
			acl, _, err := c.Conn().GetACL("/creator")
			if got := fmt.Sprint(acl); err != nil || !strings.Contains(got, "sasl bob") || !strings.Contains(got, client.Digest("ann", "secret", 31).ID) {
				t.Errorf("the creator is %s, %v", got, err)
			}

			other := connectClient(ctx, t, addr)
			if _, _, err := other.Get("/bob").Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
				t.Errorf("nobody: %v", err)
			}
			if err := other.AddAuth(ctx, "nonsense", []byte("hunter2")); !errors.Is(err, client.ErrAuthFailed) {
				t.Errorf("AddAuth: %v", err)
			}
			must(t, other.AddAuth(ctx, "digest", []byte("ann:secret")))
			if _, _, err := other.Get("/ann").Do(ctx); err != nil {
				t.Error(err)
			}
			for _, opt := range []client.Option{client.WithSASL("bob", "hunter2"), client.WithSASL("eve", "hunter2"), client.WithAuth("nonsense", []byte("hunter2"))} {
				if _, err := client.Connect(ctx, addr, opt); !errors.Is(err, client.ErrAuthFailed) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("refused: %v", err)
				}
			}
		})
	}
}

// Names and passwords beyond ASCII, quotes among them, as Java takes them.
func TestClientSASLNames(t *testing.T) {
	jaas := file(t, "jaas", `Server { org.apache.zookeeper.server.auth.DigestLoginModule required user_jürgen="grün" user_иван="пароль" user_empty=""; };`)
	addr := apache.StartWith(t, []string{"java.security.auth.login.config=" + jaas, "file.encoding=UTF-8"}).Addr()
	for user, password := range map[string]string{"jürgen": "grün", "иван": "пароль", "empty": ""} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		c, err := client.Connect(ctx, addr, client.WithSASL(user, password))
		if err != nil {
			t.Errorf("%s: %v", user, err)
		} else {
			must(t, c.Close(ctx))
		}
		cancel()
	}
}

// Servers that have no SASL, that insist on an identity, and that hash otherwise.
func TestClientAuthApache(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if _, err := client.Connect(ctx, apache.Start(t).Addr(), client.WithSASL("bob", "builder")); !errors.Is(err, client.ErrAuthFailed) {
		t.Errorf("no SASL: %v", err)
	}
	strict := apache.StartWith(t, []string{"zookeeper.DigestAuthenticationProvider.digestAlg=SHA-256"}, "enforce.auth.enabled=true", "enforce.auth.schemes=digest").Addr()
	if _, _, err := connectNobody(ctx, t, strict).Get("/").Do(ctx); !errors.Is(err, client.ErrAuthRequired) {
		t.Errorf("no identity: %v", err)
	}
	c, err := client.Connect(ctx, strict, client.WithDigest("ann", "secret"))
	must(t, err)
	defer c.Close(ctx)
	_, err = c.Create("/ann").ACL(client.DigestBy(sha256.New, "ann", "secret", zk.PermAll)).Do(ctx)
	must(t, err)
	if _, _, err := c.Get("/ann").Do(ctx); err != nil {
		t.Error(err)
	}
}

// connectNobody connects a client whose Close a server that insists on an identity does not answer.
func connectNobody(ctx context.Context, t *testing.T, addr string) *client.Client {
	t.Helper()
	c, err := client.Connect(ctx, addr)
	must(t, err)
	t.Cleanup(func() { _ = c.Close(context.WithoutCancel(ctx)) })
	return c
}

// clientTLS is how the client is configured with a certificate of the authority's.
func (a *authority) clientTLS(t *testing.T, name string) *tls.Config {
	t.Helper()
	store := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	cert, err := tls.LoadX509KeyPair(store, store)
	must(t, err)
	own, err := os.ReadFile(a.file)
	must(t, err)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(own) {
		t.Fatal("no authority")
	}
	return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
}

// TLS with a certificate that changes, on Apache's server and on ours.
func TestClientTLS(t *testing.T) {
	a := newAuthority(t)
	own := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{{127, 0, 0, 1}}})
	for name, start := range map[string]func(t *testing.T) string{
		"zookit": func(t *testing.T) string { t.Helper(); return secureServer(t, a).SecureAddr() },
		"apache": func(t *testing.T) string {
			t.Helper()
			port := apache.FreePort(t)
			apache.Start(t, "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory", fmt.Sprintf("secureClientPort=%d", port),
				"secureClientPortAddress=127.0.0.1", "ssl.keyStore.location="+own, "ssl.trustStore.location="+a.file, "ssl.clientAuth=need")
			return fmt.Sprintf("127.0.0.1:%d", port)
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			addr := start(t)
			var cfg atomic.Pointer[tls.Config]
			cfg.Store(a.clientTLS(t, "alice"))
			var link atomic.Pointer[net.Conn]
			c, err := client.Connect(ctx, addr, client.WithTLSFunc(func() (*tls.Config, error) { return cfg.Load(), nil }),
				client.WithDial(func(ctx context.Context, network, addr string) (net.Conn, error) {
					var d net.Dialer
					conn, err := d.DialContext(ctx, network, addr)
					link.Store(&conn)
					return conn, err
				}))
			must(t, err)
			defer c.Close(ctx)
			for _, name := range []string{"alice", "bob"} {
				_, err = c.Create("/" + name).ACL(client.X509("CN="+name, zk.PermAll)).Data(make([]byte, 300_000)).Do(ctx)
				must(t, err)
			}
			if data, _, err := c.Get("/alice").Do(ctx); err != nil || len(data) != 300_000 {
				t.Errorf("alice: %d bytes, %v", len(data), err)
			}
			if _, _, err := c.Get("/bob").Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
				t.Errorf("alice as bob: %v", err)
			}
			session := c.Session()
			cfg.Store(a.clientTLS(t, "bob"))
			_ = (*link.Load()).Close()
			if _, _, err := c.Get("/bob").Do(ctx); err != nil {
				t.Errorf("bob: %v", err)
			}
			if c.Session() != session {
				t.Error("the session ended")
			}
			stranger := newAuthority(t).clientTLS(t, "alice")
			short, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			var unknown x509.UnknownAuthorityError
			if _, err := client.Connect(short, addr, client.WithTLS(stranger)); !errors.As(err, &unknown) {
				t.Errorf("another authority: %v", err)
			}
		})
	}
}
