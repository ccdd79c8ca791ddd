package server

import (
	"net"
	"slices"
	"sync"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/conn"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/inside"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// answer answers a four-letter word. It is called by the readers of the connections that ask one.
func (r *run) answer(w fourletter.Word, mask int64) []byte {
	return fourletter.Answer(w, words{r}, mask)
}

func init() {
	inside.Visit = func(srv any, f func(fourletter.Source)) bool {
		r := srv.(*Server).current()
		return r != nil && r.conns.Visit(func() { f(words{r}) })
	}
}

// words is what a run tells of itself.
type words struct{ *run }

func (w words) Self() fourletter.Self {
	return fourletter.Self{Era: w.s.cfg.version.era(), ReadOnly: w.sessions.Frozen()}
}

func (w words) Stats() fourletter.Stats {
	n := &w.s.counters
	return fourletter.Stats{
		Latency:  conn.Both(n.Meter.Reads.Sum(), n.Meter.Updates.Sum()),
		Received: n.PacketsReceived(), Sent: n.PacketsSent(),
		Connections: n.Open.Load(), Outstanding: n.Outstanding.Load(),
		Zxid: w.tree.LastZxid(), Nodes: int64(w.tree.Len()),
	}
}

func (w words) Metrics() fourletter.Metrics {
	m, all := &w.s.counters.Meter, w.tree.Census()
	last, smallest, largest := m.ReplySizes()
	var watches, counted int
	var traffic, copied fourletter.Namespaces
	if w.inTurn(func() { counted, copied = w.apply.Watches().Count(), w.apply.Traffic() }) {
		watches, traffic = counted, copied
	}
	traffic.Quotas, traffic.Exceeded = quotas(w.tree.Quotas()), w.prep.Exceeded()
	locals := w.sessions.Locals()
	return fourletter.Metrics{
		Uptime: time.Since(w.began), Watches: int64(watches), Sessions: int64(w.sessions.Len() - locals), Locals: int64(locals),
		Ephemerals: int64(all.Ephemerals), DataSize: int64(all.DataSize),
		LastReply: last, MinReply: smallest, MaxReply: largest, Reads: m.Reads.Sum(), Updates: m.Updates.Sum(),
		BytesIn: m.BytesIn.Load(), ReplyBytes: m.ReplyBytes.Load(), EventBytes: m.EventBytes.Load(),
		Handshakes: m.Handshakes.Load(), Rejected: m.Rejected.Load(), Sessionless: m.Sessionless.Load(), Insecure: m.Insecure.Load(),
		Requests: m.Requests.Load(), Namespaces: traffic, Storage: w.s.storage.told(),
	}
}

func quotas(all map[string]tree.Quota) map[string]fourletter.Quota {
	told := make(map[string]fourletter.Quota, len(all))
	for namespace, q := range all {
		told[namespace] = fourletter.Quota(q)
	}
	return told
}

func (w words) Config() fourletter.Config {
	cfg := &w.s.cfg
	// A listener's address has a port, and none that is empty is one.
	_, port, _ := net.SplitHostPort(w.addr)
	_, secure, _ := net.SplitHostPort(w.secureAddr)
	return fourletter.Config{
		Port: port, SecurePort: secure, Tick: cfg.tick, MaxClientConns: cfg.conns.limits.PerHost, MinTimeout: cfg.minTimeout, MaxTimeout: cfg.maxTimeout,
	}
}

func (w words) Conns() []fourletter.Conn { return w.conns.Describe() }

func (w words) Expiries() fourletter.Expiries {
	buckets := w.sessions.Buckets()
	all := make(fourletter.Expiries, len(buckets))
	for i, b := range buckets {
		all[i].At, all[i].Clock, all[i].Sessions = w.s.born.Add(b.At), b.At, b.IDs
	}
	return all
}

func (w words) Ephemerals() []fourletter.Owner {
	owners := make(map[int64][]string)
	for _, id := range w.tree.Owners() {
		owners[id] = w.tree.Ephemerals(id)
	}
	return sorted(owners)
}

func (w words) Watches() fourletter.Watches {
	watchers := make(map[int64][]string)
	known := w.inTurn(func() {
		for who, paths := range w.apply.Watches().OnData() {
			if c, ok := who.(*conn.Conn); ok {
				watchers[c.Session()] = append(watchers[c.Session()], paths...)
			}
		}
	})
	if !known {
		return nil
	}
	return sorted(watchers)
}

func sorted(owners map[int64][]string) []fourletter.Owner {
	all := make([]fourletter.Owner, 0, len(owners))
	for id, paths := range owners {
		slices.Sort(paths)
		all = append(all, fourletter.Owner{Session: id, Paths: paths})
	}
	slices.SortFunc(all, func(a, b fourletter.Owner) int {
		if a.Session < b.Session {
			return -1
		}
		return 1
	})
	return all
}

func (w words) ResetStats() {
	w.s.counters.Reset()
	w.s.storage.reset()
	w.prep.ResetExceeded()
	w.inTurn(w.apply.ResetTraffic) // a server that was killed has nothing to reset
}

func (w words) ResetConns() { w.conns.ResetStats() }

func (w words) TraceMask() int64 { return w.trace.Load() }

func (w words) SetTraceMask(mask int64) { w.trace.Store(mask) }

// inTurn lets the apply stage call f between two requests, since the watches are its own, and waits for that. It returns false
// if the server was killed; then f may be running still, or never.
func (r *run) inTurn(f func()) bool {
	q := &question{ask: f, asked: make(chan struct{})}
	if !r.submit([]request.Request{{From: q, Op: wire.OpPing, Body: &wire.Empty{}, Refused: wire.SessionExpired}}) {
		return false
	}
	select {
	case <-q.asked:
		return true
	case <-r.killed:
		return false
	}
}

// question goes through the pipeline as a request that is refused, and hears so where a connection would: in the apply stage's
// goroutine.
type question struct {
	ask   func()
	once  sync.Once
	asked chan struct{} // closed when ask has been called, or has panicked
}

func (q *question) IDs() []auth.ID { return nil }

func (q *question) Send(request.Reply) bool {
	q.ask()
	q.Abort()
	return false
}

func (q *question) Flush() {}

func (q *question) Abort() { q.once.Do(func() { close(q.asked) }) }
