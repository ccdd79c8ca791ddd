package main

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/testing/server"
)

// options makes the server's options of a configuration that is servable.
func options(cfg *zoocfg.Config) []server.Option {
	all := []server.Option{
		server.WithAddr(cfg.Clients.Listen),
		server.WithTick(cfg.Tick),
		server.WithSessionTimeouts(max(cfg.MinTimeout, time.Millisecond), max(cfg.MaxTimeout, time.Millisecond)),
		server.WithMaxClientConns(cfg.Clients.MaxPerHost),
		server.WithMaxConns(cfg.Clients.MaxConns),
		server.WithGlobalOutstandingLimit(cfg.Clients.Outstanding),
		server.WithMaxFrame(cfg.Clients.MaxFrame),
		server.WithFourLetterWords(cfg.Clients.Words...),
		server.WithExtendedTypes(cfg.Znodes.Extended),
		server.WithEnforceQuota(cfg.Znodes.EnforceQuota),
		server.WithContainerCheck(cfg.Znodes.CheckEvery, cfg.Znodes.MaxPerMinute),
		server.WithContainerMaxNeverUsed(cfg.Znodes.MaxNeverUsed),
		server.WithSuperDigest(cfg.Auth.SuperDigest),
	}
	return append(all, onDisk(cfg.Disk)...)
}

// onDisk makes the options of a server that keeps its data.
func onDisk(d zoocfg.Disk) []server.Option {
	if d.Dir == "" {
		return nil
	}
	all := []server.Option{
		server.WithDataDir(d.Dir),
		server.WithDataLogDir(d.LogDir),
		server.WithSnapCount(d.SnapCount),
		server.WithSnapSizeLimit(int64(d.SnapSize)),
		server.WithLogSizeLimit(int64(d.LogSize)),
		server.WithPrealloc(int64(d.Prealloc)),
		server.WithForceSync(d.ForceSync),
		server.WithTrustEmptySnapshot(d.TrustEmpty),
	}
	if d.Compression != snappy {
		all = append(all, server.WithSnapshotCompression(d.Compression))
	}
	if d.PurgeEvery > 0 {
		all = append(all, server.WithAutopurge(d.Retain, d.PurgeEvery))
	}
	return all
}

const snappy = "snappy"

// kept says where the data are.
func kept(d zoocfg.Disk) string {
	switch {
	case d.Dir == "":
		return "in memory: nothing is kept when it ends"
	case d.LogDir != d.Dir:
		return "data in " + d.Dir + ", log in " + d.LogDir
	}
	return "data in " + d.Dir
}

// A gap is something that a file can ask for and the server does not have.
type gap struct {
	key   string
	asked bool
	fatal bool // to serve without would be less safe than the file says
	why   string
}

func gaps(cfg *zoocfg.Config) []gap {
	auth, tls := cfg.Auth, cfg.TLS
	return []gap{
		{"secureClientPort", tls.Listen != "", true, "TLS is not served"},
		{"client.portUnification", tls.Unified, true, "TLS is not served"},
		{"sessionRequireClientSASLAuth", auth.RequireSASL, true, "SASL is not served, so nobody could do anything"},
		{"enforce.auth.enabled", len(auth.Enforce) > 0, true, "a login is not enforced"},
		{"DigestAuthenticationProvider.enabled", !auth.Digest, true, "the scheme digest cannot be turned off"},
		{"DigestAuthenticationProvider.digestAlg", auth.DigestAlg != "SHA1", true, "the scheme digest has SHA1 alone"},
		{"snapshot.compression.method", cfg.Disk.Compression == snappy, false, "snapshots are not compressed: there is gz, or nothing"},
		{"skipACL", auth.SkipACL, false, "access control lists are looked at"},
		{"superUser", len(auth.SuperUsers) > 0, false, "SASL is not served"},
		{"X509AuthenticationProvider.superUser", auth.X509SuperUser != "", false, "TLS is not served"},
		{"emulate353TTLNodes", cfg.Znodes.Emulate353, false, "times to live are as since 3.5.4"},
		{"localSessionsEnabled", cfg.Sessions.Local, false, "all sessions are global"},
	}
}

// servable tells what of a configuration cannot be served: an error where that matters, a warning where it does not.
func servable(cfg *zoocfg.Config, log *slog.Logger) error {
	if cfg.Distributed() {
		return fmt.Errorf("%s describes an ensemble of %d members; zookit server serves one that is alone for now",
			cfg.File, cfg.Ensemble.Voters+cfg.Ensemble.Observers)
	}
	var errs []error
	if cfg.Clients.Listen == "" {
		errs = append(errs, fmt.Errorf("%s: clientPort is not set, so no client could connect", cfg.File))
	}
	if _, err := server.New(server.WithFourLetterWords(cfg.Clients.Words...)); err != nil {
		errs = append(errs, fmt.Errorf("%s: 4lw.commands.whitelist: %w", cfg.Where("4lw.commands.whitelist"), err))
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
