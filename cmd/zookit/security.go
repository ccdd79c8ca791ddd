package main

import (
	"path"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/testing/server"
)

// The classes of Apache's that bring a scheme with them which a server does not know by itself.
var providers = map[string]string{
	"org.apache.zookeeper.server.auth.SASLAuthenticationProvider": "sasl",
	"org.apache.zookeeper.server.auth.X509AuthenticationProvider": "x509",
}

// secured makes the options of who may do what.
func secured(cfg *zoocfg.Config) ([]server.Option, error) {
	auth := cfg.Auth
	all := []server.Option{
		server.WithSkipACL(auth.SkipACL),
		server.WithDigestAuth(auth.Digest),
		server.WithDigestAlgorithm(auth.DigestAlg),
		server.WithX509SuperUser(auth.X509SuperUser),
		server.WithSASLSuperUsers(auth.SuperUsers...),
		server.WithAllowSASLFailed(auth.AllowFailed),
	}
	for _, class := range auth.Providers {
		if scheme, ok := providers[class]; ok {
			all = append(all, server.WithAuthSchemes(scheme))
		}
	}
	if len(auth.Enforce) > 0 {
		all = append(all, server.WithRequiredAuth(auth.Enforce...))
	}
	tls, err := overTLS(cfg)
	return append(all, tls...), err
}

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

// securityGaps are about what would let in whom the file keeps out, for the most part.
func securityGaps(cfg *zoocfg.Config) []gap {
	auth, tls := cfg.Auth, cfg.TLS
	all := []gap{
		{"sessionRequireClientSASLAuth", auth.RequireSASL, true, "users of SASL stand in a JAAS file, which is not read, so nobody could do anything"},
		{"DigestAuthenticationProvider.digestAlg", auth.DigestAlg == "MD2", true, "there is no MD2"},
		{"ensembleAuthName", len(auth.EnsembleNames) > 0, true, "there is no scheme ensemble"},
		{"ssl.crl", tls.CRL, true, "lists of revoked certificates are not looked at"},
		{"ssl.ocsp", tls.OCSP, true, "nobody is asked after revoked certificates"},
		{"ssl.clientHostnameVerification", tls.VerifyClients, true, "names in clients' certificates are not looked at"},
		{"ssl.authProvider", tls.AuthProvider != "x509", true, "the scheme of clients with a certificate is x509"},
		{"client.certReload", tls.Reload, false, "certificates are read at the start"},
		{"SASLAuthenticationProvider.superPassword", auth.SuperPassword != "", false, "SASL has no users"},
	}
	for name, class := range auth.Providers {
		_, known := providers[class]
		all = append(all, gap{name, !known && path.Ext(class) != ".DigestAuthenticationProvider" && path.Ext(class) != ".IPAuthenticationProvider", false,
			"there is no Java to load " + class})
	}
	return all
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
