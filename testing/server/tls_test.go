package server_test

import (
	"crypto/tls"
	"crypto/x509/pkix"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
)

// secured runs a server with a plain and a secure listener on a network in memory.
func secured(t *testing.T, ask tls.ClientAuthType, f func(t *testing.T, s *server.Server, p *pki, dial func(addr string) net.Conn), opts ...server.Option) {
	t.Helper()
	p := newPKI(t)
	cfg := p.server(t, ask)
	synctest.Test(t, func(t *testing.T) {
		network := fault.NewNetwork()
		s := start(t, append([]server.Option{
			server.WithAddr("zk:2181"), server.WithTLS("zk:2281", cfg), server.WithListen(network.Listen),
		}, opts...)...)
		f(t, s, p, func(addr string) net.Conn {
			t.Helper()
			nc, err := network.Dial("tcp", addr, 0)
			if err != nil {
				t.Fatal(err)
			}
			return nc
		})
	})
}

func users(c *raw) []wire.ClientInfo {
	c.t.Helper()
	var who wire.WhoAmIResponse
	c.ok(wire.OpWhoAmI, &wire.Empty{}, &who)
	return who.Clients
}

func x509ACL(id string) []wire.ACL { return []wire.ACL{{Perms: 31, Scheme: "x509", ID: id}} }

func TestACertificateIsAnIdentity(t *testing.T) {
	secured(t, tls.RequireAndVerifyClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
		if s.Addr() != "zk:2181" || s.SecureAddr() != "zk:2281" {
			t.Fatalf("on %s and %s", s.Addr(), s.SecureAddr())
		}
		alice := connect(t, tls.Client(dial(s.SecureAddr()), p.client(p.named(t, pkix.Name{CommonName: "Alice, A.", Organization: []string{"Example"}}))))
		bob := connect(t, tls.Client(dial(s.SecureAddr()), p.client(p.named(t, pkix.Name{CommonName: "Bob"}))))
		admin := connect(t, tls.Client(dial(s.SecureAddr()), p.client(p.named(t, pkix.Name{CommonName: "admin"}))))
		plain := connect(t, dial(s.Addr()))
		const dn = `CN=Alice\, A.,O=Example`
		if who := users(alice); len(who) != 2 || who[1] != (wire.ClientInfo{Scheme: "x509", User: dn}) {
			t.Errorf("%+v", who)
		}
		if who := users(admin); len(who) != 3 || who[1].Scheme != "super" || who[2].User != "CN=admin" {
			t.Errorf("%+v", who)
		}
		if who := users(plain); len(who) != 1 {
			t.Errorf("%+v", who)
		}
		alice.ok(wire.OpCreate, guarded("/hers", wire.ACL{Perms: 31, Scheme: "auth"}), nil)
		var acl wire.GetACLResponse
		alice.ok(wire.OpGetACL, at("/hers"), &acl)
		if len(acl.ACL) != 1 || acl.ACL[0] != x509ACL(dn)[0] {
			t.Errorf("%+v", acl.ACL)
		}
		plain.ok(wire.OpCreate, guarded("/too", x509ACL(dn)...), nil)
		for name, c := range map[string]*raw{"alice": alice, "bob": bob, "admin": admin, "plain": plain} {
			want := wire.OK
			if c == bob || c == plain {
				want = wire.NoAuth
			}
			for _, path := range []string{"/hers", "/too"} {
				if code := c.code(wire.OpGetData, read(path)); code != want {
					t.Errorf("%s of %s: %v", name, path, code)
				}
			}
		}
		if code := alice.code(wire.OpCreate, guarded("/bad", x509ACL("no name")...)); code != wire.InvalidACL {
			t.Errorf("%v", code)
		}
		// The identity is there already, where there is one.
		alice.ok(wire.OpAuth, &wire.AuthRequest{Scheme: "x509"}, nil)
		if code := plain.code(wire.OpAuth, &wire.AuthRequest{Scheme: "x509"}); code != wire.AuthFailed {
			t.Errorf("%v", code)
		}
		plain.gone()
		// Both listeners serve the same sessions.
		again := newRaw(t, dial(s.Addr()))
		again.resume(bob)
		bob.gone()
	}, server.WithX509SuperUser("CN=admin"))
}

func TestCertificatesThatProveNothing(t *testing.T) {
	for name, c := range map[string]struct {
		ask  tls.ClientAuthType
		cert func(t *testing.T, p *pki) []tls.Certificate
		in   bool
	}{
		"none asked":          {tls.NoClientCert, mine, true},
		"none there":          {tls.VerifyClientCertIfGiven, nobodys, true},
		"not verified":        {tls.RequestClientCert, mine, true},
		"none, but needed":    {tls.RequireAndVerifyClientCert, nobodys, false},
		"unknown authority":   {tls.RequireAndVerifyClientCert, strangers, false},
		"unknown, and wanted": {tls.VerifyClientCertIfGiven, strangers, false},
	} {
		t.Run(name, func(t *testing.T) {
			secured(t, c.ask, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
				certs := c.cert(t, p)
				tc := tls.Client(dial(s.SecureAddr()), &tls.Config{
					RootCAs: p.pool, ServerName: "zk", MinVersion: tls.VersionTLS12,
					GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certs[0], nil },
				})
				if c.in {
					if who := users(connect(t, tc)); len(who) != 1 || who[0].Scheme != "ip" {
						t.Errorf("%+v", who)
					}
					return
				}
				_, err := tc.Write(wire.AppendFrame(nil, &wire.ConnectRequest{Passwd: make([]byte, 16)}))
				for err == nil { // the alert may come behind the client's own end of the handshake
					_, err = tc.Read(make([]byte, 1))
				}
				if _, ok := errors.AsType[*net.OpError](err); !ok || !strings.Contains(err.Error(), "tls:") {
					t.Errorf("%v, want an alert", err)
				}
				_ = tc.Close()
			})
		})
	}
}

func mine(t *testing.T, p *pki) []tls.Certificate {
	t.Helper()
	return []tls.Certificate{p.named(t, pkix.Name{CommonName: "me"})}
}

func nobodys(*testing.T, *pki) []tls.Certificate { return []tls.Certificate{{}} }

func strangers(t *testing.T, _ *pki) []tls.Certificate {
	t.Helper()
	return mine(t, newPKI(t))
}

// Whoever does not speak what a port wants is let go, and nobody waits for him.
func TestTheWrongPort(t *testing.T) {
	secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
		begin := time.Now()
		silent := dial(s.SecureAddr())
		half := dial(s.SecureAddr())
		if _, err := half.Write([]byte{0x16, 3, 1}); err != nil {
			t.Fatal(err)
		}
		plain := newRaw(t, dial(s.SecureAddr()))
		plain.write(wire.AppendFrame(nil, &wire.ConnectRequest{Passwd: make([]byte, 16)}))
		_ = plain.nc.SetReadDeadline(time.Time{})
		if _, err := io.Copy(io.Discard, plain.nc); err != nil && !errors.Is(err, net.ErrClosed) || time.Since(begin) != 0 {
			t.Errorf("a plain client: %v after %v", err, time.Since(begin))
		}
		// The first record of TLS is a frame much too long.
		if err := tls.Client(dial(s.Addr()), p.client()).HandshakeContext(t.Context()); err == nil || time.Since(begin) != 0 {
			t.Errorf("TLS on the plain port: %v after %v", err, time.Since(begin))
		}
		connect(t, tls.Client(dial(s.SecureAddr()), p.client())) // while the others keep silent
		for _, nc := range []net.Conn{silent, half} {
			if _, err := io.Copy(io.Discard, nc); err != nil {
				t.Error(err)
			}
			if took := time.Since(begin); took != 20*time.Second {
				t.Errorf("let go after %v", took)
			}
		}
		synctest.Wait()
		if n := s.Stats().Connections; n != 0 { // the session of the one that shook hands has expired, too
			t.Errorf("%d connections", n)
		}
	})
}

func TestAClientThatTakesNoCertificateHoldsNobodyUp(t *testing.T) {
	secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, _ *pki, dial func(string) net.Conn) {
		stranger := newPKI(t) // does not know the server's authority
		tc := tls.Client(dial(s.SecureAddr()), stranger.client())
		if err := tc.HandshakeContext(t.Context()); err == nil {
			t.Error("a certificate of an unknown authority was taken")
		}
		synctest.Wait()
		if n := s.Stats().Connections; n != 0 {
			t.Errorf("%d connections", n)
		}
	})
}

// Stop and Kill find connections in every state of the handshake.
func TestTheEndOfASecureServer(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *server.Server){
		"stop": func(t *testing.T, s *server.Server) {
			t.Helper()
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		},
		"kill": func(_ *testing.T, s *server.Server) { s.Kill() },
		"drop": func(_ *testing.T, s *server.Server) { s.DropConnections() },
	} {
		t.Run(name, func(t *testing.T) {
			secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
				silent, half := dial(s.SecureAddr()), dial(s.SecureAddr())
				if _, err := half.Write([]byte{0x16}); err != nil {
					t.Fatal(err)
				}
				shaken := tls.Client(dial(s.SecureAddr()), p.client())
				if err := shaken.HandshakeContext(t.Context()); err != nil {
					t.Fatal(err)
				}
				under := &counted{Conn: dial(s.SecureAddr())}
				busy := connect(t, tls.Client(under, p.client()))
				had := under.n
				begin := time.Now()
				end(t, s)
				for i, nc := range []net.Conn{silent, half, shaken, busy.nc} {
					if n, err := nc.Read(make([]byte, 1)); n != 0 || err == nil {
						t.Errorf("connection %d: %d bytes", i, n)
					} else if ordered := !errors.Is(err, syscall.ECONNRESET); ordered != (name == "stop") {
						t.Errorf("connection %d: %v", i, err)
					}
				}
				if told := under.n > had; told != (name == "stop") {
					t.Errorf("%d bytes came, then %d: was it told of the end?", had, under.n)
				}
				if took := time.Since(begin); took != 0 {
					t.Errorf("it took %v", took)
				}
				if name == "drop" {
					return
				}
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				again := newRaw(t, tls.Client(dial(s.SecureAddr()), p.client()))
				again.resume(busy)
			})
		})
	}
}

// counted counts the bytes that were read.
type counted struct {
	net.Conn
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n += n
	return n, err
}

// handed is a listener that accepts what it is handed.
type handed chan net.Conn

func (h handed) Accept() (net.Conn, error) {
	nc, ok := <-h
	if !ok {
		return nil, net.ErrClosed
	}
	return nc, nil
}

func (h handed) Close() error {
	close(h)
	return nil
}

func (handed) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }

// A handshake that cannot be written is bounded, too. A pipe takes nothing that is not read.
func TestAHandshakeThatIsNotRead(t *testing.T) {
	p := newPKI(t)
	cfg := p.server(t, tls.NoClientCert)
	synctest.Test(t, func(t *testing.T) {
		ln := make(handed)
		listen := func(string, string) (net.Listener, error) { return ln, nil }
		s := start(t, server.WithListen(listen), server.WithTLS("any:1", cfg), server.WithTLSOnly())
		ours, theirs := net.Pipe()
		ln <- theirs
		begin := time.Now()
		deaf := &mute{Conn: ours, closed: make(chan struct{})}
		go func() { _ = tls.Client(deaf, p.client()).HandshakeContext(t.Context()) }()
		synctest.Wait()
		for s.Stats().Connections > 0 && time.Since(begin) < time.Minute {
			time.Sleep(time.Second)
			synctest.Wait()
		}
		if took := time.Since(begin); took != 10*time.Second {
			t.Errorf("let go after %v", took)
		}
		close(deaf.closed)
	})
}

// mute is a client that reads nothing.
type mute struct {
	net.Conn
	closed chan struct{}
}

func (w *mute) Read([]byte) (int, error) {
	<-w.closed
	return 0, net.ErrClosed
}

func TestASecureConnectionLastsLongerThanItsHandshakeMay(t *testing.T) {
	secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
		c := connect(t, tls.Client(dial(s.SecureAddr()), p.client()))
		for range 10 {
			time.Sleep(5 * time.Second)
			c.ok(wire.OpPing, &wire.Empty{}, nil)
		}
	})
}

// A client that does not read is closed as one without TLS is, and what closes it does not wait for it.
func TestASecureClientThatDoesNotRead(t *testing.T) {
	secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
		c := connect(t, tls.Client(dial(s.SecureAddr()), p.client()))
		c.ok(wire.OpCreate, create("/big", strings.Repeat("x", 1<<19), 0), nil)
		for range 40 {
			c.send(wire.OpGetData, read("/big"))
		}
		synctest.Wait()
		begin := time.Now()
		s.Kill()
		if took := time.Since(begin); took != 0 {
			t.Errorf("Kill took %v", took)
		}
	})
}

func TestSecureConnectionsCountForTheLimits(t *testing.T) {
	secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
		connect(t, tls.Client(dial(s.SecureAddr()), p.client()))
		connect(t, dial(s.Addr()))
		if err := tls.Client(dial(s.SecureAddr()), p.client()).HandshakeContext(t.Context()); err == nil {
			t.Error("a third connection was let in")
		}
	}, server.WithMaxClientConns(2))
}

func TestFourLetterWordsOverTLS(t *testing.T) {
	secured(t, tls.NoClientCert, func(t *testing.T, s *server.Server, p *pki, dial func(string) net.Conn) {
		for addr, nc := range map[string]net.Conn{"plain": dial(s.Addr()), "secure": tls.Client(dial(s.SecureAddr()), p.client())} {
			if got := say(t, nc, "ruok"); got != "imok" {
				t.Errorf("%s: %q", addr, got)
			}
		}
		got := say(t, tls.Client(dial(s.SecureAddr()), p.client()), "conf")
		if !strings.HasPrefix(got, "clientPort=2181\nsecureClientPort=2281\n") {
			t.Errorf("%s", got)
		}
		plain := newRaw(t, dial(s.SecureAddr()))
		plain.write([]byte("ruok"))
		_, _ = io.Copy(io.Discard, plain.nc)
		if got := say(t, dial(s.Addr()), "mntr"); !strings.Contains(got, "zk_unsuccessful_handshake\t1\n") {
			t.Errorf("%s", got)
		}
	}, server.WithFourLetterWords("*"))
}

func TestPortUnification(t *testing.T) {
	p := newPKI(t)
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		connect(t, dial())
		c := connect(t, tls.Client(dial(), p.client(p.named(t, pkix.Name{CommonName: "me"}))))
		if who := users(c); len(who) != 2 || who[1].User != "CN=me" {
			t.Errorf("%+v", who)
		}
		if got := say(t, dial(), "srvr"); !strings.HasPrefix(got, "Zookeeper version:") {
			t.Errorf("%q", got)
		}
		if s.SecureAddr() != "" {
			t.Errorf("on %s, too", s.SecureAddr())
		}
		begin := time.Now()
		if n, err := dial().Read(make([]byte, 1)); n != 0 || err == nil || time.Since(begin) != 20*time.Second {
			t.Errorf("a silent client: %d, %v after %v", n, err, time.Since(begin))
		}
	}, server.WithPortUnification(p.server(t, tls.VerifyClientCertIfGiven)))
}

func TestTLSOnly(t *testing.T) {
	p := newPKI(t)
	s := start(t, server.WithTLSOnly(), server.WithTLS("127.0.0.1:0", p.server(t, tls.NoClientCert)))
	if s.Addr() != s.SecureAddr() || strings.HasSuffix(s.Addr(), ":0") {
		t.Errorf("on %s and %s", s.Addr(), s.SecureAddr())
	}
	connect(t, tls.Client(dialTCP(t, s.Addr()), p.client()))
}
