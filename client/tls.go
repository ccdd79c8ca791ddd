package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/zookit-go/zookit/client/internal/session"
)

type dialFunc = func(ctx context.Context, network, addr string) (net.Conn, error)

// tlsSource gives the configuration of one connection.
type tlsSource func() (*tls.Config, error)

var errNoTLS = errors.New("no configuration")

// over puts TLS over what dial dials. The context that bounds the dial bounds the handshake, too.
func (source tlsSource) over(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		cfg, err := source()
		if err == nil && cfg == nil {
			err = errNoTLS
		}
		if err != nil {
			return nil, fmt.Errorf("client: TLS for %s: %w", addr, err)
		}
		under, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		conn := tls.Client(under, forServer(cfg, session.DialedName(ctx, addr)))
		if err := conn.HandshakeContext(ctx); err != nil {
			_ = under.Close()
			return nil, fmt.Errorf("client: TLS handshake with %s: %w", addr, err)
		}
		return &secured{conn, under}, nil
	}
}

// forServer is the configuration with the name that the server's certificate must have.
func forServer(cfg *tls.Config, addr string) *tls.Config {
	if cfg.ServerName != "" {
		return cfg
	}
	cfg = cfg.Clone()
	cfg.ServerName = addr
	if host, _, err := net.SplitHostPort(addr); err == nil {
		cfg.ServerName = host
	}
	return cfg
}

// secured is a TLS connection that closes at once. The farewell of TLS can take five seconds where nobody reads any more, while calls
// wait to hear that their connection has ended; and ZooKeeper has a farewell of its own.
type secured struct {
	*tls.Conn

	under net.Conn
}

// Close implements net.Conn.
func (s *secured) Close() error { return s.under.Close() }
