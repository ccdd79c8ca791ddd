package server

import "time"

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
	Requests        map[string]int64 // received, by the name of the operation; the operations of a multi count as one
	WatchEvents     int64            // notifications sent to clients
	PacketsReceived int64            // frames, handshakes included
	PacketsSent     int64            // frames: replies and notifications
	Connections     int64            // now
	LastZxid        int64            // the newest transaction applied
}

// Stats returns the counters. A packet counts as sent when it is queued on a connection that is open.
func (s *Server) Stats() Stats {
	return Stats{
		Requests:        s.counters.Requests(),
		WatchEvents:     s.counters.Events.Load(),
		PacketsReceived: s.counters.Received.Load(),
		PacketsSent:     s.counters.Sent.Load(),
		Connections:     s.counters.Open.Load(),
		LastZxid:        s.served().tree.LastZxid(),
	}
}
