package zoocfg

import (
	"math"
	"time"
)

// tlsKeys are those of clients with TLS.
var tlsKeys = join(
	[]Key{
		sets("secureClientPort", port, func(c *Config) *int { return &c.raw.securePort }, "port for clients with TLS"),
		sets("secureClientPortAddress", text, func(c *Config) *string { return &c.raw.secureHost }, "address to listen on for them; all without it"),
		sets("client.portUnification", flag, func(c *Config) *bool { return &c.TLS.Unified }, "TLS on the port for clients, too"),
		sets("client.certReload", flag, func(c *Config) *bool { return &c.TLS.Reload }, "certificates are read again when their files change"),
	},
	store("ssl.keyStore.", "the server's key and certificate", func(c *Config) *Store { return &c.TLS.KeyStore }),
	store("ssl.trustStore.", "certificates that vouch for clients'", func(c *Config) *Store { return &c.TLS.TrustStore }),
	[]Key{
		sets("ssl.protocol", text, func(c *Config) *string { return &c.TLS.Protocol }, "version of TLS"),
		sets("ssl.enabledProtocols", list, func(c *Config) *[]string { return &c.TLS.EnabledProtocols }, "versions of TLS"),
		sets("ssl.ciphersuites", list, func(c *Config) *[]string { return &c.TLS.CipherSuites }, "cipher suites"),
		sets("ssl.clientAuth", oneOf("none", "want", "need"), func(c *Config) *string { return &c.TLS.ClientAuth }, "whether clients need a certificate"),
		sets("ssl.hostnameVerification", flag, func(c *Config) *bool { return &c.TLS.VerifyServers }, "names in certificates are looked at"),
		sets("ssl.clientHostnameVerification", flag, func(c *Config) *bool { return &c.TLS.VerifyClients }, "in clients' certificates, too"),
		sets("ssl.crl", flag, func(c *Config) *bool { return &c.TLS.CRL }, "lists of revoked certificates"),
		sets("ssl.ocsp", flag, func(c *Config) *bool { return &c.TLS.OCSP }, "questions after revoked certificates"),
		sets("ssl.authProvider", text, func(c *Config) *string { return &c.TLS.AuthProvider }, "scheme of a client with a certificate"),
		sets("ssl.handshakeDetectionTimeoutMillis", in(time.Millisecond, decoded(1, math.MaxInt32)), func(c *Config) *time.Duration { return &c.TLS.HandshakeTimeout },
			"for the first bytes, with client.portUnification"),
	},
	ignored("Go's crypto/tls is what serves TLS",
		"ssl.context.supplier.class", "ssl.sslProvider", "ssl.tcnative.ocsp", "ssl.allowReverseDnsLookup", "fips-mode"),
)

// store makes the rows of a file with keys or certificates.
func store(prefix, doc string, of func(*Config) *Store) []Key {
	return []Key{
		sets(prefix+"location", text, func(c *Config) *string { return &of(c).File }, "file with "+doc),
		sets(prefix+"password", text, func(c *Config) *string { return &of(c).Password }, "its password"),
		sets(prefix+"passwordPath", text, func(c *Config) *string { return &of(c).PasswordFile }, "file with its password"),
		sets(prefix+"type", oneOf("JKS", "PEM", "PKCS12", "BCFKS"), func(c *Config) *string { return &of(c).Type }, "its format; goes by the name without it"),
	}
}
