package otelzk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/client/otelzk"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// attr is an attribute's value as text, "" if there is none.
func attr(attrs []attribute.KeyValue, key string) string {
	for _, kv := range attrs {
		if string(kv.Key) == key {
			return kv.Value.String()
		}
	}
	return ""
}

func TestSpans(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		exporter := tracetest.NewInMemoryExporter()
		tracers := trace.NewTracerProvider(trace.WithSyncer(exporter))
		hooks, err := otelzk.Hooks(otelzk.WithTracerProvider(tracers), otelzk.WithAttributes(attribute.String("ensemble", "one")))
		must(t, err)
		c := w.Connect(t, "a", client.WithHooks(hooks))
		ctx, parent := tracers.Tracer("test").Start(t.Context(), "a request")
		_, err = c.Create("/n").Data([]byte("secret")).Do(ctx)
		must(t, err)
		w.Net.Inject(fault.Once(fault.Reply("setData"), fault.Cut))
		begin := time.Now()
		_, err = c.Set("/n").Do(ctx)
		must(t, err)
		took := time.Since(begin)
		w.Net.Inject(fault.Once(fault.Reply("create"), fault.Cut))
		if _, err := c.Create("/s-").Sequential().Do(ctx); !client.MayHaveApplied(err) {
			t.Errorf("create: %v", err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		spans := exporter.GetSpans()
		if len(spans) != 3 {
			t.Fatalf("%d spans", len(spans))
		}
		for i, want := range []struct {
			name, path, attempts, outcome string
			events                        int
			status                        codes.Code
		}{
			{"create", "/n", "1", "done", 0, codes.Unset},
			{"setData", "/n", "2", "done", 1, codes.Unset},
			{"create", "/s-", "1", "unknown", 1, codes.Error},
		} {
			s := spans[i]
			a := s.Attributes
			if s.Name != "zookeeper "+want.name || attr(a, "db.operation.name") != want.name || attr(a, "db.system.name") != "zookeeper" ||
				attr(a, "zookeeper.path") != want.path || attr(a, "zookeeper.attempts") != want.attempts ||
				attr(a, "zookeeper.outcome") != want.outcome || attr(a, "zookeeper.session") != c.Session().String() ||
				attr(a, "zookeeper.sent") == "0" || attr(a, "ensemble") != "one" {
				t.Errorf("span %d: %s %v", i, s.Name, a)
			}
			if len(s.Events) != want.events || s.Status.Code != want.status || s.SpanKind != oteltrace.SpanKindClient {
				t.Errorf("span %d: %v %v %v", i, s.Events, s.Status, s.SpanKind)
			}
			if s.Parent.SpanID() != parent.SpanContext().SpanID() || s.SpanContext.TraceID() != parent.SpanContext().TraceID() {
				t.Errorf("span %d is not the request's", i)
			}
			if strings.Contains(fmt.Sprint(s), "secret") {
				t.Errorf("span %d tells the data", i)
			}
		}
		set := spans[1]
		if !set.StartTime.Equal(begin) || set.EndTime.Sub(set.StartTime) != took {
			t.Errorf("from %v for %v, was %v for %v", set.StartTime, set.EndTime.Sub(set.StartTime), begin, took)
		}
		lost := set.Events[0]
		if a := lost.Attributes; lost.Name != "attempt failed" || attr(a, "zookeeper.attempt") != "1" || attr(a, "zookeeper.outcome") != "unknown" ||
			attr(a, "error.message") != client.ErrConnectionLoss.Error() {
			t.Errorf("event %+v", lost)
		}
	})
}

func TestMetrics(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		reader := sdkmetric.NewManualReader()
		hooks, err := otelzk.Hooks(otelzk.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))),
			otelzk.WithAttributes(attribute.String("ensemble", "one")))
		must(t, err)
		c, err := client.Connect(ctx, w.Addr, client.WithDial(w.Host("a").DialContext), client.WithHooks(hooks))
		must(t, err)
		_, _, _, err = c.Exists("/n").DoW(ctx)
		must(t, err)
		_, err = c.Create("/n").Do(ctx)
		must(t, err)
		w.Net.Inject(fault.Once(fault.Reply("setData"), fault.Cut))
		_, err = c.Set("/n").Do(ctx)
		must(t, err)
		synctest.Wait()
		got := collect(t, reader)
		for key, want := range map[string]int64{
			"zookeeper.client.operation.duration create done":  1,
			"zookeeper.client.operation.duration exists done":  1,
			"zookeeper.client.operation.duration setData done": 1,
			"zookeeper.client.attempts setData unknown":        1,
			"zookeeper.client.attempts setData done":           1,
			"zookeeper.client.attempts create done":            1,
			"zookeeper.client.connected":                       1,
			"zookeeper.client.states Connected":                1,
			"zookeeper.client.states Suspended":                1,
			"zookeeper.client.states Reconnected":              1,
			"zookeeper.client.watch.events NodeCreated":        1,
		} {
			if got[key] != want {
				t.Errorf("%s: %d, want %d", key, got[key], want)
			}
		}
		if got["zookeeper.client.sent"] < 4*12 || got["zookeeper.client.received"] < 3*20 {
			t.Errorf("bytes: %v", got)
		}
		must(t, c.Close(ctx))
		if got := collect(t, reader); got["zookeeper.client.connected"] != 0 || got["zookeeper.client.states Lost"] != 1 {
			t.Errorf("after Close: %v", got)
		}
	})
}

// collect reads what was measured: sums and counts, by name and the attributes that tell them apart.
func collect(tb testing.TB, reader sdkmetric.Reader) map[string]int64 {
	tb.Helper()
	var all metricdata.ResourceMetrics
	must(tb, reader.Collect(context.Background(), &all))
	got := map[string]int64{}
	add := func(name string, set attribute.Set, n int64) {
		attrs := set.ToSlice()
		if attr(attrs, "ensemble") != "one" {
			tb.Errorf("%s: %v", name, attrs)
		}
		for _, key := range []string{"db.operation.name", "zookeeper.outcome", "zookeeper.state", "zookeeper.event"} {
			if v := attr(attrs, key); v != "" {
				name += " " + v
			}
		}
		got[name] += n
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, p.Value)
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					add(m.Name, p.Attributes, int64(p.Count))
				}
			default:
				tb.Errorf("%s is a %T", m.Name, data)
			}
		}
	}
	return got
}

// broken is a provider whose instruments cannot be made.
type broken struct{ noop.MeterProvider }

func (broken) Meter(string, ...metric.MeterOption) metric.Meter { return brokenMeter{} }

type brokenMeter struct{ noop.Meter }

func (brokenMeter) Int64Counter(string, ...metric.Int64CounterOption) (metric.Int64Counter, error) {
	return nil, context.DeadlineExceeded
}

func TestBrokenMeter(t *testing.T) {
	if _, err := otelzk.Hooks(otelzk.WithMeterProvider(broken{})); err == nil {
		t.Error("no error")
	}
}
