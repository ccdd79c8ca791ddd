package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/cmd/zookit/internal/zoocfg"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/admin"
	"github.com/zookit-go/zookit/testing/server/metrics"
)

// faces are the HTTP servers beside the server: Apache's commands, and measurements. Either may be missing.
type faces struct {
	admin, metrics net.Listener
	cfg            *zoocfg.Config
	log            *slog.Logger
}

// listenHTTP takes the ports, so that one that is taken is known before anything is served.
func listenHTTP(ctx context.Context, cfg *zoocfg.Config, log *slog.Logger) (*faces, error) {
	f := &faces{cfg: cfg, log: log}
	var err error
	if a := cfg.Admin; a.Enabled {
		if f.admin, err = listen(ctx, a.Host, a.Port, "admin.serverPort"); err != nil {
			return nil, withStatus(exitAdmin, err)
		}
	}
	if m := cfg.Metrics; m.Class == zoocfg.PrometheusMetrics {
		if f.metrics, err = listen(ctx, m.Host, m.Port, "metricsProvider.httpPort"); err != nil {
			f.close()
			return nil, err
		}
	}
	return f, nil
}

func listen(ctx context.Context, host string, port int, key string) (net.Listener, error) {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return ln, nil
}

func (f *faces) close() {
	for _, ln := range []net.Listener{f.admin, f.metrics} {
		if ln != nil {
			_ = ln.Close() // it was never used
		}
	}
}

// serve serves until the context ends. A face that fails is told of, and the server goes on without it.
func (f *faces) serve(ctx context.Context, srv *server.Server) (wait func()) {
	var group errgroup.Group
	if f.admin != nil {
		f.log.Info("commands over HTTP", "at", f.admin.Addr().String()+f.cfg.Admin.URL)
		group.Go(func() error {
			return admin.Serve(ctx, f.admin, srv, admin.WithCommandURL(f.cfg.Admin.URL), admin.WithIdleTimeout(f.cfg.Admin.IdleTimeout),
				admin.WithInitialConfiguration(f.cfg.Text), admin.WithProperties(f.cfg.SystemProperties()))
		})
	}
	if f.metrics != nil {
		f.log.Info("measurements over HTTP", "at", f.metrics.Addr().String()+"/metrics")
		group.Go(func() error { return serveMetrics(ctx, f.metrics, measurements(srv, f.cfg.Metrics.JVM)) })
	}
	return func() {
		if err := group.Wait(); err != nil {
			f.log.Error("HTTP", "error", err)
		}
	}
}

// idle is how long a connection for measurements may be silent, and linger how long an answer may take when the end has come.
const (
	idle   = time.Minute
	linger = time.Second
)

// measurements answers a scrape, with those of the process or without.
func measurements(srv *server.Server, process bool) http.Handler {
	if process {
		return metrics.Handler(srv)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.NewCollector(srv))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

func serveMetrics(ctx context.Context, ln net.Listener, answers http.Handler) error {
	mux := http.NewServeMux()
	mux.Handle("/metrics", answers)
	web := &http.Server{Handler: mux, ReadHeaderTimeout: idle, IdleTimeout: idle}
	ended := make(chan error, 1)
	go func() { ended <- web.Serve(ln) }()
	select {
	case err := <-ended:
		return fmt.Errorf("metrics: %w", err)
	case <-ctx.Done():
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), linger)
	defer cancel()
	err := web.Shutdown(end)
	if err != nil {
		err = errors.Join(err, web.Close())
	}
	<-ended
	return err
}

func httpGaps(cfg *zoocfg.Config) []gap {
	return []gap{
		{"admin.snapshot.enabled", cfg.Has("admin.snapshot.enabled") && cfg.Admin.Snapshot, false, "there is no such command"},
		{"admin.rateLimiterIntervalInMS", cfg.Has("admin.rateLimiterIntervalInMS"), false, "neither snapshot nor restore is a command here"},
		{"admin.restore.enabled", cfg.Has("admin.restore.enabled") && cfg.Admin.Restore, false, "there is no such command"},
	}
}
