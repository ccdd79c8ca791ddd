package fourletter

import (
	"maps"
	"slices"
	"strconv"
)

// Kind says how a Measure is told.
type Kind uint8

// The kinds, in the order in which they are told.
const (
	Gauge       Kind = iota // how things are
	Counter                 // only grows, until Srst
	Summary                 // an average, a smallest, a largest, a count and a sum
	Percentiles             // a Summary with percentiles
)

// Measure is one thing that is measured.
type Measure struct {
	Name      string
	Kind      Kind
	Namespace string  // "" for what is measured of the whole server
	Value     int64   // of a Gauge or Counter
	Real      bool    // whether its value is not Value but Float
	Float     float64 // of a Gauge
	Sum       Latency // of a Summary or Percentiles
}

// Lines calls line for each key and value that stand for m in Mntr.
func (m *Measure) Lines(line func(key, value string)) {
	key := m.Name
	if m.Namespace != "" {
		key = m.Namespace + "_" + key
	}
	number := func(prefix string, n int64) { line(prefix+key, strconv.FormatInt(n, 10)) }
	switch m.Kind {
	case Gauge, Counter:
		if m.Real {
			line(key, Double(m.Float))
			return
		}
		number("", m.Value)
	case Summary, Percentiles:
		line("avg_"+key, Double(m.Sum.Avg()))
		number("min_", m.Sum.Min)
		number("max_", m.Sum.Max)
		number("cnt_", m.Sum.Count)
		number("sum_", m.Sum.Total)
	}
	if m.Kind == Percentiles {
		number("p50_", m.Sum.P50)
		number("p95_", m.Sum.P95)
		number("p99_", m.Sum.P99)
		number("p999_", m.Sum.P999)
	}
}

// Measures is all that Mntr tells, in its order; namespaces are told by name.
func Measures(src Source) []Measure {
	s, m, known := src.Stats(), src.Metrics(), src.Self().Era.KnowsMetric
	values := measured(&s, &m)
	all := make([]Measure, 0, len(gauges)+len(counters)+len(summaries)+len(percentiles))
	for _, name := range gauges {
		g := Measure{Name: name, Kind: Gauge, Value: values[name]}
		switch name {
		case "avg_latency":
			g.Real, g.Float = true, s.Latency.Avg()
		case "connection_drop_probability":
			g.Real = true
		}
		all = append(all, g)
	}
	of := &m.Namespaces
	for _, namespace := range slices.Sorted(maps.Keys(of.Quotas)) {
		q := of.Quotas[namespace]
		for _, g := range []struct {
			name  string
			told  bool
			value int64
		}{
			{bytesLimit, q.Limited, q.BytesLimit}, {countUsage, q.Counted, q.Count},
			{countLimit, q.Limited, q.CountLimit}, {bytesUsage, q.Counted, q.Bytes},
		} {
			if g.told {
				all = append(all, Measure{Name: g.name, Kind: Gauge, Namespace: namespace, Value: g.value})
			}
		}
	}
	for _, name := range counters {
		all = append(all, Measure{Name: name, Kind: Counter, Value: values[name]})
	}
	for _, namespace := range slices.Sorted(maps.Keys(of.Exceeded)) {
		all = append(all, Measure{Name: quotaExceeded, Kind: Counter, Namespace: namespace, Value: of.Exceeded[namespace]})
	}
	sums := map[string]Latency{
		"fsynctime": m.Storage.Syncs, "snapshottime": m.Storage.Snapshots, "dbinittime": m.Storage.Starts,
		"startup_snap_load_time": m.Storage.SnapshotLoads, "startup_txns_load_time": m.Storage.Replays, "startup_txns_loaded": m.Storage.Replayed,
	}
	for _, name := range summaries {
		all = append(all, Measure{Name: name, Kind: Summary, Sum: sums[name]})
	}
	latencies := map[string]Latency{"readlatency": m.Reads, "updatelatency": m.Updates}
	for _, name := range percentiles {
		all = append(all, Measure{Name: name, Kind: Percentiles, Sum: latencies[name]})
	}
	all = append(append(all, traffic(readBytes, of.Reads)...), traffic(writeBytes, of.Writes)...)
	return slices.DeleteFunc(all, func(m Measure) bool { return !known(m.Name) })
}

func traffic(name string, by map[string]Latency) []Measure {
	var all []Measure
	for _, namespace := range slices.Sorted(maps.Keys(by)) {
		all = append(all, Measure{Name: name, Kind: Summary, Namespace: namespace, Sum: by[namespace]})
	}
	return all
}

// Known is every name that Measures can tell, with its kind and whether it is told of namespaces.
func Known() []Measure {
	var all []Measure
	add := func(kind Kind, namespace string, names ...string) {
		for _, name := range names {
			all = append(all, Measure{Name: name, Kind: kind, Namespace: namespace})
		}
	}
	const each = "*"
	add(Gauge, "", gauges...)
	add(Gauge, each, bytesLimit, countUsage, countLimit, bytesUsage)
	add(Counter, "", counters...)
	add(Counter, each, quotaExceeded)
	add(Summary, "", summaries...)
	add(Percentiles, "", percentiles...)
	add(Summary, each, readBytes, writeBytes)
	return all
}
