package main_test

import (
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
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/zookit-go/zookit/internal/wire"
)

// identity is a key and a certificate that vouches for itself.
type identity struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newIdentity(t *testing.T, name string) identity {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return identity{key, cert}
}

// pem is the certificate, and the key before it if own.
func (id identity) pem(t *testing.T, own bool) string {
	t.Helper()
	cert := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.cert.Raw}))
	if !own {
		return cert
	}
	der, err := x509.MarshalPKCS8PrivateKey(id.key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})) + cert
}

// stores are lines of a file for a server that has own's key and trusts other, in a format of Java's.
func stores(t *testing.T, kind string, own, other identity) []string {
	t.Helper()
	if kind == "PEM" {
		return []string{
			"ssl.keyStore.location=" + file(t, own.pem(t, true)), "ssl.keyStore.type=PEM",
			"ssl.trustStore.location=" + file(t, other.pem(t, false)), "ssl.trustStore.type=PEM",
		}
	}
	key, err := pkcs12.Modern.Encode(own.key, own.cert, nil, "secret")
	if err != nil {
		t.Fatal(err)
	}
	trust, err := pkcs12.Modern.EncodeTrustStore([]*x509.Certificate{other.cert}, "other")
	if err != nil {
		t.Fatal(err)
	}
	return []string{
		"ssl.keyStore.location=" + raw(t, key), "ssl.keyStore.type=pkcs12", "ssl.keyStore.passwordPath=" + file(t, "secret"),
		"ssl.trustStore.location=" + raw(t, trust), "ssl.trustStore.type=PKCS12", "ssl.trustStore.password=other",
	}
}

// raw writes a file that ends where it ends.
func raw(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "raw")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file with secureClientPort and no clientPort: TLS alone, with the identity that a certificate brings.
func TestTLS(t *testing.T) {
	for _, kind := range []string{"PEM", "PKCS12"} {
		t.Run(kind, func(t *testing.T) {
			server, alice := newIdentity(t, "server"), newIdentity(t, "alice")
			p := start(t, "server", config(t, append(stores(t, kind, server, alice), "dataDir="+t.TempDir(), "secureClientPort=0",
				"secureClientPortAddress=127.0.0.1", "ssl.enabledProtocols=TLSv1.3")...))
			checkTLS(t, p.find(`serving on (\S+) with TLS, `)[1], server, alice)
		})
	}
}

func checkTLS(t *testing.T, addr string, server, alice identity) {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(server.cert)
	conf := &tls.Config{ServerName: "127.0.0.1", RootCAs: roots, Certificates: []tls.Certificate{{Certificate: [][]byte{alice.cert.Raw}, PrivateKey: alice.key}}}
	nc := tls.Client(dial(t, addr), conf)
	hello := wire.ConnectRequest{Timeout: 10000, Passwd: make([]byte, 16), HasReadOnly: true}
	b := wire.AppendRequest(wire.AppendFrame(nil, &hello), 1, wire.OpWhoAmI, &wire.Empty{})
	if _, err := nc.Write(b); err != nil {
		t.Fatal(err)
	}
	frames := wire.NewFrameReader(nc, 1<<20)
	if _, err := frames.Next(); err != nil {
		t.Fatal(err)
	}
	if who, err := frames.Next(); err != nil || !strings.Contains(string(who), "CN=alice") {
		t.Errorf("whoAmI %q, %v", who, err)
	}
	stranger := tls.Client(dial(t, addr), &tls.Config{ServerName: "127.0.0.1", RootCAs: roots, Certificates: nil})
	if _, err := stranger.Write(b); err == nil {
		if _, err = stranger.Read(make([]byte, 1)); err == nil {
			t.Error("a client without a certificate is served")
		}
	}
}

// What is wrong is told, and nothing is served. What the keys may be, package keystore says.
func TestTLSWrong(t *testing.T) {
	id := newIdentity(t, "server")
	good := strings.Join(stores(t, "PEM", id, id), "\n") + "\n"
	for _, tt := range []struct{ lines, last string }{
		{"", "zoo.cfg: ssl.*: keystore: no keyStore.location"},
		{good + "ssl.keyStore.location=/nowhere", "open /nowhere"},
		{good + "ssl.trustStore.location=/nowhere", "open /nowhere"},
		{good + "ssl.trustStore.passwordPath=/nowhere", "trustStore.passwordPath: open /nowhere"},
		{good + "ssl.keyStore.passwordPath=/nowhere", "keyStore.passwordPath: open /nowhere"},
		{good + "ssl.protocol=SSLv3", `protocol "SSLv3"`},
		{good + "ssl.protocol=SSLv3\nssl.enabledProtocols=TLSv1.2,SSLv4", `protocol "SSLv4"`},
		{good + "ssl.ciphersuites=A,B", `ciphersuites "A,B"`},
		{good + "ssl.crl=true", "crl is not supported"},
		{good + "ssl.ocsp=true", "ocsp is not supported"},
		{good + "ssl.clientHostnameVerification=true", "clientHostnameVerification is not supported"},
		{good + "ssl.authProvider=mine", "ssl.authProvider: the scheme"},
	} {
		start(t, "server", config(t, "dataDir=/nowhere", "secureClientPort=0", tt.lines)).ends(2, tt.last)
	}
}

// What a file says about identities is what the server does.
func TestAuthIsServed(t *testing.T) {
	p := start(t, "server", config(t, "dataDir="+t.TempDir(), "clientPort=0", "clientPortAddress=127.0.0.1", "enforce.auth.enabled=true",
		"enforce.auth.schemes=digest", "authProvider.1=a.b.C"))
	nc, frames := shake(t, p.addr())
	if _, err := nc.Write(wire.AppendRequest(nil, 1, wire.OpExists, &wire.PathWatchRequest{Path: "/"})); err != nil {
		t.Fatal(err)
	}
	frame, err := frames.Next()
	var r wire.ReplyHeader
	rd := wire.NewReader(frame)
	if r.Decode(&rd); err != nil || r.Err != -124 {
		t.Errorf("%+v, %v", r, err)
	}
	p.find(`key=authProvider.1 .*no Java to load a.b.C`)
}
