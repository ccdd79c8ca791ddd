package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// pki is an authority of the test's own.
type pki struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
	last int64
}

func newPKI(tb testing.TB) *pki {
	tb.Helper()
	p := &pki{pool: x509.NewCertPool()}
	ca := &x509.Certificate{Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	issued := p.issue(tb, ca)
	p.cert, p.key = issued.Leaf, issued.PrivateKey.(*ecdsa.PrivateKey)
	p.pool.AddCert(p.cert)
	return p
}

// issue signs a certificate; the first one signs itself. It holds in the time of the bubbles, too.
func (p *pki) issue(tb testing.TB, template *x509.Certificate) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	p.last++
	template.SerialNumber = big.NewInt(p.last)
	template.NotBefore, template.NotAfter = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	parent, signer := p.cert, p.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		tb.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// server is how a server is configured whose certificate is for localhost and zk.
func (p *pki) server(tb testing.TB, ask tls.ClientAuthType) *tls.Config {
	tb.Helper()
	cert := p.issue(tb, &x509.Certificate{
		Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost", "zk"}, IPAddresses: []net.IP{{127, 0, 0, 1}},
	})
	return &tls.Config{Certificates: []tls.Certificate{cert}, ClientCAs: p.pool, ClientAuth: ask, MinVersion: tls.VersionTLS12}
}

// client is how a client is, with certificates or without.
func (p *pki) client(certs ...tls.Certificate) *tls.Config {
	return &tls.Config{RootCAs: p.pool, ServerName: "localhost", Certificates: certs, MinVersion: tls.VersionTLS12}
}

// named is a certificate for a client.
func (p *pki) named(tb testing.TB, name pkix.Name) tls.Certificate {
	tb.Helper()
	return p.issue(tb, &x509.Certificate{Subject: name, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}
