package main

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/testing/server"
)

// options makes the server's options of a configuration that is servable.
func options(cfg *zoocfg.Config) ([]server.Option, error) {
	all := []server.Option{
		server.WithTick(cfg.Tick),
		server.WithSessionTimeouts(max(cfg.MinTimeout, time.Millisecond), max(cfg.MaxTimeout, time.Millisecond)),
		server.WithMaxClientConns(cfg.Clients.MaxPerHost),
		server.WithMaxConns(cfg.Clients.MaxConns),
		server.WithGlobalOutstandingLimit(cfg.Clients.Outstanding),
		server.WithMaxFrame(cfg.Clients.MaxFrame),
		server.WithExtendedTypes(cfg.Znodes.Extended),
		server.WithEnforceQuota(cfg.Znodes.EnforceQuota),
		server.WithContainerCheck(cfg.Znodes.CheckEvery, cfg.Znodes.MaxPerMinute),
		server.WithContainerMaxNeverUsed(cfg.Znodes.MaxNeverUsed),
		server.WithSuperDigest(cfg.Auth.SuperDigest),
	}
	if cfg.Clients.Listen != "" {
		all = append(all, server.WithAddr(cfg.Clients.Listen))
	}
	if cfg.Has(wordsKey) {
		all = append(all, server.WithFourLetterWords(cfg.Clients.Words...))
	}
	security, err := secured(cfg)
	return slices.Concat(all, onDisk(cfg.Disk), security), err
}

const wordsKey = "4lw.commands.whitelist"

// A gap is something that a file can ask for and the server does not have.
type gap struct {
	key   string
	asked bool
	fatal bool // to serve without would be less safe than the file says
	why   string
}

func gaps(cfg *zoocfg.Config) []gap {
	return slices.Concat(diskGaps(cfg), securityGaps(cfg), znodeGaps(cfg), httpGaps(cfg))
}

func znodeGaps(cfg *zoocfg.Config) []gap {
	return []gap{
		{"emulate353TTLNodes", cfg.Znodes.Emulate353, false, "times to live are as since 3.5.4"},
	}
}

// servable tells what of a configuration cannot be served: an error where that matters, a warning where it does not.
func servable(cfg *zoocfg.Config, log *slog.Logger) error {
	if cfg.Distributed() {
		return fmt.Errorf("%s describes an ensemble of %d members; zookit server serves one that is alone for now",
			cfg.File, cfg.Ensemble.Voters+cfg.Ensemble.Observers)
	}
	var errs []error
	if cfg.Clients.Listen == "" && cfg.TLS.Listen == "" {
		errs = append(errs, fmt.Errorf("%s: clientPort is not set, so no client could connect", cfg.File))
	}
	if _, err := server.New(server.WithFourLetterWords(cfg.Clients.Words...)); err != nil {
		errs = append(errs, fmt.Errorf("%s: %s: %w", cfg.Where(wordsKey), wordsKey, err))
	}
	for _, g := range gaps(cfg) {
		switch {
		case !g.asked:
		case g.fatal:
			errs = append(errs, fmt.Errorf("%s: %s: %s", cfg.Where(g.key), g.key, g.why))
		default:
			log.Warn("the file asks for what is not served", "key", g.key, "at", cfg.Where(g.key), "but", g.why)
		}
	}
	return errors.Join(errs...)
}
