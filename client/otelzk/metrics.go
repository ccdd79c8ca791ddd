package otelzk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-zookeeper/zk"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/zookit-go/zookit/client"
)

type metrics struct {
	seconds   metric.Float64Histogram
	attempts  metric.Int64Counter
	sent      metric.Int64Counter
	received  metric.Int64Counter
	connected metric.Int64UpDownCounter
	states    metric.Int64Counter
	events    metric.Int64Counter
	dropped   metric.Int64Counter

	common []attribute.KeyValue
}

func newMetrics(meter metric.Meter, common []attribute.KeyValue) (*metrics, error) {
	var errs []error
	counter := func(name, unit, text string) metric.Int64Counter {
		c, err := meter.Int64Counter("zookeeper.client."+name, metric.WithUnit(unit), metric.WithDescription(text))
		errs = append(errs, err)
		return c
	}
	m := &metrics{
		common:   common,
		attempts: counter("attempts", "{request}", "Requests, those that found no connection included."),
		sent:     counter("sent", "By", "Bytes of requests, with their frames."),
		received: counter("received", "By", "Bytes of answers, with their frames."),
		states:   counter("states", "{change}", "Changes of the connection's state."),
		events:   counter("watch.events", "{event}", "Events that servers sent."),
		dropped:  counter("reports.dropped", "{report}", "Reports that came too fast to be told."),
	}
	var err error
	m.seconds, err = meter.Float64Histogram("zookeeper.client.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("Calls, from the call to its result."),
		metric.WithExplicitBucketBoundaries(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30))
	errs = append(errs, err)
	m.connected, err = meter.Int64UpDownCounter("zookeeper.client.connected", metric.WithUnit("{client}"),
		metric.WithDescription("Clients that have a connection."))
	if err := errors.Join(append(errs, err)...); err != nil {
		return nil, fmt.Errorf("otelzk: %w", err)
	}
	return m, nil
}

// with are the attributes of one measurement.
func (m *metrics) with(attrs ...attribute.KeyValue) metric.MeasurementOption {
	return metric.WithAttributes(append(attrs, m.common...)...)
}

func (m *metrics) hooks() client.Hooks {
	up := false // hooks are called one after the other
	all := m.with()
	return client.Hooks{
		Attempt: func(ctx context.Context, a client.Attempt) {
			m.attempts.Add(ctx, 1, m.with(operationKey.String(a.Name), outcome(a.Outcome)))
			m.sent.Add(ctx, int64(a.Sent), all)
			m.received.Add(ctx, int64(a.Received), all)
		},
		Operation: func(ctx context.Context, op client.Operation) {
			m.seconds.Record(ctx, op.Latency.Seconds(), m.with(operationKey.String(op.Name), outcome(op.Outcome)))
		},
		State: func(change client.StateChange) {
			ctx := context.Background() // nobody's call
			m.states.Add(ctx, 1, m.with(stateKey.String(change.State.String())))
			switch now := change.State.Connected(); {
			case now && !up:
				m.connected.Add(ctx, 1, all)
				up = true
			case !now && up:
				m.connected.Add(ctx, -1, all)
				up = false
			}
		},
		Watch: func(ev zk.Event) {
			m.events.Add(context.Background(), 1, m.with(eventKey.String(strings.TrimPrefix(ev.Type.String(), "Event"))))
		},
		Dropped: func(n int) { m.dropped.Add(context.Background(), int64(n), all) },
	}
}
