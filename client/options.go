package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// Option configures Connect and NewDialer.
type Option func(*config) error

type config struct {
	timeout  time.Duration
	patience time.Duration
	retry    RetryPolicy
	dial     func(ctx context.Context, network, addr string) (net.Conn, error)
	seeing   seeing
	ops      opsConfig

	connection
	security
}

var errOption = errors.New("client: bad option")

func newConfig(opts []Option) (config, error) {
	cfg := config{timeout: 10 * time.Second, dial: (&net.Dialer{}).DialContext}
	var errs []error
	for _, opt := range opts {
		errs = append(errs, opt(&cfg))
	}
	if cfg.retry == nil {
		cfg.retry = Exponential(50*time.Millisecond, time.Second, 2*cfg.timeout)
	}
	return cfg, errors.Join(errs...)
}

// WithSessionTimeout asks for a session timeout; servers grant what lies within their limits, by default 4 to 40 seconds. The
// default is 10 seconds. With Wrap it is zk.Connect's argument that counts; give the same value here.
func WithSessionTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("%w: session timeout %v", errOption, d)
		}
		c.timeout = d
		return nil
	}
}

// WithConnectTimeout bounds one attempt to connect to one server, handshake included. The default is a third of the session
// timeout, so that a hung server leaves time to find another before the session is over. Where there are several servers, the first
// attempt at each gets an eighth of that (a third before the first connection), or four times what the fastest has taken, and twice as
// much after each that was not answered.
func WithConnectTimeout(d time.Duration) Option {
	return func(c *config) error {
		if d <= 0 {
			return fmt.Errorf("%w: connect timeout %v", errOption, d)
		}
		c.patience = d
		return nil
	}
}

// WithRetry sets the policy of all calls. The default is Exponential(50ms, 1s, twice the session timeout).
func WithRetry(policy RetryPolicy) Option {
	return func(c *config) error {
		if policy == nil {
			return fmt.Errorf("%w: no retry policy", errOption)
		}
		c.retry = policy
		return nil
	}
}

// WithDial replaces net.Dialer, for proxies, and for in-memory networks in tests. The context bounds the dial.
func WithDial(dial func(ctx context.Context, network, addr string) (net.Conn, error)) Option {
	return func(c *config) error {
		if dial == nil {
			return fmt.Errorf("%w: no dial function", errOption)
		}
		c.dial = dial
		return nil
	}
}
