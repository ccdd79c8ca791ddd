package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"syscall"
	"time"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/testing/server"
)

type serverCmd struct {
	Config  string        `arg:"" optional:"" name:"zoo.cfg" help:"Configuration file, as Apache's server reads it. Without it the server is empty and keeps nothing."`
	Listen  string        `placeholder:"HOST:PORT" help:"Where clients connect, instead of what the file says, or of 127.0.0.1:2181. Port 0 is any free one."`
	Emulate release       `placeholder:"VERSION" help:"Behave as a release of Apache's server does: 3.4, 3.5, 3.6, 3.8 or 3.9, which is the default."`
	DataDir string        `placeholder:"DIR" help:"Where data are kept, instead of what the file says, or of nowhere."`
	JAAS    string        `name:"jaas" placeholder:"FILE" help:"Users of SASL and their passwords, as Java's programs have them. Apache's server takes the file by -Djava.security.auth.login.config."`
	Level   slog.Level    `name:"log-level" default:"warn" help:"What to log: debug, info, warn or error."`
	Verbose bool          `short:"v" help:"Log level info."`
	Drain   time.Duration `default:"10s" help:"How long the server may take to end in order."`
	Keys    bool          `help:"Say what is done about each key of a configuration file, and nothing else."`
}

// Run serves until the context ends.
func (cmd *serverCmd) Run(ctx context.Context, s *streams) error {
	if cmd.Keys {
		return zoocfg.WriteKeys(s.out)
	}
	log := cmd.logger(s)
	cfg, err := cmd.config(log)
	if err != nil {
		return withStatus(exitUsage, err)
	}
	opts, err := options(cfg)
	if err != nil {
		return withStatus(exitUsage, err)
	}
	srv, err := server.New(append(opts, server.WithLogger(log), server.WithVersion(cmd.Emulate.Version))...)
	if err != nil {
		return withStatus(exitUsage, err)
	}
	web, err := listenHTTP(ctx, cfg, log)
	if err != nil {
		return err
	}
	if err := srv.Start(ctx); err != nil {
		web.close()
		return explain(err)
	}
	s.sayf("zookit: serving on %s, %s\n", addresses(cfg, srv), kept(cfg.Disk))
	beside, cancel := context.WithCancel(ctx)
	wait := web.serve(beside, srv)
	defer wait()
	defer cancel()
	return cmd.until(ctx, srv, log)
}

// until waits for the end and makes it one in order.
func (cmd *serverCmd) until(ctx context.Context, srv *server.Server, log *slog.Logger) error {
	select {
	case <-ctx.Done():
		log.Info("draining", "for at most", cmd.Drain)
		if err := drain(srv, cmd.Drain); err != nil {
			return err
		}
	case <-srv.Done():
	}
	return failed(srv)
}

// failed is why a server has ended by itself, or could not end in order.
func failed(srv *server.Server) error {
	err := srv.Err()
	if err == nil {
		return nil
	}
	return withStatus(exitDisk, fmt.Errorf("the disk failed, so nothing can be acknowledged any more: %w", err))
}

func (cmd *serverCmd) logger(s *streams) *slog.Logger {
	level := cmd.Level
	if cmd.Verbose {
		level = min(level, slog.LevelInfo)
	}
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}

// config is what the file says, or what serves without one, and what the flags say over it.
func (cmd *serverCmd) config(log *slog.Logger) (*zoocfg.Config, error) {
	cfg := zoocfg.InMemory()
	if cmd.Config != "" {
		var err error
		if cfg, err = zoocfg.Load(cmd.Config); err != nil {
			return nil, err
		}
		tell(log, cfg)
	}
	if cmd.Listen != "" {
		cfg.Clients.Listen = cmd.Listen
	}
	if cmd.DataDir != "" {
		cfg.Disk.Dir, cfg.Disk.LogDir = cmd.DataDir, cmd.DataDir
	}
	if cmd.JAAS != "" {
		if err := readUsers(cfg, cmd.JAAS); err != nil {
			return nil, err
		}
	}
	return cfg, servable(cfg, log)
}

// tell logs what a reader of the file should know of it.
func tell(log *slog.Logger, cfg *zoocfg.Config) {
	for _, text := range cfg.Warnings {
		log.Warn(text, "file", cfg.File)
	}
	for _, key := range cfg.Unknown {
		attrs := []any{"key", key.Key, "at", cfg.Where(key.Key)}
		if key.Meant != "" {
			attrs = append(attrs, "did you mean", key.Meant)
		}
		log.Warn("nobody knows this key, so it is ignored", attrs...)
	}
	if len(cfg.Ignored) > 0 {
		log.Warn("keys that Apache's server knows and this one has no use for are ignored; zookit server --keys says why",
			"file", cfg.File, "keys", strings.Join(cfg.Ignored, " "))
	}
	if len(cfg.EnsembleOnly) > 0 {
		log.Info("keys that only an ensemble takes notice of", "file", cfg.File, "keys", strings.Join(cfg.EnsembleOnly, " "))
	}
}

// explain makes plain what most often keeps a server from starting. Being told to end before it has started is no error.
func explain(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("the port is taken, by another server perhaps; --listen and clientPort set another one: %w", err)
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return withStatus(exitData, fmt.Errorf("the data cannot be reached at %s: %w", path.Path, err))
	}
	return err
}

// drain ends the server in order, within a time.
func drain(srv *server.Server, within time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(context.Background(), within,
		fmt.Errorf("not all was answered within %v, connections were reset", within))
	defer cancel()
	return srv.Stop(ctx)
}
