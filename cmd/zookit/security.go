package main

import "github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"

func securityGaps(cfg *zoocfg.Config) []gap {
	auth, tls := cfg.Auth, cfg.TLS
	return []gap{
		{"secureClientPort", tls.Listen != "", true, "TLS is not served"},
		{"client.portUnification", tls.Unified, true, "TLS is not served"},
		{"sessionRequireClientSASLAuth", auth.RequireSASL, true, "SASL is not served, so nobody could do anything"},
		{"enforce.auth.enabled", len(auth.Enforce) > 0, true, "a login is not enforced"},
		{"DigestAuthenticationProvider.enabled", !auth.Digest, true, "the scheme digest cannot be turned off"},
		{"DigestAuthenticationProvider.digestAlg", auth.DigestAlg != "SHA1", true, "the scheme digest has SHA1 alone"},
		{"skipACL", auth.SkipACL, false, "access control lists are looked at"},
		{"superUser", len(auth.SuperUsers) > 0, false, "SASL is not served"},
		{"X509AuthenticationProvider.superUser", auth.X509SuperUser != "", false, "TLS is not served"},
	}
}
