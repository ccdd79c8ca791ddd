package server

import (
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/testing/server/internal/conn"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// connConfig is what concerns connections.
type connConfig struct {
	words  fourletter.Whitelist // nil is the version's own
	limits conn.Limits
}

func defaultConns() connConfig {
	return connConfig{limits: conn.Limits{PerHost: 60, Outstanding: 1000, Queued: 1 << 30}}
}

// WithFourLetterWords sets the four-letter words that the server answers, "*" for all. By default it is srvr alone, which is
// always among them; a 3.4 answers all but wchc and wchp.
func WithFourLetterWords(words ...string) Option {
	return func(c *config) error {
		list, err := fourletter.NewWhitelist(words...)
		if err != nil {
			return fmt.Errorf("four-letter words: %w", err)
		}
		c.conns.words = list
		return nil
	}
}

// WithMaxClientConns limits the connections from one address, 60 by default; 0 is no limit. A connection above it is accepted
// and closed at once. Every connection counts, be it a client's or one that asks a four-letter word. On a network in memory an
// address is the name of a host.
func WithMaxClientConns(n int) Option {
	return func(c *config) error {
		if n < 0 {
			return errNegative
		}
		c.conns.limits.PerHost = n
		return nil
	}
}

// WithMaxConns limits the connections in all; 0, the default, is no limit.
func WithMaxConns(n int) Option {
	return func(c *config) error {
		if n < 0 {
			return errNegative
		}
		c.conns.limits.Conns = n
		return nil
	}
}

// WithGlobalOutstandingLimit sets how many requests of all clients may be without a reply, 1000 by default; 0 is no limit. As
// long as there are more, the server reads only from connections that wait for no reply.
func WithGlobalOutstandingLimit(n int) Option {
	return func(c *config) error {
		if n < 0 {
			return errNegative
		}
		c.conns.limits.Outstanding = int64(n)
		return nil
	}
}

var errNegative = errors.New("a limit below 0")
