package promzk_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/client/promzk"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// Two clients, one of which loses a reply and is then closed, by every metric.
func TestMetrics(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		reg := prometheus.NewPedanticRegistry()
		connect := func(host string) *client.Client {
			hooks, err := promzk.Hooks(reg)
			must(t, err)
			c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host(host).DialContext), client.WithHooks(hooks))
			must(t, err)
			return c
		}
		a, b := connect("a"), connect("b")
		defer func() { must(t, b.Close(ctx)) }()
		_, err := a.Create("/n").Do(ctx)
		must(t, err)
		_, _, _, err = b.Get("/n").DoW(ctx)
		must(t, err)
		w.Net.Inject(fault.Once(fault.Reply("setData"), fault.Cut))
		_, err = a.Set("/n").Do(ctx)
		must(t, err)
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
		if _, err := a.Create("/s-").Sequential().Do(ctx); !client.MayHaveApplied(err) {
			t.Errorf("create: %v", err)
		}
		if err := b.Delete("/none").Do(ctx); err == nil {
			t.Error("deleted nothing")
		}
		time.Sleep(time.Second)
		must(t, a.Close(ctx))
		synctest.Wait()
		const want = `
# HELP zookeeper_client_attempts_total Requests, those that found no connection included.
# TYPE zookeeper_client_attempts_total counter
zookeeper_client_attempts_total{op="create",outcome="done"} 1
zookeeper_client_attempts_total{op="create",outcome="unknown"} 1
zookeeper_client_attempts_total{op="delete",outcome="not_done"} 1
zookeeper_client_attempts_total{op="getData",outcome="done"} 1
zookeeper_client_attempts_total{op="setData",outcome="done"} 1
zookeeper_client_attempts_total{op="setData",outcome="unknown"} 1
# HELP zookeeper_client_connected Clients that have a connection.
# TYPE zookeeper_client_connected gauge
zookeeper_client_connected 1
# HELP zookeeper_client_reports_dropped_total Reports that came too fast to be counted.
# TYPE zookeeper_client_reports_dropped_total counter
zookeeper_client_reports_dropped_total 0
# HELP zookeeper_client_states_total Changes of the connection's state.
# TYPE zookeeper_client_states_total counter
zookeeper_client_states_total{state="Connected"} 2
zookeeper_client_states_total{state="Lost"} 1
zookeeper_client_states_total{state="Reconnected"} 2
zookeeper_client_states_total{state="Suspended"} 2
# HELP zookeeper_client_watch_events_total Events that servers sent.
# TYPE zookeeper_client_watch_events_total counter
zookeeper_client_watch_events_total{type="NodeDataChanged"} 1
`
		must(t, testutil.GatherAndCompare(reg, strings.NewReader(want), "zookeeper_client_attempts_total", "zookeeper_client_connected",
			"zookeeper_client_reports_dropped_total", "zookeeper_client_states_total", "zookeeper_client_watch_events_total"))
		if n, err := testutil.GatherAndCount(reg, "zookeeper_client_operation_seconds"); n != 5 || err != nil {
			t.Errorf("%d histograms, %v", n, err) // create done and unknown, delete, get, set
		}
		sum := map[string]float64{}
		families, err := reg.Gather()
		must(t, err)
		for _, f := range families {
			for _, m := range f.GetMetric() {
				sum[f.GetName()] += m.GetCounter().GetValue()
			}
		}
		// 12 bytes and the body for each request, 20 and the body for each answer; the server's counts have handshakes and pings, too.
		if got := w.Server.Stats(); sum["zookeeper_client_sent_bytes_total"] < 6*12 || sum["zookeeper_client_received_bytes_total"] < 4*20 ||
			sum["zookeeper_client_sent_bytes_total"] >= float64(got.BytesReceived) ||
			sum["zookeeper_client_received_bytes_total"] >= float64(got.BytesSent) {
			t.Errorf("%v, the server counts %d and %d", sum, got.BytesReceived, got.BytesSent)
		}
		problems, err := testutil.GatherAndLint(reg)
		if len(problems) > 0 || err != nil {
			t.Errorf("%v, %v", problems, err)
		}
	})
}

func TestOthersOfTheName(t *testing.T) {
	reg := prometheus.NewRegistry()
	must(t, reg.Register(prometheus.NewGauge(prometheus.GaugeOpts{Name: "zookeeper_client_attempts_total", Help: "another"})))
	if _, err := promzk.Hooks(reg); err == nil {
		t.Error("two metrics of one name")
	}
	reg = prometheus.NewRegistry()
	must(t, reg.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "zookeeper_client_sent_bytes_total", Help: "Bytes of requests, with their frames.",
	}, func() float64 { return 0 })))
	var there prometheus.AlreadyRegisteredError
	if _, err := promzk.Hooks(reg); !errors.As(err, &there) {
		t.Errorf("a gauge for a counter: %v", err)
	}
}
