package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// Option changes how a Server is made.
type Option func(*config) error

type config struct {
	addr       string
	listen     func(network, addr string) (net.Listener, error)
	tick       time.Duration
	minTimeout time.Duration // 0 is two ticks
	maxTimeout time.Duration // 0 is twenty ticks
	log        *slog.Logger
	maxFrame   int
	id         byte
	security   securityConfig
	conns      connConfig
	disk       diskConfig
	version    Version

	extendedTypes bool
	checkInterval time.Duration
	checkPace     time.Duration // the time from one removal to the next
	maxUnused     time.Duration // 0 is never
	enforceQuota  bool
}

// newConfig applies the options to the defaults. All that is wrong is told at once.
func newConfig(opts []Option) (config, error) {
	c := config{
		addr: "127.0.0.1:0", listen: listen, tick: 2 * time.Second, log: slog.New(slog.DiscardHandler),
		maxFrame: wire.MaxFrame, id: 1, conns: defaultConns(), disk: defaultDisk(),
		checkInterval: time.Minute, checkPace: time.Minute / 10000,
	}
	var errs []error
	for _, opt := range opts {
		if err := opt(&c); err != nil {
			errs = append(errs, fmt.Errorf("server: %w", err))
		}
	}
	if c.minTimeout == 0 {
		c.minTimeout = 2 * c.tick
	}
	if c.maxTimeout == 0 {
		c.maxTimeout = max(20*c.tick, c.minTimeout)
	}
	if c.extendedTypes && c.id == 0xff {
		errs = append(errs, errors.New("server: the id 255 marks znodes with a time to live"))
	}
	errs = append(errs, c.disk.check(), c.security.check())
	if c.conns.words == nil {
		c.conns.words = fourletter.Default(c.version.era())
	}
	return c, errors.Join(errs...)
}

func listen(network, addr string) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), network, addr)
}

// WithAddr sets the address to listen on, by default 127.0.0.1 and any free port. The port that was found is kept when the
// server is started again.
func WithAddr(addr string) Option {
	return func(c *config) error {
		if _, _, err := net.SplitHostPort(addr); err != nil {
			return fmt.Errorf("address %q: %w", addr, err)
		}
		c.addr = addr
		return nil
	}
}

// WithListen replaces net.Listen, so that a server can be on a network in memory.
func WithListen(listen func(network, addr string) (net.Listener, error)) Option {
	return func(c *config) error {
		if listen == nil {
			return errors.New("no function to listen with")
		}
		c.listen = listen
		return nil
	}
}

// WithTick sets the unit of the server's time, 2 s by default. Sessions expire within a tick after their timeout.
func WithTick(d time.Duration) Option {
	return func(c *config) error {
		if d < time.Millisecond {
			return fmt.Errorf("tick %v: less than a millisecond", d)
		}
		c.tick = d
		return nil
	}
}

// WithSessionTimeouts sets the range that the timeouts of sessions are moved into, by default 2 to 20 ticks.
func WithSessionTimeouts(shortest, longest time.Duration) Option {
	return func(c *config) error {
		if shortest < time.Millisecond || longest < shortest || longest > math.MaxInt32*time.Millisecond {
			return fmt.Errorf("session timeouts %v to %v: no such range", shortest, longest)
		}
		c.minTimeout, c.maxTimeout = shortest, longest
		return nil
	}
}

// WithLogger sets where the server tells what it refuses and closes. By default it tells nobody.
func WithLogger(log *slog.Logger) Option {
	return func(c *config) error {
		if log == nil {
			return errors.New("no logger")
		}
		c.log = log
		return nil
	}
}

// WithMaxFrame sets the longest request, 1048575 bytes by default. It bounds the data of a znode with it. Replies have no
// bound.
func WithMaxFrame(bytes int) Option {
	return func(c *config) error {
		if bytes < 1024 || bytes > math.MaxInt32 {
			return fmt.Errorf("frames of %d bytes: out of range", bytes)
		}
		c.maxFrame = bytes
		return nil
	}
}

// WithID sets the server's number, 1 by default: the high byte of the ids of sessions that it makes.
func WithID(id byte) Option {
	return func(c *config) error {
		c.id = id
		return nil
	}
}

// WithSuperDigest names the digest identity that no access control list can refuse, as
// "user:base64(hash(user:password))", the hash being that of WithDigestAlgorithm. By default there is none.
func WithSuperDigest(digest string) Option {
	return func(c *config) error {
		c.security.policy.SuperDigest = digest
		return nil
	}
}

// WithExtendedTypes lets clients create znodes with a time to live. By default they are refused, as by a server whose
// extendedTypesEnabled is off. A server whose number is 255 cannot have them.
func WithExtendedTypes(on bool) Option {
	return func(c *config) error {
		c.extendedTypes = on
		return nil
	}
}

// WithContainerCheck sets how often the server looks for containers that have lost their children and for znodes whose time to
// live has passed, by default once a minute, and how many of them it removes in a minute, by default at most 10000.
func WithContainerCheck(interval time.Duration, maxPerMinute int) Option {
	return func(c *config) error {
		if interval < time.Millisecond || maxPerMinute < 1 {
			return fmt.Errorf("a check for containers every %v, %d removals in a minute: out of range", interval, maxPerMinute)
		}
		c.checkInterval, c.checkPace = interval, time.Minute/time.Duration(maxPerMinute)
		return nil
	}
}

// WithContainerMaxNeverUsed sets after what time a container goes that never had children, counted from when its data were set.
// By default, and with 0, it stays.
func WithContainerMaxNeverUsed(d time.Duration) Option {
	return func(c *config) error {
		if d != 0 && d < time.Millisecond {
			return fmt.Errorf("unused containers for %v: less than a millisecond", d)
		}
		c.maxUnused = d
		return nil
	}
}

// WithEnforceQuota lets hard limits refuse what would break them. By default, as with Apache's, quotas count and nothing more. A
// soft limit never refuses anything.
func WithEnforceQuota(on bool) Option {
	return func(c *config) error {
		c.enforceQuota = on
		return nil
	}
}
