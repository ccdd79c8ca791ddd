package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/conn"
	"github.com/zookit-go/zookit/testing/server/internal/digestmd5"
)

// securityConfig is what concerns TLS, identities and permissions.
type securityConfig struct {
	tls         *tls.Config // nil is no TLS
	addr        string      // of a listener for TLS alone; empty is none
	only        bool        // there is no other
	unified     bool        // the other takes TLS, too
	policy      auth.Policy
	users       map[string]string // of SASL; nil is no SASL
	allowFailed bool
}

// check looks at what no option can see alone.
func (c *securityConfig) check() error {
	if c.only && c.addr == "" {
		return errors.New("server: TLS only, and no address for it")
	}
	for _, scheme := range c.policy.Required {
		if !c.policy.Knows(scheme) {
			return fmt.Errorf("server: the scheme %q is required and not known", scheme)
		}
	}
	return nil
}

// conns is what connections need to know of it.
func (c *securityConfig) conns() conn.Security {
	s := conn.Security{TLS: c.tls, AllowFailed: c.allowFailed}
	if c.users != nil {
		s.SASL = func() *digestmd5.Server { return digestmd5.New(saslRealm, saslService+"/"+saslRealm, c.password) }
	}
	return s
}

// What Apache's servers call themselves towards SASL, whatever their name and address.
const (
	saslService = "zookeeper"
	saslRealm   = "zk-sasl-md5"
)

func (c *securityConfig) password(user string) (string, bool) {
	password, ok := c.users[user]
	return password, ok
}

// WithTLS adds a listener for clients that use TLS; Server.SecureAddr tells its address. Limits and sessions are shared with the
// plain one. cfg must have a certificate; its ClientAuth says whether clients are asked for theirs, and its ClientCAs which are
// trusted. A client whose certificate was verified so, to a chain, has the identity x509:<subject>, the subject being as Java writes it.
// A client has ten seconds for the handshake. With TLS, access control lists may name the scheme x509.
//
// Source: secureClientPort and ssl.clientAuth of Apache's zoo.cfg.
func WithTLS(addr string, cfg *tls.Config) Option {
	return func(c *config) error {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("TLS address %q: %w", addr, err)
		}
		c.security.addr = addr
		return c.security.setTLS(cfg)
	}
}

// WithTLSOnly leaves the plain listener out, as a zoo.cfg without clientPort does. It needs WithTLS.
func WithTLSOnly() Option {
	return func(c *config) error {
		c.security.only = true
		return nil
	}
}

// WithPortUnification lets clients use TLS on the plain listener, too: what their first byte says. cfg is as in WithTLS; a server
// with both has the cfg of the option that came last.
//
// Source: client.portUnification of Apache's zoo.cfg.
func WithPortUnification(cfg *tls.Config) Option {
	return func(c *config) error {
		c.security.unified = true
		return c.security.setTLS(cfg)
	}
}

func (c *securityConfig) setTLS(cfg *tls.Config) error {
	if cfg == nil || len(cfg.Certificates) == 0 && cfg.GetCertificate == nil && cfg.GetConfigForClient == nil {
		return errors.New("TLS without a certificate")
	}
	c.tls = cfg.Clone()
	c.policy.X509 = true
	return nil
}

// WithX509SuperUser names the subject of the certificate whose owner no access control list can refuse, as Java writes it, such as
// "CN=admin,O=Example". By default there is none.
//
// Source: X509AuthenticationProvider.superUser of Apache's zoo.cfg.
func WithX509SuperUser(subject string) Option {
	return func(c *config) error {
		c.security.policy.X509Super = subject
		return nil
	}
}

// WithAuthSchemes lets access control lists name schemes that a server knows only on request: "x509", which WithTLS brings with it,
// and "sasl".
//
// Source: authProvider.<any> of Apache's zoo.cfg, with the classes X509AuthenticationProvider and SASLAuthenticationProvider.
func WithAuthSchemes(schemes ...string) Option {
	return func(c *config) error {
		for _, scheme := range schemes {
			switch scheme {
			case "x509":
				c.security.policy.X509 = true
			case "sasl":
				c.security.policy.SASL = true
			default:
				return fmt.Errorf("scheme %q: neither x509 nor sasl", scheme)
			}
		}
		return nil
	}
}

// WithSASLUsers lets clients prove by SASL DIGEST-MD5 who they are; it takes their passwords by name. Such a client has the identity
// sasl:<name>. For access control lists to name it, WithAuthSchemes must name "sasl". Without users, as with Apache, an exchange
// comes to nothing and the client goes on without that identity.
//
// Source: the options user_<name> of DigestLoginModule in the section Server of Apache's JAAS file.
func WithSASLUsers(passwords map[string]string) Option {
	return func(c *config) error {
		c.security.users = make(map[string]string)
		maps.Copy(c.security.users, passwords)
		return nil
	}
}

// WithSASLSuperUsers names users of SASL whom no access control list can refuse. By default there are none.
//
// Source: superUser and superUser.<any> of Apache's zoo.cfg.
func WithSASLSuperUsers(users ...string) Option {
	return func(c *config) error {
		c.security.policy.SASLSupers = slices.Clone(users)
		return nil
	}
}

// WithSASLOpenUser names a user of SASL such that what access control lists allow to him they allow to every user of SASL. By default
// there is none.
//
// Source: letAnySaslUserDoX of Apache's zoo.cfg.
func WithSASLOpenUser(user string) Option {
	return func(c *config) error {
		c.security.policy.SASLOpen = user
		return nil
	}
}

// WithAllowSASLFailed lets a client whose SASL exchange failed go on without an identity. By default it is told so and its
// connection is closed.
//
// Source: allowSaslFailedClients of Apache's zoo.cfg.
func WithAllowSASLFailed(on bool) Option {
	return func(c *config) error {
		c.security.allowFailed = on
		return nil
	}
}

// WithRequiredAuth closes the connections of clients that ask for anything, be it a ping, before they have an identity of one of the
// schemes. By default nothing is required. With "sasl" among them, a failed exchange is told by another code.
//
// Source: enforce.auth.enabled and enforce.auth.schemes of Apache's zoo.cfg; sessionRequireClientSASLAuth is this with "sasl" alone.
func WithRequiredAuth(schemes ...string) Option {
	return func(c *config) error {
		if len(schemes) == 0 {
			return errors.New("an identity is required, and no scheme for it is named")
		}
		c.security.policy.Required = nil
		for _, scheme := range schemes {
			c.security.policy.Required = append(c.security.policy.Required, strings.TrimSpace(scheme))
		}
		return nil
	}
}

// WithDigestAlgorithm sets the hash of the scheme digest, by the name that Java's MessageDigest has for it: SHA1, the default, MD5,
// SHA-224, SHA-256, SHA-384, SHA-512, SHA-512/224, SHA-512/256, SHA3-224, SHA3-256, SHA3-384 or SHA3-512. Java's MD2 is missing.
//
// Source: DigestAuthenticationProvider.digestAlg of Apache's zoo.cfg.
func WithDigestAlgorithm(name string) Option {
	return func(c *config) error {
		a, ok := auth.FindAlgorithm(name)
		if !ok {
			return fmt.Errorf("digest algorithm %q: unknown", name)
		}
		c.security.policy.Digest = a
		return nil
	}
}

// WithDigestAuth turns the scheme digest off: nobody gets such an identity, and no new list may name one. By default it is on.
//
// Source: DigestAuthenticationProvider.enabled of Apache's zoo.cfg.
func WithDigestAuth(on bool) Option {
	return func(c *config) error {
		c.security.policy.NoDigest = !on
		return nil
	}
}

// WithSkipACL lets everybody do everything. Lists are still kept, and must still be valid. By default they count.
//
// Source: skipACL of Apache's zoo.cfg.
func WithSkipACL(on bool) Option {
	return func(c *config) error {
		c.security.policy.SkipACL = on
		return nil
	}
}
