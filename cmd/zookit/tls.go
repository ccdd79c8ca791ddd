package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
)

// tlsConfig makes Go's configuration of a file's. What is wrong is told with the key.
func tlsConfig(cfg *zoocfg.Config) (*tls.Config, error) {
	t := cfg.TLS
	wrong := func(key string, err error) error {
		return fmt.Errorf("%s: %s: %w", cfg.Where(key), key, err)
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12}
	cert, err := readKeyStore(t.KeyStore)
	if err != nil {
		return nil, wrong("ssl.keyStore.location", err)
	}
	conf.Certificates = []tls.Certificate{cert}
	if t.TrustStore.File != "" {
		if conf.ClientCAs, err = readTrustStore(t.TrustStore); err != nil {
			return nil, wrong("ssl.trustStore.location", err)
		}
	}
	switch t.ClientAuth {
	case "none":
	case "want":
		conf.ClientAuth = tls.VerifyClientCertIfGiven
	default:
		conf.ClientAuth = tls.RequireAndVerifyClientCert
	}
	if conf.ClientAuth != tls.NoClientCert && conf.ClientCAs == nil {
		return nil, wrong("ssl.trustStore.location", errors.New("is not set, and clients are asked for a certificate"))
	}
	versions := t.EnabledProtocols
	if len(versions) == 0 && t.Protocol != "" {
		versions = []string{t.Protocol}
	}
	if err := setVersions(conf, versions); err != nil {
		return nil, wrong("ssl.enabledProtocols", err)
	}
	if conf.CipherSuites, err = suites(t.CipherSuites); err != nil {
		return nil, wrong("ssl.ciphersuites", err)
	}
	return conf, nil
}

// readKeyStore reads a key with its certificates.
func readKeyStore(s zoocfg.Store) (tls.Certificate, error) {
	pem, err := readPEM(s)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(pem, pem)
}

func readTrustStore(s zoocfg.Store) (*x509.CertPool, error) {
	pem, err := readPEM(s)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s: no certificate in it", s.File)
	}
	return pool, nil
}

var errFormat = errors.New("not PEM without a password, which is all that is read; openssl makes it of the others")

// readPEM reads a file whose type, or whose name, says PEM.
func readPEM(s zoocfg.Store) ([]byte, error) {
	if s.File == "" {
		return nil, errors.New("is not set")
	}
	if s.Type != "PEM" && (s.Type != "" || !strings.HasSuffix(strings.ToLower(s.File), ".pem")) {
		return nil, fmt.Errorf("%s: %w", s.File, errFormat)
	}
	pem, err := os.ReadFile(s.File)
	if err == nil && bytes.Contains(pem, []byte("ENCRYPTED")) {
		err = fmt.Errorf("%s: %w", s.File, errFormat)
	}
	return pem, err
}

// protocols are Java's names.
var protocols = []string{"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}

// setVersions takes the lowest and the highest of those named. One between them that is not named is had all the same.
func setVersions(conf *tls.Config, names []string) error {
	var all []uint16
	for _, name := range names {
		i := slices.Index(protocols, name)
		if i < 0 {
			return fmt.Errorf("%q is none of %s", name, strings.Join(protocols, ", "))
		}
		all = append(all, tls.VersionTLS10+uint16(i))
	}
	if len(all) > 0 {
		conf.MinVersion, conf.MaxVersion = slices.Min(all), slices.Max(all)
	}
	return nil
}

// suites finds cipher suites by their names, which are the same in Java. Those of TLS 1.3 are always on and need not be found.
func suites(names []string) (ids []uint16, err error) {
	known := append(tls.CipherSuites(), tls.InsecureCipherSuites()...)
	for _, name := range names {
		i := slices.IndexFunc(known, func(s *tls.CipherSuite) bool { return s.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("%q is unknown", name)
		}
		ids = append(ids, known[i].ID)
	}
	return ids, nil
}
