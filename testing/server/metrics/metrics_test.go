package metrics_test

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/server/metrics"
)

func start(tb testing.TB, opts ...server.Option) *server.Server {
	tb.Helper()
	s, err := server.New(opts...)
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Kill)
	return s
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func dial(tb testing.TB, s *server.Server) *zk.Conn {
	tb.Helper()
	c, events, err := zk.Connect([]string{s.Addr()}, 40*time.Second, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(c.Close)
	for e := range events {
		if e.State == zk.StateHasSession {
			break
		}
	}
	return c
}

func create(tb testing.TB, c *zk.Conn, path, data string) {
	tb.Helper()
	if _, err := c.Create(path, []byte(data), 0, zk.WorldACL(zk.PermAll)); err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
}

// families is what a scrape finds, by name. The registry holds the collector to its descriptions.
func families(tb testing.TB, s *server.Server) map[string]*dto.MetricFamily {
	tb.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(metrics.NewCollector(s))
	all, err := registry.Gather()
	if err != nil {
		tb.Fatal(err)
	}
	byName := make(map[string]*dto.MetricFamily, len(all))
	for _, f := range all {
		byName[f.GetName()] = f
	}
	return byName
}

// Apache's own metrics, a line each: name, type, quantiles, label. They were taken from the sources of 3.8.0.
//
//go:embed testdata/apache-3.8.0.txt
var apaches string

// What a server that is alone never has: with Apache, too, these have no value there.
var ensembles = []string{"ack_latency", "learner_handler_qp_size", "learner_handler_qp_time_ms"}

// What 3.9 has added.
var later = []string{
	"restore_error_count", "restore_rate_limited_count", "restore_time", "snapshot_error_count", "snapshot_rate_limited_count",
}

func TestNamesAreApaches(t *testing.T) {
	s := start(t, server.WithEnforceQuota(true))
	c := dial(t, s)
	create(t, c, "/app", "x")
	create(t, c, "/zookeeper/quota/app", "")
	create(t, c, "/zookeeper/quota/app/zookeeper_limits", "count=-1,bytes=-1=;countHardLimit=1")
	create(t, c, "/zookeeper/quota/app/zookeeper_stats", "")
	if _, err := c.Create("/app/more", nil, 0, zk.WorldACL(zk.PermAll)); err == nil {
		t.Fatal("more than the quota")
	}
	if _, _, err := c.Get("/app"); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for name, f := range families(t, s) {
		if slices.Contains(later, name) {
			continue
		}
		if f.GetHelp() != name {
			t.Errorf("%s: help %q", name, f.GetHelp())
		}
		got[name] = describe(f)
	}
	want := make(map[string]string)
	for line := range strings.Lines(apaches) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !slices.Contains(ensembles, name) {
			want[name] = rest
		}
	}
	if len(want) != 142 {
		t.Errorf("Apache has %d", len(want))
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s is %q, want %q", name, got[name], want[name])
		}
		delete(got, name)
	}
	if len(got) != 0 {
		t.Errorf("Apache has not: %v", got)
	}
}

// describe is a line of the list, without its name.
func describe(f *dto.MetricFamily) string {
	m := f.GetMetric()[0]
	quantiles, label := "-", "-"
	if q := m.GetSummary().GetQuantile(); len(q) > 0 {
		texts := make([]string, len(q))
		for i := range q {
			texts[i] = fmt.Sprint(q[i].GetQuantile())
		}
		quantiles = strings.Join(texts, ",")
	}
	if len(m.GetLabel()) == 1 {
		label = m.GetLabel()[0].GetName()
	}
	return strings.ToLower(f.GetType().String()) + " " + quantiles + " " + label
}

func TestValuesMove(t *testing.T) {
	s := start(t)
	value := func(f *dto.MetricFamily) float64 {
		m := f.GetMetric()[0]
		return m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetSummary().GetSampleCount())
	}
	empty := families(t, s)
	c := dial(t, s)
	create(t, c, "/app", "0123456789")
	if _, err := c.Create("/app/e", nil, zk.FlagEphemeral, zk.WorldACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := c.GetW("/app"); err != nil {
		t.Fatal(err)
	}
	full := families(t, s)
	for name, moved := range map[string]float64{
		"znode_count": 2, "ephemerals_count": 1, "watch_count": 1, "num_alive_connections": 1, "global_sessions": 1,
		"approximate_data_size": 4 + 10 + 6, "packets_received": 4, "packets_sent": 4, "connection_request_count": 1,
		"updatelatency": 3, "readlatency": 1, "prep_processor_request_queued": 4, "outstanding_requests": 0,
	} {
		if got := value(full[name]) - value(empty[name]); got != moved {
			t.Errorf("%s moved by %v, want %v", name, got, moved)
		}
	}
	if got := value(full["open_file_descriptor_count"]); got <= 0 {
		t.Errorf("%v open files", got)
	}
	writes := full["write_per_namespace"].GetMetric()[0]
	if got := writes.GetSummary(); got.GetSampleCount() != 2 || got.GetSampleSum() != 14+6 || writes.GetLabel()[0].GetValue() != "app" {
		t.Errorf("write_per_namespace: %v", writes)
	}
	for name, f := range map[string]*dto.MetricFamily{"empty": empty["readlatency"], "full": full["readlatency"]} {
		for _, q := range f.GetMetric()[0].GetSummary().GetQuantile() {
			if math.IsNaN(q.GetValue()) != (name == "empty") {
				t.Errorf("%s: quantile %v is %v", name, q.GetQuantile(), q.GetValue())
			}
		}
	}
	if got := full["write_per_namespace"]; empty["write_per_namespace"] != nil || got == nil {
		t.Error("namespaces before there is one")
	}
}

func TestHandler(t *testing.T) {
	s := start(t)
	web := httptest.NewServer(metrics.Handler(s))
	t.Cleanup(web.Close)
	scrape := func() string {
		t.Helper()
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := web.Client().Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("%v, %s: %s", err, r.Status, body)
		}
		return string(body)
	}
	text := scrape()
	for _, line := range []string{
		"# TYPE znode_count gauge\nznode_count 5\n", "# HELP fsynctime fsynctime\n# TYPE fsynctime summary\nfsynctime{quantile=\"0.5\"} NaN\nfsynctime_sum 0\nfsynctime_count 0\n",
		"\nreadlatency{quantile=\"0.99\"} NaN\n", "\ngo_goroutines ", "\nprocess_cpu_seconds_total ",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := scrape(); strings.Contains(text, "znode_count") || !strings.Contains(text, "go_goroutines") {
		t.Errorf("of a stopped server: %s", text)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(scrape(), "znode_count 5") {
		t.Error("nothing after a restart")
	}
}
