package fourletter

import (
	"strconv"
	"strings"
)

// mntr tells all that is measured. What this server does not have, such as a quorum, an fsync or a queue between threads, is
// there and 0.
func mntr(s Stats, m Metrics, self Self) string {
	if self.Era.ShortMntr {
		return shortMntr(s, m, self)
	}
	var b strings.Builder
	line := func(key, value string) { b.WriteString("zk_" + key + "\t" + value + "\n") }
	number := func(key string, n int64) { line(key, strconv.FormatInt(n, 10)) }
	known := self.Era.KnowsMetric
	line("version", self.Era.Full())
	line("server_state", self.state())
	values := measured(&s, &m)
	for _, key := range gauges {
		switch key {
		case "avg_latency":
			line(key, Double(s.Latency.Avg()))
		case "connection_drop_probability":
			line(key, "0.0")
		default:
			number(key, values[key])
		}
	}
	for _, key := range counters {
		if known(key) {
			number(key, values[key])
		}
	}
	summary := func(key string, l Latency) {
		line("avg_"+key, Double(l.Avg()))
		number("min_"+key, l.Min)
		number("max_"+key, l.Max)
		number("cnt_"+key, l.Count)
		number("sum_"+key, l.Total)
	}
	for _, key := range summaries {
		if known(key) {
			summary(key, Latency{})
		}
	}
	latencies := map[string]Latency{"readlatency": m.Reads, "updatelatency": m.Updates}
	for _, key := range percentiles {
		if !known(key) {
			continue
		}
		l := latencies[key]
		summary(key, l)
		number("p50_"+key, l.P50)
		number("p95_"+key, l.P95)
		number("p99_"+key, l.P99)
		number("p999_"+key, l.P999)
	}
	return b.String()
}

// shortMntr is what there was until 3.5.
func shortMntr(s Stats, m Metrics, self Self) string {
	var b strings.Builder
	line := func(key, value string) { b.WriteString("zk_" + key + "\t" + value + "\n") }
	values := measured(&s, &m)
	for _, key := range shortKeys {
		switch key {
		case "version":
			line(key, self.Era.Full())
		case "server_state":
			line(key, self.state())
		case "avg_latency":
			line(key, average(&s.Latency, self.Era))
		case "fsync_threshold_exceed_count":
			if self.Era.SlowSyncs {
				line(key, "0")
			}
		default:
			line(key, strconv.FormatInt(values[key], 10))
		}
	}
	return b.String()
}

// measured is the whole numbers that are not 0 for want of what they measure.
func measured(s *Stats, m *Metrics) map[string]int64 {
	open, limit := descriptors()
	return map[string]int64{
		"approximate_data_size":           m.DataSize,
		"ephemerals_count":                m.Ephemerals,
		"global_sessions":                 m.Sessions,
		"local_sessions":                  m.Locals,
		"last_client_response_size":       m.LastReply,
		"max_client_response_size":        m.MaxReply,
		"min_client_response_size":        m.MinReply,
		"max_file_descriptor_count":       limit,
		"open_file_descriptor_count":      open,
		"max_latency":                     s.Latency.Max,
		"min_latency":                     s.Latency.Min,
		"num_alive_connections":           s.Connections,
		"outstanding_requests":            s.Outstanding,
		"packets_received":                s.Received,
		"packets_sent":                    s.Sent,
		"uptime":                          m.Uptime.Milliseconds(),
		"watch_count":                     m.Watches,
		"znode_count":                     s.Nodes,
		"bytes_received_count":            m.BytesIn,
		"connection_rejected":             m.Rejected,
		"connection_request_count":        m.Handshakes,
		"prep_processor_request_queued":   m.Requests,
		"response_bytes":                  m.ReplyBytes,
		"sessionless_connections_expired": m.Sessionless,
		"sync_processor_request_queued":   m.Requests,
		"unsuccessful_handshake":          m.Insecure,
		"watch_bytes":                     m.EventBytes,
	}
}
