package interop

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/internal/keystore"
	"github.com/zookit-go/zookit/testing/server"
)

// authority signs the certificates of a test and writes them into files.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string // its certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := new(authority)
	a.file = a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

// issue returns a file with a key and a certificate. The first one signs itself.
func (a *authority) issue(t *testing.T, c *x509.Certificate) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if a.cert == nil {
		a.cert, a.key = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	b := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	return file(t, "store.pem", string(b))
}

func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// secureServer starts a server of ours that asks for certificates and has a user of SASL, as a zoo.cfg would have it.
func secureServer(t *testing.T, a *authority) *server.Server {
	t.Helper()
	own := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{{127, 0, 0, 1}}})
	keys := map[string]string{"keyStore.location": own, "trustStore.location": a.file, "clientAuth": "want"}
	cfg, err := keystore.ServerConfig(func(key string) string { return keys[key] })
	if err != nil {
		t.Fatal(err)
	}
	cfg.MaxVersion = tls.VersionTLS12 // what clients of 3.8 speak, all of them
	s, err := server.New(server.WithTLS("127.0.0.1:0", cfg), server.WithAuthSchemes("sasl"), server.WithSASLUsers(map[string]string{"bob": "builder"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Kill)
	return s
}

// run runs a program to its end.
func run(t *testing.T, command ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p := foreign.Start(t, command...)
	if err := p.Wait(ctx); err != nil {
		t.Fatalf("%v\n%s", err, p.Output())
	}
}

const serverJAAS = `Server { org.apache.zookeeper.server.auth.DigestLoginModule required user_bob="builder"; };`

// saslApache starts Apache's server with the same user.
func saslApache(t *testing.T) string {
	t.Helper()
	return apache.StartWith(t, []string{"java.security.auth.login.config=" + file(t, "jaas", serverJAAS)},
		"authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider").Addr()
}

func TestKazooSASL(t *testing.T) {
	python := foreign.Python(t)
	for name, start := range map[string]func(t *testing.T) string{
		"apache": saslApache, "zookit": func(t *testing.T) string {
			t.Helper()
			return secureServer(t, newAuthority(t)).Addr()
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(t, python, "testdata/kazoo/secure.py", "sasl", start(t))
		})
	}
}

func TestKazooTLS(t *testing.T) {
	python, a := foreign.Python(t), newAuthority(t)
	alice := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "alice", Organization: []string{"Example"}}})
	run(t, python, "testdata/kazoo/secure.py", "tls", secureServer(t, a).SecureAddr(), a.file, alice)
}

// Apache's shell, with TLS and a certificate, and with SASL.
func TestShellSecure(t *testing.T) {
	a := newAuthority(t)
	s := secureServer(t, a)
	alice := a.issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "alice", Organization: []string{"Example"}}})
	t.Run("tls", func(t *testing.T) {
		sh := startShell(t, s.SecureAddr(), "-Dzookeeper.client.secure=true", "-Dzookeeper.clientCnxnSocket=org.apache.zookeeper.ClientCnxnSocketNetty",
			"-Dzookeeper.ssl.keyStore.location="+alice, "-Dzookeeper.ssl.trustStore.location="+a.file)
		sh.do("whoami", "x509: CN=alice,O=Example")
		sh.do("create /tls data auth::cdrwa", "Created /tls")
		sh.do("getAcl /tls", "'x509,'CN=alice%2CO=Example") // the shell escapes the comma
		sh.do("get /tls", "data")
	})
	t.Run("sasl", func(t *testing.T) {
		for _, addr := range []string{saslApache(t), s.Addr()} {
			jaas := file(t, "jaas", `Client { org.apache.zookeeper.server.auth.DigestLoginModule required username="bob" password="builder"; };`)
			sh := startShell(t, addr, "-Djava.security.auth.login.config="+jaas)
			sh.do("whoami", "sasl: bob")
			sh.do("create /sasl data sasl:bob:cdrwa", "Created /sasl")
			sh.do("getAcl /sasl", "'sasl,'bob")
			other := startShell(t, addr)
			other.do("get /sasl", "Insufficient permission : /sasl")
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		jaas := file(t, "jaas", `Client { org.apache.zookeeper.server.auth.DigestLoginModule required username="bob" password="wrong"; };`)
		sh := startShell(t, s.Addr(), "-Djava.security.auth.login.config="+jaas)
		sh.do("", "WatchedEvent state:AuthFailed")
	})
}
