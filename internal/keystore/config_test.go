package keystore_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	jks "github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/internal/keystore"
)

const password = "changeit"

// keys is a zoo.cfg.
type keys map[string]string

func (k keys) get(key string) string { return k[key] }

// with is k with more keys, each followed by its value.
func (k keys) with(more ...string) keys {
	all := make(keys)
	for key, value := range k {
		all[key] = value
	}
	for i := 0; i < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

// identity is a key and a certificate that signs itself.
type identity struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newIdentity(tb testing.TB, name string) identity {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return identity{cert, key}
}

func (i identity) pkcs8(tb testing.TB) []byte {
	tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		tb.Fatal(err)
	}
	return der
}

func (i identity) certificate() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{i.cert.Raw}, PrivateKey: i.key, Leaf: i.cert}
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func write(tb testing.TB, name string, b []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

// shake lets a client in, and returns whom the server believes it to be.
func shake(t *testing.T, k keys, server identity, client *tls.Config) (string, error) {
	t.Helper()
	cfg, err := keystore.ServerConfig(k.get)
	if err != nil {
		t.Fatal(err)
	}
	return shakeWith(t, cfg, server, client)
}

func shakeWith(t *testing.T, cfg *tls.Config, server identity, client *tls.Config) (string, error) {
	t.Helper()
	client.RootCAs = x509.NewCertPool()
	client.RootCAs.AddCert(server.cert)
	client.ServerName = server.cert.Subject.CommonName
	a, b := net.Pipe()
	defer a.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Client(b, client).HandshakeContext(t.Context())
		_, _ = io.Copy(io.Discard, b) // until the other end is closed: what it may still say must be taken
	}()
	conn := tls.Server(a, cfg)
	err := conn.HandshakeContext(t.Context())
	_ = a.Close()
	<-done
	if chains := conn.ConnectionState().VerifiedChains; err == nil && len(chains) > 0 {
		return chains[0][0].Subject.CommonName, nil
	}
	return "", err
}

// ours writes stores of each kind, with the same contents.
func ours(t *testing.T, server, client identity) map[string]keys {
	t.Helper()
	p12, err := pkcs12.Modern.Encode(server.key, server.cert, nil, password)
	if err != nil {
		t.Fatal(err)
	}
	trust12, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{client.cert}, password)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(fill func(ks jks.KeyStore) error) []byte {
		ks := jks.New()
		var b bytes.Buffer
		if err := fill(ks); err != nil {
			t.Fatal(err)
		}
		if err := ks.Store(&b, []byte(password)); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	key := encode(func(ks jks.KeyStore) error {
		chain := []jks.Certificate{{Type: "X509", Content: server.cert.Raw}}
		return ks.SetPrivateKeyEntry("own", jks.PrivateKeyEntry{CreationTime: time.Now(), PrivateKey: server.pkcs8(t), CertificateChain: chain}, []byte(password))
	})
	trust := encode(func(ks jks.KeyStore) error {
		return ks.SetTrustedCertificateEntry("other", jks.TrustedCertificateEntry{CreationTime: time.Now(), Certificate: jks.Certificate{Type: "X509", Content: client.cert.Raw}})
	})
	ec, err := x509.MarshalECPrivateKey(server.key)
	if err != nil {
		t.Fatal(err)
	}
	cert, trusted := block("CERTIFICATE", server.cert.Raw), block("CERTIFICATE", client.cert.Raw)
	of := func(end string, key, trust []byte) keys {
		return keys{
			"keyStore.location": write(t, "key"+end, key), "keyStore.password": password,
			"trustStore.location": write(t, "trust"+end, trust), "trustStore.password": password,
		}
	}
	return map[string]keys{
		"PEM": of(".pem", append(cert, block("PRIVATE KEY", server.pkcs8(t))...), trusted), "PEM, key first": of(".pem", append(block("EC PRIVATE KEY", ec), cert...), trusted),
		"PKCS12": of(".p12", p12, trust12), "JKS": of(".jks", key, trust), "PKCS12 by the name of JKS": of(".jks", p12, trust12),
		"JKS by the type PKCS12": of(".store", key, trust).with("keyStore.type", "PKCS12", "trustStore.type", "pkcs12"),
		"password in a file":     of(".p12", p12, trust12).with("keyStore.password", "x", "keyStore.passwordPath", write(t, "secret", []byte(password+"\n"))),
	}
}

func TestStores(t *testing.T) {
	server, client, stranger := newIdentity(t, "server"), newIdentity(t, "client"), newIdentity(t, "stranger")
	for name, k := range ours(t, server, client) {
		t.Run(name, func(t *testing.T) {
			if who, err := shake(t, k, server, &tls.Config{Certificates: []tls.Certificate{client.certificate()}, MinVersion: tls.VersionTLS12}); who != "client" || err != nil {
				t.Errorf("%q, %v", who, err)
			}
			if who, err := shake(t, k, server, &tls.Config{Certificates: []tls.Certificate{stranger.certificate()}, MinVersion: tls.VersionTLS12}); err == nil {
				t.Errorf("a stranger was let in as %q", who)
			}
		})
	}
}

func TestClientAuth(t *testing.T) {
	server, client := newIdentity(t, "server"), newIdentity(t, "client")
	k := ours(t, server, client)["PEM"]
	for auth, want := range map[string]bool{"": false, "need": false, "NEED": false, "want": true, "none": true, "None": true} {
		who, err := shake(t, k.with("clientAuth", auth), server, &tls.Config{MinVersion: tls.VersionTLS12})
		if (err == nil) != want || who != "" {
			t.Errorf("%q: %q, %v", auth, who, err)
		}
	}
}

func TestProtocolsAndSuites(t *testing.T) {
	const new13, old, older = "TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"
	server, client := newIdentity(t, "server"), newIdentity(t, "client")
	k := ours(t, server, client)["PEM"].with("clientAuth", "none")
	for _, c := range []struct {
		protocol, enabled, suites string
		low, high                 uint16
		chosen                    int
	}{
		{"", "", "", tls.VersionTLS12, 0, 0},
		{"TLSv1.2", "", "", tls.VersionTLS12, tls.VersionTLS12, 0},
		{"TLSv1.2", "TLSv1.3", "", tls.VersionTLS13, tls.VersionTLS13, 0},
		{"", "TLSv1.3, TLSv1.2", "", tls.VersionTLS12, tls.VersionTLS13, 0},
		{"", "TLSv1,TLSv1.1", "", tls.VersionTLS10, tls.VersionTLS11, 0},
		{"", "", old, tls.VersionTLS12, tls.VersionTLS12, 1},
		{"", "", old + ", " + older + ",TLS_DHE_DSS_WITH_AES_128_CBC_SHA", tls.VersionTLS12, tls.VersionTLS12, 2},
		{"", "", new13, tls.VersionTLS13, 0, 0},
		{"", "", new13 + "," + old, tls.VersionTLS12, 0, 1},
		{"TLSv1.1", "", old, tls.VersionTLS11, tls.VersionTLS11, 1},
	} {
		cfg, err := keystore.ServerConfig(k.with("protocol", c.protocol, "enabledProtocols", c.enabled, "ciphersuites", c.suites).get)
		if err != nil || cfg.MinVersion != c.low || cfg.MaxVersion != c.high || len(cfg.CipherSuites) != c.chosen {
			t.Errorf("%+v: %+v, %v", c, cfg, err)
		}
	}
	cfg, err := keystore.ServerConfig(k.with("ciphersuites", old).get)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := shakeWith(t, cfg, server, &tls.Config{MinVersion: tls.VersionTLS13}); err == nil {
		t.Error("a suite that is not in the list was used")
	}
}

func TestWhatIsRefused(t *testing.T) {
	server, client := newIdentity(t, "server"), newIdentity(t, "client")
	all := ours(t, server, client)
	good := all["PEM"]
	empty, onlyCert := write(t, "empty.pem", nil), write(t, "cert.pem", block("CERTIFICATE", server.cert.Raw))
	for name, k := range map[string]keys{
		"no store": good.with("keyStore.location", ""), "no file": good.with("keyStore.location", "/nowhere.pem"), "no kind": good.with("keyStore.location", write(t, "x.crt", nil)),
		"other kind": good.with("keyStore.type", "BCFKS"), "no key": good.with("keyStore.location", onlyCert), "nothing": good.with("keyStore.location", empty),
		"nobody trusted": good.with("trustStore.location", empty), "no trust store": good.with("trustStore.location", "/nowhere.pem"),
		"no certificate":  good.with("keyStore.location", write(t, "key.pem", block("PRIVATE KEY", server.pkcs8(t)))),
		"bad certificate": good.with("keyStore.location", write(t, "bad.pem", block("CERTIFICATE", []byte("x")))), "bad key": good.with("keyStore.location", write(t, "bad.pem", block("PRIVATE KEY", []byte("x")))),
		"encrypted":      good.with("keyStore.location", write(t, "enc.pem", block("ENCRYPTED PRIVATE KEY", []byte("x")))),
		"wrong password": all["PKCS12"].with("keyStore.password", "x"), "wrong password of JKS": all["JKS"].with("keyStore.password", "x"),
		"wrong password, trust": all["PKCS12"].with("trustStore.password", "x"), "no password file": good.with("keyStore.passwordPath", "/nowhere"),
		"broken PKCS12": good.with("keyStore.type", "PKCS12"), "broken JKS": good.with("keyStore.location", write(t, "x.jks", []byte("\xfe\xed\xfe\xed\x00"))),
		"clientAuth": good.with("clientAuth", "maybe"), "protocol": good.with("protocol", "SSLv3"), "suites": good.with("ciphersuites", "TLS_NONE"),
		"suites of other protocols": good.with("ciphersuites", "TLS_AES_128_GCM_SHA256", "protocol", "TLSv1.2"),
		"crl":                       good.with("crl", "true"), "ocsp": good.with("ocsp", "True"), "names": good.with("clientHostnameVerification", "true"),
	} {
		if cfg, err := keystore.ServerConfig(k.get); err == nil || !strings.HasPrefix(err.Error(), "keystore: ") {
			t.Errorf("%s: %v, %v", name, cfg != nil, err)
		}
	}
}

// Stores that Java's keytool has made, with RSA and a chain in them.
func TestStoresOfJava(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	tool := func(store string, args ...string) {
		t.Helper()
		foreign.Keytool(t, append([]string{args[0], "-keystore", path(store), "-storepass", password, "-noprompt"}, args[1:]...)...)
	}
	client := newIdentity(t, "client")
	trusted := write(t, "client.pem", block("CERTIFICATE", client.cert.Raw))
	for _, kind := range []string{"JKS", "PKCS12"} {
		t.Run(kind, func(t *testing.T) {
			own, trust, out := kind+".own", kind+".trust", path(kind+".crt")
			tool(own, "-genkeypair", "-storetype", kind, "-keypass", password, "-alias", "own", "-dname", "CN=server", "-keyalg", "RSA", "-ext", "san=dns:server", "-ext", "bc=ca:true")
			tool(own, "-exportcert", "-alias", "own", "-rfc", "-file", out)
			tool(trust, "-importcert", "-storetype", kind, "-alias", "client", "-file", trusted)
			b, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			p, _ := pem.Decode(b)
			cert, err := x509.ParseCertificate(p.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			k := keys{
				"keyStore.location": path(own), "keyStore.password": password, "keyStore.type": kind,
				"trustStore.location": path(trust), "trustStore.password": password, "trustStore.type": kind,
			}
			if who, err := shake(t, k, identity{cert: cert}, &tls.Config{Certificates: []tls.Certificate{client.certificate()}, MinVersion: tls.VersionTLS12}); who != "client" || err != nil {
				t.Errorf("%q, %v", who, err)
			}
		})
	}
}
