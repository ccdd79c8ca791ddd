package client_test

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

// authority signs the certificates of a test. They are good in the time of the bubbles, too.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
	last int64
}

func newAuthority() (*authority, error) {
	a := &authority{pool: x509.NewCertPool()}
	own, err := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	if err != nil {
		return nil, err
	}
	a.cert, a.key = own.Leaf, own.PrivateKey.(*ecdsa.PrivateKey)
	a.pool.AddCert(a.cert)
	return a, nil
}

// issue signs a certificate; the first one signs itself.
func (a *authority) issue(template *x509.Certificate) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	a.last++
	template.SerialNumber = big.NewInt(a.last)
	template.NotBefore, template.NotAfter = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}

// named is a certificate for a client.
func (a *authority) named(name string) (*tls.Certificate, error) {
	return a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
}

// server is how a server is configured that is called zk and 127.0.0.1.
func (a *authority) server(ask tls.ClientAuthType) (*tls.Config, error) {
	cert, err := a.issue(&x509.Certificate{Subject: pkix.Name{CommonName: "zk"}, DNSNames: []string{"zk"}, IPAddresses: []net.IP{{127, 0, 0, 1}}})
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{*cert}, ClientCAs: a.pool, ClientAuth: ask, MinVersion: tls.VersionTLS12}, nil
}

// client is how a client is configured, with a certificate or without.
func (a *authority) client(certs ...*tls.Certificate) *tls.Config {
	cfg := &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS12}
	for _, cert := range certs {
		cfg.Certificates = append(cfg.Certificates, *cert)
	}
	return cfg
}

// made is for what fails only if the test is wrong.
func made[T any](v T, err error) func(tb testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}
