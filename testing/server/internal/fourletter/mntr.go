package fourletter

import (
	"strconv"
	"strings"
)

// mntr tells all that is measured. What this server does not have, such as a quorum or a queue between threads, is
// there and 0.
func mntr(src Source) string {
	self := src.Self()
	if self.Era.ShortMntr {
		return shortMntr(src.Stats(), src.Metrics(), self)
	}
	var b strings.Builder
	line := func(key, value string) { b.WriteString("zk_" + key + "\t" + value + "\n") }
	line("version", self.Era.Full())
	line("server_state", self.State())
	for _, m := range Measures(src) {
		m.Lines(line)
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
			line(key, self.State())
		case "avg_latency":
			line(key, average(&s.Latency, self.Era))
		case "fsync_threshold_exceed_count":
			if self.Era.SlowSyncs {
				line(key, strconv.FormatInt(m.Storage.SlowSyncs, 10))
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
