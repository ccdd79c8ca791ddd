package client

import (
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/client/internal/secret"
	"github.com/zookit-go/zookit/client/internal/session"
)

// security is what concerns TLS, identities and permissions. Printed, it shows no secret.
type security struct {
	tls        tlsSource // nil is no TLS
	identities []session.Identity
	sasl       *sasl // nil is no SASL
	acl        ACLProvider
}

// seam completes the seam's options.
func (s security) seam(opts session.Options) session.Options {
	if s.tls != nil {
		opts.Dial = s.tls.over(opts.Dial)
	}
	if s.sasl != nil {
		opts.SASL = s.sasl.begin
	}
	opts.Identities = s.identities
	return opts
}

// WithAuth gives the client an identity: auth is what the scheme wants, "user:password" for digest. Given several times, there are several.
// They are sent on every connection, also in a new session, and accepted before any other request, of Conn, too, is sent; a connection so takes
// one round trip longer. What happens if a server refuses, see ErrAuthFailed.
func WithAuth(scheme string, auth []byte) Option {
	return func(c *config) error {
		if scheme == "" {
			return fmt.Errorf("%w: %w", errOption, errScheme)
		}
		c.identities = append(c.identities, identity(scheme, auth))
		return nil
	}
}

// WithDigest is WithAuth for the scheme digest. The user must be some text without a colon. A wrong password is not refused; the client
// is then merely somebody else. Servers get the password as it is, so use TLS.
func WithDigest(user, password string) Option {
	return func(c *config) error {
		if user == "" || strings.Contains(user, ":") {
			return fmt.Errorf("%w: a user of the scheme digest is empty or has a colon", errOption)
		}
		c.identities = append(c.identities, identity("digest", []byte(user+":"+password)))
		return nil
	}
}

// WithSASL makes the client prove by SASL DIGEST-MD5 on every connection who it is, before anything else, and the server that it knows the
// password, too: it is then sasl:<user>. A connection so takes two round trips longer. If the server does not accept the user or the
// password, or offers no SASL, there is no connection: see ErrAuthFailed. The password is not sent; but the mechanism is old and weak, so use
// TLS.
func WithSASL(user, password string) Option {
	return func(c *config) error {
		if user == "" {
			return fmt.Errorf("%w: no user of SASL", errOption)
		}
		c.sasl = &sasl{user, secret.New([]byte(password))}
		return nil
	}
}

// WithTLS puts TLS over every connection, over that of WithDial if there is one. The server's certificate must be for cfg.ServerName or, if that
// is empty, for the host that is dialled, as it stands in the list of servers; of DNSServers, for the name, not the address. Dial and handshake together are bounded as WithConnectTimeout
// says, and end with the context of Connect and with Close.
//
// For the client's certificate set cfg.GetClientCertificate: it is called in every handshake, so that a new certificate is used from the next
// connection on. With a cfg.ClientSessionCache a resumed handshake keeps the old one. Where more than that can change, see WithTLSFunc.
func WithTLS(cfg *tls.Config) Option {
	return func(c *config) error {
		if cfg == nil {
			return fmt.Errorf("%w: TLS: %w", errOption, errNoTLS)
		}
		own := cfg.Clone()
		c.tls = func() (*tls.Config, error) { return own, nil }
		return nil
	}
}

// WithTLSFunc is WithTLS with a configuration that is asked for at every dial, so that certificates and authorities can change. What it returns
// must no longer be changed. If it fails, the attempt to connect has failed, with that error. It must not block.
func WithTLSFunc(source func() (*tls.Config, error)) Option {
	return func(c *config) error {
		if source == nil {
			return fmt.Errorf("%w: TLS: %w", errOption, errNoTLS)
		}
		c.tls = source
		return nil
	}
}

// WithACLProvider sets where creates without a list get theirs; see ACLProvider. By default they are open to the world.
func WithACLProvider(provider ACLProvider) Option {
	return func(c *config) error {
		if provider == nil {
			return fmt.Errorf("%w: no ACL provider", errOption)
		}
		c.acl = provider
		return nil
	}
}
