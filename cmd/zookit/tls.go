package main

import (
	"crypto/tls"
	"fmt"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/internal/keystore"
	"github.com/zookit-go/zookit/testing/server"
)

// overTLS makes the options of clients with TLS.
func overTLS(cfg *zoocfg.Config) ([]server.Option, error) {
	t := cfg.TLS
	if t.Listen == "" && !t.Unified {
		return nil, nil
	}
	conf, err := tlsConfig(cfg)
	if err != nil {
		return nil, err
	}
	var all []server.Option
	if t.Listen != "" {
		all = append(all, server.WithTLS(t.Listen, conf))
		if cfg.Clients.Listen == "" {
			all = append(all, server.WithTLSOnly())
		}
	}
	if t.Unified {
		all = append(all, server.WithPortUnification(conf))
	}
	return all, nil
}

// tlsConfig makes Go's configuration of a file's.
func tlsConfig(cfg *zoocfg.Config) (*tls.Config, error) {
	t := cfg.TLS
	keys := map[string]string{
		"protocol":                   t.Protocol,
		"enabledProtocols":           strings.Join(t.EnabledProtocols, ","),
		"ciphersuites":               strings.Join(t.CipherSuites, ","),
		"clientAuth":                 t.ClientAuth,
		"crl":                        strconv.FormatBool(t.CRL),
		"ocsp":                       strconv.FormatBool(t.OCSP),
		"clientHostnameVerification": strconv.FormatBool(t.VerifyClients && t.VerifyServers), // Apache asks for both
	}
	for name, store := range map[string]zoocfg.Store{"keyStore.": t.KeyStore, "trustStore.": t.TrustStore} {
		keys[name+"location"], keys[name+"type"] = store.File, store.Type
		keys[name+"password"], keys[name+"passwordPath"] = store.Password, store.PasswordFile
	}
	conf, err := keystore.ServerConfig(func(key string) string { return keys[key] })
	if err != nil {
		return nil, fmt.Errorf("%s: ssl.*: %w", cfg.File, err)
	}
	return conf, nil
}

// addresses says where clients connect.
func addresses(cfg *zoocfg.Config, srv *server.Server) string {
	switch {
	case cfg.TLS.Listen == "":
		return srv.Addr()
	case cfg.Clients.Listen == "":
		return srv.SecureAddr() + " with TLS"
	}
	return srv.Addr() + " and " + srv.SecureAddr() + " with TLS"
}
