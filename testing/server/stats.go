package server

import (
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
)

// SessionInfo is one session.
type SessionInfo struct {
	ID        int64
	Timeout   time.Duration // as negotiated
	Connected bool          // whether a connection has it now
}

// Sessions lists the sessions by id.
func (s *Server) Sessions() []SessionInfo {
	all := s.served().sessions.All()
	infos := make([]SessionInfo, len(all))
	for i, in := range all {
		infos[i] = SessionInfo(in)
	}
	return infos
}

// Stats is what the server has done since New, through all starts, and where it stands.
type Stats struct {
	Requests      map[string]int64 // received, by the name of the operation; the operations of a multi count as one
	WatchEvents   int64            // notifications sent to clients
	EventsByType  map[string]int64 // the same by type: NodeCreated, NodeDeleted, NodeDataChanged, NodeChildrenChanged
	Reads         Latency          // requests that make no transaction
	Updates       Latency          // requests that make one, also those that failed, and new sessions
	Outstanding   int64            // requests without a reply, now
	LastZxid      int64            // the newest transaction applied
	SessionEvents SessionEvents

	PacketsReceived int64 // frames, handshakes included
	PacketsSent     int64 // frames: replies and notifications
	BytesReceived   int64 // of these frames
	BytesSent       int64 // of these frames

	Connections int64 // now
	Accepted    int64 // connections, those of four-letter words included
	Refused     int64 // connections that were closed at once: above a limit, or while RefuseConnections says so
}

// SessionEvents counts what became of sessions. One that is there still is neither expired nor closed.
type SessionEvents struct {
	Created int64
	Expired int64 // by time, or by ExpireSession
	Closed  int64 // by the client
}

// Latency sums up how long requests took from the moment when they had been read until their reply was queued, as Apache counts
// it: in whole milliseconds, rounded down. Unlike the rest of Stats it begins anew with every Start and with the four-letter
// word srst. A percentile above 255 ms is told as the longest of all.
type Latency struct {
	Count              int64
	Total              time.Duration
	Min, Max           time.Duration
	P50, P90, P95, P99 time.Duration
}

func latency(l fourletter.Latency) Latency {
	ms := func(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
	return Latency{
		Count: l.Count, Total: ms(l.Total), Min: ms(l.Min), Max: ms(l.Max),
		P50: ms(l.P50), P90: ms(l.P90), P95: ms(l.P95), P99: ms(l.P99),
	}
}

var eventNames = map[wire.EventType]string{
	wire.EventNodeCreated: "NodeCreated", wire.EventNodeDeleted: "NodeDeleted",
	wire.EventNodeDataChanged: "NodeDataChanged", wire.EventNodeChildrenChanged: "NodeChildrenChanged",
}

// Stats returns the counters. A packet counts as sent when it is queued on a connection that is open.
func (s *Server) Stats() Stats {
	n := &s.counters
	st := Stats{
		Requests:        n.Requests(),
		EventsByType:    make(map[string]int64),
		Reads:           latency(n.Meter.Reads.Sum()),
		Updates:         latency(n.Meter.Updates.Sum()),
		Outstanding:     n.Outstanding.Load(),
		LastZxid:        s.served().tree.LastZxid(),
		SessionEvents:   s.sessionEvents(),
		PacketsReceived: n.Received.Load(),
		PacketsSent:     n.Sent.Load(),
		BytesReceived:   n.BytesIn.Load(),
		BytesSent:       n.BytesOut.Load(),
		Connections:     n.Open.Load(),
		Accepted:        n.Accepted.Load(),
		Refused:         n.Refused.Load(),
	}
	for t, count := range n.Events() {
		st.EventsByType[eventNames[t]] = count
		st.WatchEvents += count
	}
	return st
}

// sessionEvents adds what earlier tables of sessions have counted: with a disk, every Start makes a new one.
func (s *Server) sessionEvents() SessionEvents {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ends()
}

// ends is sessionEvents for who holds mu.
func (s *Server) ends() SessionEvents {
	now := s.sessions.Counts()
	return SessionEvents{
		Created: s.past.Created + now.Created, Expired: s.past.Expired + now.Expired, Closed: s.past.Closed + now.Closed,
	}
}

// ConnectionInfo is one connection that is open now.
type ConnectionInfo struct {
	Peer            string // the client's address
	Session         int64  // 0 before the handshake
	Established     time.Time
	Outstanding     int64 // requests without a reply
	PacketsReceived int64 // since the connection came, or since the four-letter word crst
	PacketsSent     int64 // the same
	BytesReceived   int64 // since the connection came
	BytesSent       int64 // the same
}

// Connections lists the connections in the order in which they came. A server that does not run has none.
func (s *Server) Connections() []ConnectionInfo {
	r := s.current()
	if r == nil {
		return nil
	}
	all := r.conns.Describe()
	infos := make([]ConnectionInfo, len(all))
	for i, c := range all {
		infos[i] = ConnectionInfo{
			Peer: c.Peer, Session: c.Session, Established: c.Established, Outstanding: c.Queued,
			PacketsReceived: c.Received, PacketsSent: c.Sent, BytesReceived: c.BytesIn, BytesSent: c.BytesOut,
		}
	}
	return infos
}
