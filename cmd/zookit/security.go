package main

import (
	"fmt"
	"os"
	"path"

	"github.com/zookit-go/zookit/cmd/zookit/internal/jaas"
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
		server.WithSASLOpenUser(auth.OpenUser),
		server.WithAllowSASLFailed(auth.AllowFailed),
	}
	for _, class := range auth.Providers {
		if scheme, ok := providers[class]; ok {
			all = append(all, server.WithAuthSchemes(scheme))
		}
	}
	switch {
	case auth.RequireSASL:
		all = append(all, server.WithRequiredAuth("sasl"))
	case len(auth.Enforce) > 0:
		all = append(all, server.WithRequiredAuth(auth.Enforce...))
	}
	if auth.Users != nil {
		all = append(all, server.WithSASLUsers(auth.Users))
	}
	tls, err := overTLS(cfg)
	return append(all, tls...), err
}

// superSASL is the user of SASL whose password can stand in the file itself.
const superSASL = "super"

// readUsers takes the users of SASL from a JAAS file.
func readUsers(cfg *zoocfg.Config, path string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("--jaas: %w", err)
	}
	sections, err := jaas.Parse(file)
	if err != nil {
		return fmt.Errorf("--jaas: %s:%w", path, err)
	}
	users, ok := sections.Users(cfg.Auth.SASLSection)
	if !ok {
		return fmt.Errorf("--jaas: %s has no section %q", path, cfg.Auth.SASLSection)
	}
	if cfg.Has(superPasswordKey) {
		users[superSASL] = cfg.Auth.SuperPassword
	}
	if len(users) == 0 {
		return fmt.Errorf("--jaas: the section %q of %s has no option user_<name>", cfg.Auth.SASLSection, path)
	}
	cfg.Auth.Users = users
	return nil
}

const superPasswordKey = "SASLAuthenticationProvider.superPassword"

// securityGaps are about what would let in whom the file keeps out, for the most part.
func securityGaps(cfg *zoocfg.Config) []gap {
	auth, tls := cfg.Auth, cfg.TLS
	const userless = "SASL has no users without --jaas"
	all := []gap{
		{"sessionRequireClientSASLAuth", auth.RequireSASL && auth.Users == nil, true, userless + ", so nobody could do anything"},
		{"DigestAuthenticationProvider.digestAlg", auth.DigestAlg == "MD2", true, "there is no MD2"},
		{"ensembleAuthName", len(auth.EnsembleNames) > 0, true, "there is no scheme ensemble"},
		{"ssl.authProvider", tls.AuthProvider != "x509", true, "the scheme of clients with a certificate is x509"},
		{"client.certReload", tls.Reload, false, "certificates are read at the start"},
		{"ssl.handshakeDetectionTimeoutMillis", cfg.Has("ssl.handshakeDetectionTimeoutMillis"), false, "a client has ten seconds for the handshake"},
	}
	if auth.Users == nil {
		all = append(all, gap{"superUser", len(auth.SuperUsers) > 0, false, userless})
		for _, key := range []string{superPasswordKey, "sasl.serverconfig", "allowSaslFailedClients", "letAnySaslUserDoX"} {
			all = append(all, gap{key, cfg.Has(key), false, userless})
		}
	}
	for name, class := range auth.Providers {
		_, known := providers[class]
		all = append(all, gap{name, !known && path.Ext(class) != ".DigestAuthenticationProvider" && path.Ext(class) != ".IPAuthenticationProvider", false,
			"there is no Java to load " + class})
	}
	return all
}
