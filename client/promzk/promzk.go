// Package promzk counts for Prometheus what a client does.
//
//	hooks, err := promzk.Hooks(prometheus.DefaultRegisterer)
//	if err != nil {
//		return err
//	}
//	c, err := client.Connect(ctx, servers, client.WithHooks(hooks))
//
// The metrics, with their labels:
//
//	zookeeper_client_operation_seconds   op, outcome   histogram of calls, from the call to its result
//	zookeeper_client_attempts_total      op, outcome   requests, those that found no connection included
//	zookeeper_client_sent_bytes_total                  of requests, with their frames
//	zookeeper_client_received_bytes_total              of answers, with their frames
//	zookeeper_client_connected                         how many clients have a connection
//	zookeeper_client_states_total        state         changes to a state: Lost counts the sessions that were lost
//	zookeeper_client_watch_events_total  type          events that servers sent
//	zookeeper_client_reports_dropped_total             reports that came too fast to be counted here
//
// op is the protocol's name (create, getData), outcome is done, not_done or unknown. Paths and sessions are no labels: there is no
// end to them.
package promzk

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-zookeeper/zk"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/zookit-go/zookit/client"
)

// buckets are the upper bounds of the histogram, in seconds: from an answer out of memory to what a session survives.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

type metrics struct {
	seconds   *prometheus.HistogramVec
	attempts  *prometheus.CounterVec
	sent      prometheus.Counter
	received  prometheus.Counter
	connected prometheus.Gauge
	states    *prometheus.CounterVec
	events    *prometheus.CounterVec
	dropped   prometheus.Counter
}

// Hooks returns hooks for one client, and registers the metrics. Each further client of the program gets hooks by another Hooks with
// the same registry; they share the metrics. An error says that the registry has other metrics of these names.
func Hooks(reg prometheus.Registerer) (client.Hooks, error) {
	opts := func(name, help string) prometheus.Opts {
		return prometheus.Opts{Namespace: "zookeeper", Subsystem: "client", Name: name, Help: help}
	}
	counter := func(name, help string) prometheus.CounterOpts { return prometheus.CounterOpts(opts(name, help)) }
	m := metrics{
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "zookeeper", Subsystem: "client", Name: "operation_seconds", Help: "Calls, from the call to its result.", Buckets: buckets,
		}, []string{"op", "outcome"}),
		attempts:  prometheus.NewCounterVec(counter("attempts_total", "Requests, those that found no connection included."), []string{"op", "outcome"}),
		sent:      prometheus.NewCounter(counter("sent_bytes_total", "Bytes of requests, with their frames.")),
		received:  prometheus.NewCounter(counter("received_bytes_total", "Bytes of answers, with their frames.")),
		connected: prometheus.NewGauge(prometheus.GaugeOpts(opts("connected", "Clients that have a connection."))),
		states:    prometheus.NewCounterVec(counter("states_total", "Changes of the connection's state."), []string{"state"}),
		events:    prometheus.NewCounterVec(counter("watch_events_total", "Events that servers sent."), []string{"type"}),
		dropped:   prometheus.NewCounter(counter("reports_dropped_total", "Reports that came too fast to be counted.")),
	}
	err := errors.Join(
		register(reg, &m.seconds), register(reg, &m.attempts), register(reg, &m.sent), register(reg, &m.received),
		register(reg, &m.connected), register(reg, &m.states), register(reg, &m.events), register(reg, &m.dropped))
	if err != nil {
		return client.Hooks{}, fmt.Errorf("promzk: %w", err)
	}
	return m.hooks(), nil
}

// register registers c, or makes it what an earlier client has registered.
func register[C prometheus.Collector](reg prometheus.Registerer, c *C) error {
	err := reg.Register(*c)
	var there prometheus.AlreadyRegisteredError
	if !errors.As(err, &there) {
		return err
	}
	old, ok := there.ExistingCollector.(C)
	if !ok {
		return err
	}
	*c = old
	return nil
}

func (m metrics) hooks() client.Hooks {
	up := false // hooks are called one after the other
	return client.Hooks{
		Attempt: func(_ context.Context, a client.Attempt) {
			m.attempts.WithLabelValues(a.Name, label(a.Outcome)).Inc()
			m.sent.Add(float64(a.Sent))
			m.received.Add(float64(a.Received))
		},
		Operation: func(_ context.Context, op client.Operation) {
			m.seconds.WithLabelValues(op.Name, label(op.Outcome)).Observe(op.Latency.Seconds())
		},
		State: func(change client.StateChange) {
			m.states.WithLabelValues(change.State.String()).Inc()
			switch now := change.State.Connected(); {
			case now && !up:
				m.connected.Inc()
				up = true
			case !now && up:
				m.connected.Dec()
				up = false
			}
		},
		Watch:   func(ev zk.Event) { m.events.WithLabelValues(strings.TrimPrefix(ev.Type.String(), "Event")).Inc() },
		Dropped: func(n int) { m.dropped.Add(float64(n)) },
	}
}

func label(o client.Outcome) string { return strings.ReplaceAll(o.String(), " ", "_") }
