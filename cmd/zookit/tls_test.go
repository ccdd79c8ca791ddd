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
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// selfSigned makes a key and a certificate that vouches for itself, as PEM.
func selfSigned(t *testing.T, name string) (both, cert string) {
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
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})) + cert, cert
}

// A file with secureClientPort and no clientPort: TLS alone, with the identity that a certificate brings.
func TestTLS(t *testing.T) {
	server, serverCert := selfSigned(t, "server")
	alice, aliceCert := selfSigned(t, "alice")
	p := start(t, "server", config(t, "dataDir="+t.TempDir(), "secureClientPort=0", "secureClientPortAddress=127.0.0.1",
		"ssl.keyStore.location="+file(t, server), "ssl.keyStore.type=PEM", "ssl.trustStore.location="+file(t, aliceCert), "ssl.trustStore.type=PEM",
		"ssl.enabledProtocols=TLSv1.3"))
	addr := p.find(`serving on (\S+) with TLS, `)[1]
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(serverCert))
	pair, err := tls.X509KeyPair([]byte(alice), []byte(alice))
	if err != nil {
		t.Fatal(err)
	}
	nc := tls.Client(dial(t, addr), &tls.Config{ServerName: "127.0.0.1", RootCAs: roots, Certificates: []tls.Certificate{pair}})
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

func TestTLSWrong(t *testing.T) {
	server, cert := selfSigned(t, "server")
	key := "ssl.keyStore.location=" + file(t, server)
	trust := "ssl.trustStore.type=PEM\nssl.trustStore.location=" + file(t, cert)
	const isPEM = "ssl.keyStore.type=PEM"
	for _, tt := range []struct{ lines, last string }{
		{"", "ssl.keyStore.location: is not set"},
		{key, "not PEM"},
		{isPEM + "\nssl.keyStore.location=/nowhere", "zoo.cfg:4: ssl.keyStore.location: open /nowhere"},
		{isPEM + "\nssl.keyStore.location=" + file(t, cert), "zoo.cfg:4: ssl.keyStore.location: tls: "},
		{isPEM + "\nssl.keyStore.location=" + file(t, "ENCRYPTED"), "not PEM without a password"},
		{isPEM + "\n" + key, "ssl.trustStore.location: is not set"},
		{isPEM + "\n" + key + "\nssl.trustStore.type=PEM\nssl.trustStore.location=" + file(t, "x"), "no certificate in it"},
		{isPEM + "\n" + key + "\n" + trust + "\nssl.enabledProtocols=SSLv3", `"SSLv3" is none of`},
		{isPEM + "\n" + key + "\n" + trust + "\nssl.ciphersuites=NULL", `ssl.ciphersuites: "NULL" is unknown`},
		{isPEM + "\n" + key + "\n" + trust + "\nssl.crl=true", "ssl.crl: lists of revoked"},
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
