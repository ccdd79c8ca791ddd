package node

import (
	"fmt"
	"strings"
	"time"

	"github.com/zookit-go/zookit/client"
)

// Mode is what kind of znode a Persistent keeps.
type Mode int

// The modes. Those of the server's with a time to live are ModePersistent and ModePersistentSequential with WithTTL.
const (
	// ModeEphemeral goes with the session, and is made anew in the next. It is the default.
	ModeEphemeral Mode = iota
	// ModeEphemeralSequential is ModeEphemeral with ten digits of the server's behind its name, which stay the same in all sessions.
	ModeEphemeralSequential
	// ModePersistent stays when this process dies.
	ModePersistent
	// ModePersistentSequential is ModePersistent with ten digits of the server's behind its name.
	ModePersistentSequential
	// ModeContainer is removed by the server when its last child has gone, and then made anew.
	ModeContainer
)

func (m Mode) ephemeral() bool  { return m == ModeEphemeral || m == ModeEphemeralSequential }
func (m Mode) sequential() bool { return m == ModeEphemeralSequential || m == ModePersistentSequential }

// Option configures a Persistent.
type Option interface{ persistent(*config) error }

// TTLOption configures a TTL.
type TTLOption interface{ ttl(*ttlConfig) error }

// AnyOption configures either.
type AnyOption interface {
	Option
	TTLOption
}

type config struct {
	mode    Mode
	ttl     time.Duration
	protect bool
	plain   bool
	orphan  bool // no parents are made
	stays   bool // Close leaves the znode
}

type ttlConfig struct {
	config
	child  string
	factor int
}

type option func(*config) error

func (o option) persistent(c *config) error { return o(c) }

// WithMode says what kind of znode it is.
func WithMode(m Mode) Option {
	return option(func(c *config) error {
		if m < ModeEphemeral || m > ModeContainer {
			return fmt.Errorf("%w: mode %d", errOption, m)
		}
		c.mode = m
		return nil
	})
}

// WithTTL lets the server delete a znode of ModePersistent or ModePersistentSequential when it has had no children and was not written for ttl, in whole
// milliseconds; then it is made anew. It needs a server with zookeeper.extendedTypesEnabled=true. See TTL for one that is kept from that.
func WithTTL(ttl time.Duration) Option {
	return option(func(c *config) error {
		if ttl < time.Millisecond {
			return fmt.Errorf("%w: a time to live of %v", errOption, ttl)
		}
		c.ttl = ttl
		return nil
	})
}

// WithProtection puts Curator's "_c_<uuid>-" before the name, the same one for ever. Sequential modes have it anyway.
func WithProtection() Option {
	return option(func(c *config) error {
		c.protect = true
		return nil
	})
}

// WithPlainName leaves "_c_<uuid>-" away for a sequential mode. If the answer to the very first create is lost, the znode
// that it may have made is not found again, and a second one is made.
func WithPlainName() Option {
	return option(func(c *config) error {
		c.plain = true
		return nil
	})
}

type orphan struct{}

func (orphan) persistent(c *config) error { c.orphan = true; return nil }
func (orphan) ttl(c *ttlConfig) error     { c.orphan = true; return nil }

// WithoutParents makes no ancestors: without them it is zk.ErrNoNode.
func WithoutParents() AnyOption { return orphan{} }

func (c config) check() error {
	switch {
	case c.plain && (c.protect || !c.mode.sequential()):
		return fmt.Errorf("%w: a plain name is for sequential modes without protection", errOption)
	case c.protect && c.mode == ModeContainer:
		return fmt.Errorf("%w: a container cannot be protected", errOption)
	case c.ttl != 0 && c.mode != ModePersistent && c.mode != ModePersistentSequential:
		return fmt.Errorf("%w: a time to live is for persistent modes", errOption)
	}
	return nil
}

// protected tells whether the name gets the prefix.
func (c config) protected() bool { return c.protect || c.mode.sequential() && !c.plain }

type ttlOption func(*ttlConfig) error

func (o ttlOption) ttl(c *ttlConfig) error { return o(c) }

// WithContainer makes the znode a container instead of one with a time to live, as Curator 5.4 to 5.8 do: then it goes only by its
// child's going, and not at all if its owner dies before the first touch.
func WithContainer() TTLOption {
	return ttlOption(func(c *ttlConfig) error {
		c.config = config{mode: ModeContainer, orphan: c.orphan, stays: c.stays}
		return nil
	})
}

// WithChild names the child that is touched; it is "touch" unless set.
func WithChild(name string) TTLOption {
	return ttlOption(func(c *ttlConfig) error {
		if err := client.CheckPath("/" + name); err != nil || strings.Contains(name, "/") || name == "" {
			return fmt.Errorf("%w: a child named %q", errOption, name)
		}
		c.child = name
		return nil
	})
}

// WithFactor touches the child so many times in a time to live; 2 unless set, and at least 1.
func WithFactor(n int) TTLOption {
	return ttlOption(func(c *ttlConfig) error {
		if n < 1 {
			return fmt.Errorf("%w: a factor of %d", errOption, n)
		}
		c.factor = n
		return nil
	})
}
