package keystore

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pavlo-v-chernykh/keystore-go/v4"
	"software.sslmate.com/src/go-pkcs12"
)

// store is what a file has.
type store struct {
	keys    []tls.Certificate
	trusted []*x509.Certificate
}

func (s *store) pool() *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range s.trusted {
		p.AddCert(c)
	}
	return p
}

// open reads the store that the keys behind a name describe.
func open(get func(string) string, name string) (*store, error) {
	location := get(name + ".location")
	if location == "" {
		return nil, fmt.Errorf("keystore: no %s.location", name)
	}
	password := get(name + ".password")
	if path := get(name + ".passwordPath"); path != "" {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("keystore: %s.passwordPath: %w", name, err)
		}
		password = strings.TrimSuffix(string(b), "\n")
	}
	kind := strings.ToUpper(get(name + ".type"))
	if kind == "" {
		kind = kinds[filepath.Ext(location)]
	}
	file, err := os.ReadFile(location)
	if err != nil {
		return nil, fmt.Errorf("keystore: %s: %w", name, err)
	}
	var s *store
	switch {
	case kind == "PEM":
		s, err = readPEM(file)
	case kind != "JKS" && kind != "PKCS12":
		err = fmt.Errorf("a store of the type %q: neither JKS nor PEM nor PKCS12", kind)
	case bytes.HasPrefix(file, []byte("\xfe\xed\xfe\xed")): // whatever its type is said to be, as Java does
		s, err = readJKS(file, password)
	default:
		s, err = readPKCS12(file, password, name == "trustStore")
	}
	if err != nil {
		return nil, fmt.Errorf("keystore: %s %s: %w", name, location, err)
	}
	return s, nil
}

var kinds = map[string]string{".jks": "JKS", ".pem": "PEM", ".p12": "PKCS12"}

// readPEM takes all certificates as one chain, if there is a key, and trusts all of them.
func readPEM(file []byte) (*store, error) {
	var s store
	var own tls.Certificate
	for {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			break
		}
		switch {
		case strings.HasSuffix(block.Type, "CERTIFICATE"):
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, err
			}
			s.trusted = append(s.trusted, cert)
			own.Certificate = append(own.Certificate, block.Bytes)
		case strings.HasSuffix(block.Type, "PRIVATE KEY") && own.PrivateKey == nil:
			if strings.HasPrefix(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "" {
				return nil, errors.New("the private key is encrypted, which is read from PKCS12 and JKS only")
			}
			key, err := parseKey(block.Bytes)
			if err != nil {
				return nil, err
			}
			own.PrivateKey = key
		}
	}
	if own.PrivateKey == nil {
		return &s, nil
	}
	if len(s.trusted) == 0 {
		return nil, errors.New("no certificate")
	}
	own.Leaf = s.trusted[0]
	s.keys = []tls.Certificate{own}
	return &s, nil
}

func parseKey(der []byte) (any, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(der); err == nil {
		return key, nil
	}
	return x509.ParsePKCS8PrivateKey(der)
}

func readJKS(file []byte, password string) (*store, error) {
	ks := keystore.New(keystore.WithOrderedAliases(), keystore.WithCaseExactAliases())
	if err := ks.Load(bytes.NewReader(file), []byte(password)); err != nil {
		return nil, err
	}
	var s store
	for _, alias := range ks.Aliases() {
		if ks.IsTrustedCertificateEntry(alias) {
			entry, err := ks.GetTrustedCertificateEntry(alias)
			if err != nil {
				return nil, fmt.Errorf("entry %s: %w", alias, err)
			}
			cert, err := x509.ParseCertificate(entry.Certificate.Content)
			if err != nil {
				return nil, fmt.Errorf("entry %s: %w", alias, err)
			}
			s.trusted = append(s.trusted, cert)
			continue
		}
		entry, err := ks.GetPrivateKeyEntry(alias, []byte(password))
		if err != nil {
			return nil, fmt.Errorf("entry %s: %w", alias, err)
		}
		key, err := x509.ParsePKCS8PrivateKey(entry.PrivateKey)
		if err != nil {
			return nil, fmt.Errorf("entry %s: %w", alias, err)
		}
		own := tls.Certificate{PrivateKey: key}
		for _, c := range entry.CertificateChain {
			own.Certificate = append(own.Certificate, c.Content)
		}
		if own.Leaf, err = x509.ParseCertificate(own.Certificate[0]); err != nil {
			return nil, fmt.Errorf("entry %s: %w", alias, err)
		}
		s.keys = append(s.keys, own)
		s.trusted = append(s.trusted, own.Leaf) // so does Java
	}
	return &s, nil
}

// readPKCS12 reads a store with one private key or, for trust, one with certificates that Java has marked as trusted.
func readPKCS12(file []byte, password string, trust bool) (*store, error) {
	if trust {
		certs, err := pkcs12.DecodeTrustStore(file, password)
		return &store{trusted: certs}, err
	}
	key, leaf, chain, err := pkcs12.DecodeChain(file, password)
	if err != nil {
		return nil, err
	}
	own := tls.Certificate{PrivateKey: key, Leaf: leaf, Certificate: [][]byte{leaf.Raw}}
	for _, c := range chain {
		own.Certificate = append(own.Certificate, c.Raw)
	}
	return &store{keys: []tls.Certificate{own}}, nil
}
