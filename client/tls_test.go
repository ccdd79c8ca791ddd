package client_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

const secureAddr = "zk:2281"

// secureWorld is a World whose server takes TLS, too, on secureAddr.
func secureWorld(t *testing.T, ask tls.ClientAuthType, body func(t *testing.T, w *zktest.World, a *authority)) {
	t.Helper()
	a := made(newAuthority())(t)
	cfg := made(a.server(ask))(t)
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) { body(t, w, a) }, zktest.WithServer(server.WithTLS(secureAddr, cfg)))
}

func secureConnect(t *testing.T, w *zktest.World, host string, opts ...client.Option) (*client.Client, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	c, err := client.Connect(ctx, secureAddr, append([]client.Option{client.WithDial(w.Host(host).DialContext)}, opts...)...)
	if err == nil {
		t.Cleanup(func() { _ = c.Close(context.WithoutCancel(ctx)) })
	} else {
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
	}
	return c, err
}

// Over TLS everything is as without: a long rest, cuts, a hung server, a lost session, other identities.
func TestTLS(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			secureWorld(t, tls.RequireAndVerifyClientCert, func(t *testing.T, w *zktest.World, a *authority) {
				ctx := t.Context()
				cfg := a.client(made(a.named("alice"))(t))
				cfg.MinVersion, cfg.MaxVersion = version, version
				c, err := secureConnect(t, w, "a", client.WithTLS(cfg), client.WithDigest("ann", "secret"))
				must(t, err)
				_, err = c.Create("/hers").ACL(client.X509("CN=alice", zk.PermAll)).Do(ctx)
				must(t, err)
				_, err = c.Create("/ann").ACL(annACL...).Data([]byte(strings.Repeat("x", 500_000))).Do(ctx)
				must(t, err)
				session, changes := c.Session(), c.States(ctx)
				states(t, changes, client.Connected)
				time.Sleep(10 * time.Minute)
				if c.Session() != session || len(changes) > 0 {
					t.Error("it did not last")
				}
				w.Host("a").Cut()
				states(t, changes, client.Suspended, client.Reconnected)
				for _, path := range []string{"/hers", "/ann"} {
					if _, _, err := c.Get(path).Do(ctx); err != nil {
						t.Error(err)
					}
				}
				if c.Session() != session {
					t.Error("the cut cost the session")
				}
				other, err := secureConnect(t, w, "b", client.WithTLS(a.client(made(a.named("bob"))(t))))
				must(t, err)
				if _, _, err := other.Get("/hers").Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
					t.Errorf("another's certificate: %v", err)
				}
				w.Host("a").Partition()
				states(t, changes, client.Suspended, client.Lost)
				w.Host("a").Heal()
				states(t, changes, client.Reconnected)
				if _, _, err := c.Get("/hers").Do(ctx); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// What is wrong with a certificate is said.
func TestTLSRefused(t *testing.T) {
	stranger := made(newAuthority())(t)
	for _, tt := range []struct {
		name string
		cfg  func(t *testing.T, a *authority) *tls.Config
		is   func(err error) bool
	}{
		{"the server's authority", func(t *testing.T, a *authority) *tls.Config {
			t.Helper()
			cfg := a.client(made(a.named("alice"))(t))
			cfg.RootCAs = stranger.pool
			return cfg
		}, func(err error) bool { var unknown x509.UnknownAuthorityError; return errors.As(err, &unknown) }},
		{"the server's name", func(t *testing.T, a *authority) *tls.Config {
			t.Helper()
			cfg := a.client(made(a.named("alice"))(t))
			cfg.ServerName = "other"
			return cfg
		}, func(err error) bool {
			var wrong x509.HostnameError
			return errors.As(err, &wrong) && wrong.Host == "other"
		}},
		{"the client's authority", func(t *testing.T, a *authority) *tls.Config {
			t.Helper()
			return a.client(made(stranger.named("alice"))(t))
		}, func(err error) bool {
			var alert tls.AlertError
			return errors.As(err, &alert) || strings.Contains(err.Error(), "remote error: tls")
		}},
		{"no certificate of the client's", func(t *testing.T, a *authority) *tls.Config {
			t.Helper()
			return a.client()
		}, func(err error) bool { return strings.Contains(err.Error(), "certificate required") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			secureWorld(t, tls.RequireAndVerifyClientCert, func(t *testing.T, w *zktest.World, a *authority) {
				c, err := secureConnect(t, w, "a", client.WithTLS(tt.cfg(t, a)))
				if c != nil || !errors.Is(err, context.DeadlineExceeded) || !tt.is(err) {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// What a name was looked up to is dialled, and the certificate is still the name's.
func TestTLSOfANameThatIsLookedUp(t *testing.T) {
	a := made(newAuthority())(t)
	cfg := made(a.server(tls.NoClientCert))(t) // for zk, not for the address
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		dns := &names{addrs: map[string][]string{"zk": {"10.0.0.1"}, "other": {"10.0.0.1"}}}
		c, err := client.Connect(ctx, "", client.WithDial(w.Host("a").DialContext), client.WithTLS(a.client()),
			client.WithEnsemble(client.DNSServers(dns, "zk:2281")))
		must(t, err)
		must(t, c.Close(ctx))
		_, err = client.Connect(ctx, "", client.WithDial(w.Host("a").DialContext), client.WithTLS(a.client()),
			client.WithEnsemble(client.DNSServers(dns, "other:2281")))
		var wrong x509.HostnameError
		if !errors.As(err, &wrong) || wrong.Host != "other" {
			t.Errorf("another name: %v", err)
		}
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
	}, zktest.WithServer(server.WithTLS("10.0.0.1:2281", cfg)))
}

// New certificates are used from the next connection on, by either way.
func TestTLSRotation(t *testing.T) {
	secureWorld(t, tls.RequireAndVerifyClientCert, func(t *testing.T, w *zktest.World, a *authority) {
		ctx := t.Context()
		alice, bob := made(a.named("alice"))(t), made(a.named("bob"))(t)
		var present atomic.Pointer[tls.Certificate]
		present.Store(alice)
		cfg := a.client()
		cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return present.Load(), nil }
		var mu sync.Mutex
		failure := errors.New("the file is half written")
		var now *tls.Config
		give := func(cfg *tls.Config) {
			mu.Lock()
			defer mu.Unlock()
			now = cfg
		}
		give(a.client(alice))
		first, err := secureConnect(t, w, "first", client.WithTLS(cfg))
		must(t, err)
		second, err := secureConnect(t, w, "second", client.WithTLSFunc(func() (*tls.Config, error) {
			mu.Lock()
			defer mu.Unlock()
			if now == nil {
				return nil, failure
			}
			return now, nil
		}))
		must(t, err)
		_, err = first.Create("/alice").ACL(client.X509("CN=alice", zk.PermAll)).Do(ctx)
		must(t, err)
		_, err = first.Create("/bob").ACL(client.X509("CN=bob", zk.PermAll)).Do(ctx)
		must(t, err)
		check := func(may, mayNot string) {
			t.Helper()
			for name, c := range map[string]*client.Client{"GetClientCertificate": first, "WithTLSFunc": second} {
				if _, _, err := c.Get(may).Do(ctx); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if _, _, err := c.Get(mayNot).Do(ctx); !errors.Is(err, zk.ErrNoAuth) {
					t.Errorf("%s: %s: %v", name, mayNot, err)
				}
			}
		}
		check("/alice", "/bob")
		present.Store(bob)
		give(nil)
		time.AfterFunc(time.Second, func() { give(a.client(bob)) })
		check("/alice", "/bob") // a connection keeps what it began with
		w.Net.CutAll()
		check("/bob", "/alice")
	})
}

// A handshake that stops anywhere is bounded by the connect timeout, by the context and by Close.
func TestTLSBlackHole(t *testing.T) {
	secureWorld(t, tls.NoClientCert, func(t *testing.T, w *zktest.World, a *authority) {
		hole, err := w.Net.Listen("tcp", "hole:2281")
		must(t, err)
		defer hole.Close()
		start := time.Now()
		// zk.Conn shuffles the list, so the hole may not be asked. As there is another server, it is given a third of the time.
		c, err := client.Connect(t.Context(), "hole:2281,"+secureAddr, client.WithConnectTimeout(2*time.Second),
			client.WithTLS(a.client()), client.WithDial(w.Host("a").DialContext))
		must(t, err)
		if d := time.Since(start); d != 0 && d != 2*time.Second/3 {
			t.Errorf("the hole cost %v", d)
		}
		must(t, c.Close(t.Context()))

		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start = time.Now()
		_, err = client.Connect(ctx, "hole:2281", client.WithTLS(a.client()), client.WithDial(w.Host("a").DialContext))
		if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		time.Sleep(time.Second) // for which zk.Conn's Close waits for a server
	})
}

// brittle is a connection that breaks at its nth read or write.
type brittle struct {
	net.Conn

	left *atomic.Int64
}

var errBrittle = errors.New("it broke")

func (b brittle) step() error {
	if b.left.Add(-1) == 0 {
		_ = b.Close()
		return errBrittle
	}
	return nil
}

func (b brittle) Read(p []byte) (int, error) {
	if err := b.step(); err != nil {
		return 0, err
	}
	return b.Conn.Read(p)
}

func (b brittle) Write(p []byte) (int, error) {
	if err := b.step(); err != nil {
		return 0, err
	}
	return b.Conn.Write(p)
}

// The connection breaks between any two steps of the TLS handshake, the session's, SASL and the identity: the next one does it.
func TestTLSBreaksAnywhere(t *testing.T) {
	broke := 0
	for n := int64(1); n <= 24; n++ {
		a := made(newAuthority())(t)
		cfg := made(a.server(tls.NoClientCert))(t)
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			var left atomic.Int64
			left.Store(n)
			dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, err := w.Host("a").DialContext(ctx, network, addr)
				return brittle{conn, &left}, err
			}
			c, err := secureConnect(t, w, "", append([]client.Option{client.WithTLS(a.client()), client.WithDial(dial)}, annOpts...)...)
			must(t, err)
			for path, acl := range map[string][]zk.ACL{"/ann": annACL, "/bob": bobACL} {
				_, err := c.Create(path).ACL(acl...).Do(t.Context())
				if errors.Is(err, zk.ErrNodeExists) && client.MayHaveApplied(err) && left.Load() <= 0 {
					continue // the break came between the server's doing it and its answer
				}
				must(t, err)
			}
			isBoth(t, c)
			if left.Load() <= 0 {
				broke++
			}
		}, bobKnown, zktest.WithServer(server.WithTLS(secureAddr, cfg)))
	}
	if broke < 12 {
		t.Errorf("only %d of the connections broke", broke)
	}
}

// A connection whose peer no longer reads is given up at once: nobody waits for TLS to say farewell.
func TestTLSGivesUpAtOnce(t *testing.T) {
	a := made(newAuthority())(t)
	cfg := made(a.server(tls.NoClientCert))(t)
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c, err := secureConnect(t, w, "a", client.WithTLS(a.client()), client.WithSessionTimeout(9*time.Second))
		must(t, err)
		changes := c.States(ctx)
		states(t, changes, client.Connected)
		time.Sleep(time.Second)
		_, _, err = c.Get("/").Do(ctx)
		must(t, err)
		start := time.Now()
		w.Host("a").Partition()
		call := c.Get("/").Async(ctx)
		if _, err := call.Wait(ctx); !errors.Is(err, client.ErrConnectionLoss) || time.Since(start) != 2700*time.Millisecond {
			t.Errorf("after %v: %v, want a loss after three tenths of the session timeout", time.Since(start), err)
		}
		states(t, changes, client.Suspended)
		w.Host("a").Heal()
		states(t, changes, client.Reconnected)
	}, zktest.WithNetwork(fault.WithWindow(90)), // a request and a ping, and no farewell
		zktest.WithServer(server.WithTLS(secureAddr, cfg)))
}
