package server_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// pemFile writes a certificate, and its key if it has one, into a file.
func pemFile(t *testing.T, cert tls.Certificate) string {
	t.Helper()
	var b []byte
	if cert.PrivateKey != nil {
		der, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
		if err != nil {
			t.Fatal(err)
		}
		b = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	}
	for _, der := range cert.Certificate {
		b = append(b, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	path := filepath.Join(t.TempDir(), "store.pem")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTLSAgainstApache connects to both servers in the same ways and compares who the client is then, and what he may do.
func TestTLSAgainstApache(t *testing.T) {
	p := newPKI(t)
	alice := p.named(t, pkix.Name{CommonName: "Alice, A.", Organization: []string{"Ünïcode #1"}, Country: []string{"DE"}, SerialNumber: "17"})
	admin, stranger := p.named(t, pkix.Name{CommonName: "admin"}), newPKI(t).named(t, pkix.Name{CommonName: "stranger"})
	for auth, ask := range map[string]tls.ClientAuthType{"none": tls.NoClientCert, "want": tls.VerifyClientCertIfGiven, "need": tls.RequireAndVerifyClientCert} {
		t.Run(auth, func(t *testing.T) {
			cfg := p.server(t, ask)
			s := start(t, server.WithTLS("127.0.0.1:0", cfg), server.WithX509SuperUser("CN=admin"), server.WithFourLetterWords("*"))
			secure := fmt.Sprintf("127.0.0.1:%d", apache.FreePort(t))
			_, port, _ := strings.Cut(secure, ":")
			theirs := apache.Start(t, "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory", "secureClientPort="+port, "secureClientPortAddress=127.0.0.1",
				"ssl.keyStore.location="+pemFile(t, cfg.Certificates[0]), "ssl.trustStore.location="+pemFile(t, tls.Certificate{Certificate: [][]byte{p.cert.Raw}}),
				"ssl.clientAuth="+auth, "X509AuthenticationProvider.superUser=CN=admin")
			awaitPort(t, secure)
			for name, certs := range map[string][]tls.Certificate{"nobody": nil, "alice": {alice}, "admin": {admin}, "stranger": {stranger}} {
				want, got := visit(t, theirs.Addr(), secure, p.client(certs...)), visit(t, s.Addr(), s.SecureAddr(), p.client(certs...))
				if got != want {
					t.Errorf("%s:\n ours   %s\n Apache %s", name, got, want)
				}
			}
			for what, ask := range map[string]func(addr, secure string) string{
				"words over TLS": func(_, secure string) string { return over(t, secure, p.client(alice), "ruok") },
				"words on a wrong port": func(_, secure string) string {
					return over(t, secure, nil, "ruok of five bytes, which is a header of TLS")
				},
				"TLS on the plain port": func(addr, _ string) string { return over(t, addr, p.client(alice), "ruok") },
				"a word on the plain":   func(addr, _ string) string { return over(t, addr, nil, "ruok") },
				"nobody, and a word":    func(_, secure string) string { return over(t, secure, p.client(), "ruok") },
				"the ports in conf":     func(addr, secure string) string { return ports(t, addr, secure) },
				"a frame on the wrong":  func(_, secure string) string { return over(t, secure, nil, "\x00\x00\x00\x01x") },
				"TLS of another version": func(_, secure string) string {
					return over(t, secure, &tls.Config{RootCAs: p.pool, ServerName: "localhost", MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS11}, "ruok")
				},
			} {
				if want, got := ask(theirs.Addr(), secure), ask(s.Addr(), s.SecureAddr()); got != want {
					t.Errorf("%s: ours %q, Apache's %q", what, got, want)
				}
			}
		})
	}
}

// visit tells how a client fares.
func visit(t *testing.T, plain, secure string, cfg *tls.Config) string {
	t.Helper()
	nc := tls.Client(dialTCP(t, secure), cfg)
	defer nc.Close()
	q := wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16)}
	_ = nc.SetDeadline(time.Now().Add(patience))
	if _, err := nc.Write(wire.AppendFrame(nil, &q)); err != nil {
		return "refused"
	}
	if _, err := nc.Read(make([]byte, 40)); err != nil {
		return "refused" // an alert may come behind the client's own end of the handshake
	}
	c := connect(t, tls.Client(dialTCP(t, secure), cfg))
	other := connect(t, dialTCP(t, plain))
	all := describe(t, wire.OpWhoAmI, c.call(wire.OpWhoAmI, &wire.Empty{}), nil)
	other.ok(wire.OpCreate, create("/v", "", 0), nil)
	for _, st := range []step{
		{0, wire.OpCreate, guarded("/v/1", wire.ACL{Perms: 31, Scheme: "auth"})}, {0, wire.OpGetACL, at("/v/1")}, {1, wire.OpGetData, read("/v/1")},
		{1, wire.OpCreate, guarded("/v/2", x509ACL(`CN=Alice\, A.,O=Ünïcode \#1,C=DE`)...)}, {0, wire.OpGetACL, at("/v/2")}, {1, wire.OpCreate, guarded("/v/3", x509ACL("no name")...)},
		{1, wire.OpCreate, guarded("/v/4", x509ACL("CN=admin")...)}, {0, wire.OpGetACL, at("/v/4")}, {0, wire.OpSetACL, &wire.SetACLRequest{Path: "/v/1", ACL: wire.OpenACL, Version: 0}},
		{0, wire.OpAuth, &wire.AuthRequest{Scheme: "x509"}},
	} {
		r := []*raw{c, other}[st.conn].call(st.op, st.body)
		all += fmt.Sprintf("; %v: %v", st.op, r.Err)
		if r.Err == wire.OK && st.op == wire.OpGetACL {
			var acl wire.GetACLResponse
			if err := wire.Unmarshal(r.body, &acl); err != nil {
				t.Fatal(err)
			}
			all += fmt.Sprintf(" %+v", acl.ACL)
		}
	}
	if r := other.call(wire.OpAuth, &wire.AuthRequest{Scheme: "x509"}); r.Err != wire.OK {
		all += "; plain: " + r.Err.String()
	}
	again := connect(t, dialTCP(t, plain))
	again.ok(wire.OpAuth, digest("nobody:x"), nil)
	for i := range 5 {
		again.call(wire.OpDelete, version(fmt.Sprintf("/v/%d", i), -1))
	}
	again.ok(wire.OpDelete, version("/v", -1), nil)
	return all
}

// over says something, with TLS or without, and returns what comes back until the end of the connection.
func over(t *testing.T, addr string, cfg *tls.Config, text string) string {
	t.Helper()
	nc := dialTCP(t, addr)
	defer nc.Close()
	if cfg != nil {
		nc = tls.Client(nc, cfg)
	}
	_ = nc.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(nc, text); err != nil {
		return "" // as below, where the alert comes later
	}
	answer, err := io.ReadAll(nc)
	if ne, ok := err.(net.Error); ok && ne.Timeout() { //nolint:errorlint // net.Error is what a deadline gives
		return "still open"
	}
	if cfg == nil && len(answer) > 0 && answer[0] == 0x15 {
		return "" // an alert, which says as much as nothing to who speaks no TLS
	}
	return string(answer)
}

// ports is whether conf tells the right ones.
func ports(t *testing.T, addr, secure string) string {
	t.Helper()
	conf := over(t, addr, nil, "conf")
	for _, a := range []string{addr, secure} {
		_, port, _ := strings.Cut(a, ":")
		conf = strings.Replace(conf, "="+port+"\n", "=right\n", 1)
	}
	lines := strings.SplitN(conf, "\n", 3)
	return strings.Join(lines[:2], "\n")
}

// awaitPort waits until somebody listens: Apache opens its ports one after the other.
func awaitPort(t *testing.T, addr string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		nc, err := new(net.Dialer).DialContext(t.Context(), "tcp", addr)
		if err == nil {
			_ = nc.Close()
			return
		}
		if time.Since(began) > patience {
			t.Fatal(err)
		}
	}
}
