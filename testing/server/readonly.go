package server

// SetReadOnly makes the server behave as a member of an ensemble that has lost its quorum, with readonlymode.enabled and local
// sessions, or ends that. Every connection is closed either way.
//
// A read-only server lets in only clients that say in their handshake that they can do with one, and tells them that it is. It serves
// reads, and refuses writes and sync with NOTREADONLY. Sessions from before can neither be resumed nor expire; new ones are local:
// they take no zxid, and are gone when the server writes again, when those from before have their whole timeout anew. It answers isro
// whatever the list of four-letter words says.
//
// Setting what is set already does nothing. A stopped server remembers it for its next start.
func (s *Server) SetReadOnly(on bool) {
	if !s.served().sessions.Freeze(on, s.now()) {
		return
	}
	if r := s.current(); r != nil {
		r.conns.Part() // after the change, so that whoever shakes hands by the old rule is among them
	}
}

// ReadOnly tells whether the server only reads.
func (s *Server) ReadOnly() bool { return s.served().sessions.Frozen() }
