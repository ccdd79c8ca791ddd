// Package otelzk tells OpenTelemetry what a client does.
//
//	hooks, err := otelzk.Hooks()
//	if err != nil {
//		return err
//	}
//	c, err := client.Connect(ctx, servers, client.WithHooks(hooks))
//
// # Spans
//
// Each call is a span of kind client, a child of the span in its context, named "zookeeper " and the protocol's name of the operation.
// It is made when the call has ended, with the times at which it began and ended. Its attributes:
//
//	db.system.name          "zookeeper"
//	db.operation.name       create, getData, ...
//	zookeeper.path          as the caller named it
//	zookeeper.session       the last attempt's session, in hexadecimal
//	zookeeper.attempts      how many
//	zookeeper.sent          bytes, of all attempts
//	zookeeper.received      bytes, of all attempts
//	zookeeper.outcome       done, not_done or unknown
//
// A call that fails gives its span the status Error, with the error as description, and each attempt that failed is an event of the span, "attempt
// failed", with zookeeper.attempt, zookeeper.outcome and error.message. Data, ACLs and identities are in none of it.
//
// # Metrics
//
//	zookeeper.client.operation.duration   s      histogram by operation and outcome
//	zookeeper.client.attempts                    counter by operation and outcome
//	zookeeper.client.sent                 By     counter
//	zookeeper.client.received             By     counter
//	zookeeper.client.connected                   how many clients have a connection
//	zookeeper.client.states                      counter by zookeeper.state: Lost counts the sessions that were lost
//	zookeeper.client.watch.events                counter by zookeeper.event
//	zookeeper.client.reports.dropped             counter: what came too fast to be told here
package otelzk

import (
	"context"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/zookit-go/zookit/client"
)

// scope is the instrumentation's name.
const scope = "github.com/zookit-go/zookit/client/otelzk"

// Option configures Hooks.
type Option func(*config)

type config struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	common  []attribute.KeyValue
}

// WithTracerProvider sets where spans go. The default is the global provider.
func WithTracerProvider(p trace.TracerProvider) Option { return func(c *config) { c.tracers = p } }

// WithMeterProvider sets where metrics go. The default is the global provider.
func WithMeterProvider(p metric.MeterProvider) Option { return func(c *config) { c.meters = p } }

// WithAttributes puts attributes on every span and every metric: those that tell this client from others.
func WithAttributes(attrs ...attribute.KeyValue) Option {
	return func(c *config) { c.common = append(c.common, attrs...) }
}

// Hooks returns hooks for one client; each client needs its own. An error is the meter provider's.
func Hooks(opts ...Option) (client.Hooks, error) {
	cfg := config{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, opt := range opts {
		opt(&cfg)
	}
	m, err := newMetrics(cfg.meters.Meter(scope), cfg.common)
	if err != nil {
		return client.Hooks{}, err
	}
	s := spans{tracer: cfg.tracers.Tracer(scope), common: cfg.common}
	h := m.hooks()
	measure := h.Operation
	h.Operation = func(ctx context.Context, op client.Operation) {
		s.operation(ctx, op)
		measure(ctx, op)
	}
	return h, nil
}
