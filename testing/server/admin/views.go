package admin

import (
	"slices"
	"strconv"
	"strings"

	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

func configuration(q question) object {
	c, d := q.src.Config(), q.src.Disk()
	var port any = c.Port
	if n, err := strconv.ParseInt(c.Port, 10, 64); err == nil {
		port = n
	}
	return object{
		{"client_port", port},
		{"data_dir", d.DataDir},
		{"data_log_dir", d.LogDir},
		{"tick_time", c.Tick.Milliseconds()},
		{"max_client_cnxns", int64(c.MaxClientConns)},
		{"min_session_timeout", c.MinTimeout.Milliseconds()},
		{"max_session_timeout", c.MaxTimeout.Milliseconds()},
		{"server_id", int64(0)},
		{"client_port_listen_backlog", int64(-1)},
	}
}

func initial(q question) object {
	if q.conf.initial == nil {
		return object{{"initial_configuration", nil}}
	}
	return object{{"initial_configuration", *q.conf.initial}}
}

func dirs(q question) object {
	d := q.src.Disk()
	return object{{"datadir_size", d.DataSize}, {"logdir_size", d.LogSize}}
}

func lastSnapshot(q question) object {
	d := q.src.Disk()
	zxid, taken := int64(-1), int64(-1)
	if d.Snapshot {
		zxid = d.Zxid
		if !d.Taken.IsZero() {
			taken = d.Taken.Unix()
		}
	}
	return object{{"zxid", strconv.FormatUint(uint64(zxid), 16)}, {"timestamp", taken}}
}

func connections(q question) object { return clients(q.src.Conns(), detail) }

func clients(conns []fourletter.Conn, describe func(*fourletter.Conn) object) object {
	plain, secure := list{}, list{}
	for i := range conns {
		if conns[i].Secure {
			secure = append(secure, describe(&conns[i]))
		} else {
			plain = append(plain, describe(&conns[i]))
		}
	}
	return object{{"connections", plain}, {"secure_connections", secure}}
}

func brief(c *fourletter.Conn) object {
	return object{
		{"remote_socket_address", strings.TrimPrefix(c.Addr, "/")},
		{"interest_ops", int64(c.Interest)},
		{"outstanding_requests", c.Queued},
		{"packets_received", c.Received},
		{"packets_sent", c.Sent},
	}
}

func detail(c *fourletter.Conn) object {
	return append(brief(c), object{
		{"session_id", c.Session},
		{"last_operation", c.LastOp},
		{"established", c.Established.UnixMilli()},
		{"session_timeout", c.Timeout.Milliseconds()},
		{"last_cxid", c.LastCxid},
		{"last_zxid", c.LastZxid},
		{"last_response_time", c.LastReply},
		{"last_latency", c.Last},
		{"min_latency", c.Latency.Min},
		{"avg_latency", c.Latency.Total / max(c.Latency.Count, 1)},
		{"max_latency", c.Latency.Max},
	}...)
}

func dump(q question) object {
	expiries, ephemerals := object{}, object{}
	for _, e := range q.src.Expiries() {
		expiries.put(strconv.FormatInt(e.Clock.Milliseconds(), 10), ids(e.Sessions))
	}
	for _, o := range q.src.Ephemerals() {
		ephemerals.put(strconv.FormatInt(o.Session, 10), texts(o.Paths))
	}
	return object{{"expiry_time_to_session_ids", expiries}, {"session_id_to_ephemeral_paths", ephemerals}}
}

func monitor(q question) object {
	self := q.src.Self()
	o := object{{"version", self.Era.Full()}, {"server_state", self.State()}}
	for _, m := range fourletter.Measures(q.src) {
		m.Lines(func(key, value string) { o.put(key, number(value)) })
	}
	return o
}

func serverStats(q question) object {
	s, m, d, self := q.src.Stats(), q.src.Metrics(), q.src.Disk(), q.src.Self()
	replies := func() object {
		return object{{"last_buffer_size", m.LastReply}, {"min_buffer_size", m.MinReply}, {"max_buffer_size", m.MaxReply}}
	}
	return object{
		{"version", self.Era.Full()},
		{"read_only", self.ReadOnly},
		{"server_stats", object{
			{"packets_sent", s.Sent},
			{"packets_received", s.Received},
			{"fsync_threshold_exceed_count", m.Storage.SlowSyncs},
			{"client_response_stats", replies()},
			{"data_dir_size", d.DataSize},
			{"log_dir_size", d.LogSize},
			{"provider_null", false},
			{"server_state", self.State()},
			{"last_processed_zxid", s.Zxid},
			{"outstanding_requests", s.Outstanding},
			{"avg_latency", number(fourletter.Double(s.Latency.Avg()))},
			{"max_latency", s.Latency.Max},
			{"min_latency", s.Latency.Min},
			{"num_alive_client_connections", s.Connections},
			{"uptime", m.Uptime.Milliseconds()},
			{"auth_failed_count", int64(0)},
			{"non_mtlsremote_conn_count", int64(0)},
			{"non_mtlslocal_conn_count", int64(0)},
		}},
		{"client_response", replies()},
		{"node_count", s.Nodes},
	}
}

func stats(q question) object { return append(serverStats(q), clients(q.src.Conns(), brief)...) }

func properties(q question) object {
	o := make(object, 0, len(q.conf.properties))
	for _, p := range fourletter.Environment(q.src.Self().Era) {
		switch p.Key { // what is no property in Java
		case "zookeeper.version", "host.name", "os.memory.free", "os.memory.max", "os.memory.total", "java.compiler":
		default:
			o.put(p.Key, p.Value)
		}
	}
	for key, value := range q.conf.properties {
		o = slices.DeleteFunc(o, func(f field) bool { return f.key == key })
		o.put(key, value)
	}
	slices.SortFunc(o, func(a, b field) int { return strings.Compare(a.key, b.key) })
	return o
}

func watchSummary(q question) object {
	all := q.src.Watches()
	total := 0
	for _, w := range all {
		total += len(w.Paths)
	}
	return object{{"num_connections", int64(len(all))}, {"num_paths", int64(len(byPath(all)))}, {"num_total_watches", int64(total)}}
}

func watches(q question) object {
	o := object{}
	for _, w := range q.src.Watches() {
		o.put(strconv.FormatInt(w.Session, 10), texts(w.Paths))
	}
	return object{{"session_id_to_watched_paths", o}}
}

func watchesByPath(q question) object {
	return object{{"path_to_session_ids", byPath(q.src.Watches())}}
}

// byPath turns watches around; the paths are sorted.
func byPath(all fourletter.Watches) object {
	sessions := make(map[string]list)
	var paths []string
	for _, w := range all {
		for _, path := range w.Paths {
			if sessions[path] == nil {
				paths = append(paths, path)
			}
			sessions[path] = append(sessions[path], w.Session)
		}
	}
	slices.Sort(paths)
	o := object{}
	for _, path := range paths {
		o.put(path, sessions[path])
	}
	return o
}

func pairs(all []fourletter.Pair) object {
	o := make(object, len(all))
	for i, p := range all {
		o[i] = field{p.Key, p.Value}
	}
	return o
}

func ids(all []int64) list {
	l := make(list, len(all))
	for i, id := range all {
		l[i] = id
	}
	return l
}

func texts(all []string) list {
	l := make(list, len(all))
	for i, s := range all {
		l[i] = s
	}
	return l
}
