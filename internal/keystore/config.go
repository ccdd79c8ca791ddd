// Package keystore turns the keys with which a zoo.cfg describes TLS into a tls.Config for a server: ssl.keyStore.*, ssl.trustStore.*
// and their like. It reads stores in PEM, PKCS #12 and Java's own format.
//
// Where Java and Go differ: Go chooses the cipher suites of TLS 1.3 itself, knows fewer old ones, and has one range of protocols, not a
// list. Without a trust store, both trust what the system does. A private key in PEM must not be encrypted.
package keystore

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Keys are those that ServerConfig reads, without their prefix.
var Keys = []string{
	"keyStore.location", "keyStore.password", "keyStore.passwordPath", "keyStore.type",
	"trustStore.location", "trustStore.password", "trustStore.passwordPath", "trustStore.type",
	"protocol", "enabledProtocols", "ciphersuites", "clientAuth", "crl", "ocsp", "clientHostnameVerification",
}

// ServerConfig makes a server's configuration. get returns the value of a key without its prefix, which is "ssl." in a zoo.cfg, or
// nothing if it is not set. Checks that Go does not make, of revoked certificates and of the names of clients, are refused, not
// left out.
func ServerConfig(get func(key string) string) (*tls.Config, error) {
	for _, key := range []string{"crl", "ocsp", "clientHostnameVerification"} {
		if strings.EqualFold(get(key), "true") {
			return nil, fmt.Errorf("keystore: %s is not supported", key)
		}
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	own, err := open(get, "keyStore")
	if err != nil {
		return nil, err
	}
	if cfg.Certificates = own.keys; len(own.keys) == 0 {
		return nil, errors.New("keystore: there is no private key")
	}
	if get("trustStore.location") != "" {
		others, err := open(get, "trustStore")
		if err != nil {
			return nil, err
		}
		if cfg.ClientCAs = others.pool(); len(others.trusted) == 0 {
			return nil, errors.New("keystore: nobody is trusted")
		}
	}
	switch auth := strings.ToLower(get("clientAuth")); auth {
	case "none":
		cfg.ClientAuth = tls.NoClientCert
	case "want":
		cfg.ClientAuth = tls.VerifyClientCertIfGiven
	case "need", "":
		cfg.ClientAuth = tls.RequireAndVerifyClientCert
	default:
		return nil, fmt.Errorf("keystore: clientAuth %q: neither none nor want nor need", auth)
	}
	if err := protocols(cfg, get); err != nil {
		return nil, err
	}
	return cfg, suites(cfg, get("ciphersuites"))
}

var versions = map[string]uint16{
	"TLSV1": tls.VersionTLS10, "TLSV1.1": tls.VersionTLS11, "TLSV1.2": tls.VersionTLS12, "TLSV1.3": tls.VersionTLS13,
}

// protocols sets the range from the lowest to the highest that is enabled.
func protocols(cfg *tls.Config, get func(string) string) error {
	list := get("enabledProtocols")
	if list == "" {
		list = get("protocol")
	}
	if list == "" {
		return nil
	}
	cfg.MinVersion, cfg.MaxVersion = tls.VersionTLS13, tls.VersionTLS10
	for name := range strings.SplitSeq(list, ",") {
		v, ok := versions[strings.ToUpper(strings.TrimSpace(name))]
		if !ok {
			return fmt.Errorf("keystore: protocol %q: unknown", name)
		}
		cfg.MinVersion, cfg.MaxVersion = min(cfg.MinVersion, v), max(cfg.MaxVersion, v)
	}
	return nil
}

// suites leaves out what Go does not have; something must be left. A list without a suite of TLS 1.3 rules that out, and one with
// nothing else rules all before it out.
func suites(cfg *tls.Config, list string) error {
	if list == "" {
		return nil
	}
	known := slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites())
	new13 := false
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		at := slices.IndexFunc(known, func(s *tls.CipherSuite) bool { return s.Name == name })
		switch {
		case at < 0:
		case slices.Contains(known[at].SupportedVersions, tls.VersionTLS13):
			new13 = true
		default:
			cfg.CipherSuites = append(cfg.CipherSuites, known[at].ID)
		}
	}
	switch {
	case cfg.CipherSuites == nil && !new13:
		return fmt.Errorf("keystore: ciphersuites %q: none that Go has", list)
	case cfg.CipherSuites == nil:
		cfg.MinVersion = tls.VersionTLS13
	case !new13:
		if cfg.MaxVersion = min(cfg.MaxVersion, tls.VersionTLS12); cfg.MaxVersion == 0 {
			cfg.MaxVersion = tls.VersionTLS12
		}
	}
	if cfg.MaxVersion != 0 && cfg.MaxVersion < cfg.MinVersion {
		return fmt.Errorf("keystore: ciphersuites %q: none for the protocols", list)
	}
	return nil
}
