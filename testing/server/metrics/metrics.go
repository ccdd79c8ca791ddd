// Package metrics shows a server to Prometheus, under the names that dashboards for Apache ZooKeeper use.
//
//	http.Handle("/metrics", metrics.Handler(srv))
//
// The names are those of PrometheusMetricsProvider in Apache's 3.8: the keys of the four-letter word mntr without zk_ in front,
// and no _total behind. A summary that in mntr has percentiles has the quantiles 0.5, 0.9 and 0.99 here, any other has 0.5. What
// is measured of each znode below the root has the label key. Times are in milliseconds, sizes in bytes. What the server does
// not have, such as a quorum, is there and 0; a quantile of nothing is NaN.
//
// # What is different
//
// Quantiles are of everything since the server's start, in whole milliseconds; Apache estimates those of the last minutes. Those of the bytes of a namespace are not known, and are NaN. Counters begin anew with the
// four-letter word srst, which for Prometheus is a restart; Apache's do not. What concerns the JVM is not there: Handler has the
// go_ and process_ metrics in its place.
//
// Source: org.apache.zookeeper.server.ServerMetrics and ZooKeeperServer of 3.8.0.
package metrics

import (
	"math"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/inside"
)

// Handler answers a scrape with the server's metrics and with those of the process and of Go. The server may be stopped and
// started meanwhile; while it is stopped its own are not there.
func Handler(srv *server.Server) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(NewCollector(srv), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

// NewCollector returns the server's metrics alone, to register wherever they are wanted. Two servers need a registry each, or
// labels of their own by prometheus.WrapRegistererWith.
func NewCollector(srv *server.Server) prometheus.Collector {
	c := &collector{srv: srv, descs: make(map[string]*prometheus.Desc)}
	for _, m := range fourletter.Known() {
		var labels []string
		if m.Namespace != "" {
			labels = []string{"key"}
		}
		c.descs[m.Name] = prometheus.NewDesc(m.Name, m.Name, labels, nil)
	}
	return c
}

type collector struct {
	srv   *server.Server
	descs map[string]*prometheus.Desc
}

func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range c.descs {
		out <- d
	}
}

func (c *collector) Collect(out chan<- prometheus.Metric) {
	var all []fourletter.Measure
	inside.Visit(c.srv, func(src fourletter.Source) { all = fourletter.Measures(src) }) // a server that does not run has none
	for i := range all {
		out <- c.metric(&all[i])
	}
}

func (c *collector) metric(m *fourletter.Measure) prometheus.Metric {
	desc := c.descs[m.Name]
	var labels []string
	if m.Namespace != "" {
		labels = []string{m.Namespace}
	}
	switch m.Kind {
	case fourletter.Gauge:
		value := float64(m.Value)
		if m.Real {
			value = m.Float
		}
		return prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	case fourletter.Counter:
		return prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(m.Value), labels...)
	case fourletter.Summary, fourletter.Percentiles:
	}
	return prometheus.MustNewConstSummary(desc, uint64(m.Sum.Count), float64(m.Sum.Total), quantiles(m), labels...)
}

func quantiles(m *fourletter.Measure) map[float64]float64 {
	if m.Namespace != "" { // no percentiles are kept
		return map[float64]float64{0.5: math.NaN()}
	}
	known := func(ms int64) float64 {
		if m.Sum.Count == 0 {
			return math.NaN()
		}
		return float64(ms)
	}
	if m.Kind == fourletter.Summary {
		return map[float64]float64{0.5: known(m.Sum.P50)}
	}
	return map[float64]float64{0.5: known(m.Sum.P50), 0.9: known(m.Sum.P90), 0.99: known(m.Sum.P99)}
}
