package client

import (
	"fmt"
	"log/slog"
)

// seeing is who is told what the client does.
type seeing struct {
	hooks []Hooks
	log   *slog.Logger
}

// WithLogger logs to l; without it the client logs nothing.
//
//	Error  a hook that panicked
//	Warn   Suspended and Lost, a write whose outcome is unknown, reports to hooks that were dropped
//	Info   Connected, Reconnected, ReadOnly, Closed
//	Debug  every operation, every attempt that failed, every event of a watch
//
// Lines name operations, paths, sessions' ids, counts, times and errors. Data, ACLs, passwords and identities are never logged. The logger
// is called as Hooks are: a slow one delays nothing but the log.
func WithLogger(l *slog.Logger) Option {
	return func(c *config) error {
		if l == nil {
			return fmt.Errorf("%w: no logger", errOption)
		}
		c.seeing.log = l
		return nil
	}
}

// WithHooks tells h what the client does. It may be given more than once: all are told. Packages otelzk and promzk have hooks for
// OpenTelemetry and Prometheus.
func WithHooks(h Hooks) Option {
	return func(c *config) error {
		c.seeing.hooks = append(c.seeing.hooks, h)
		return nil
	}
}
