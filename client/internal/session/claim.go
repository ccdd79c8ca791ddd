package session

import "github.com/zookit-go/zookit/internal/wire"

// Claim is what it takes to resume a session.
type Claim struct {
	ID     int64
	Passwd []byte
}

// claim makes zk.Conn's connect request the seam's: it carries the last zxid that either speaker saw, says whether a read-only server
// will do, and names the session to resume.
func (s *Seam) claim(q *wire.ConnectRequest) {
	q.LastZxidSeen = max(q.LastZxidSeen, s.zxid.Load())
	if s.opts.ReadOnly {
		q.ReadOnly, q.HasReadOnly = true, true
	}
	switch resume := s.resume.Load(); {
	case resume != nil:
		q.SessionID, q.Passwd = resume.ID, resume.Passwd
	case s.local.Load():
		// Only the server that began it knows it, and that one forgets it when it writes again. The next is asked for a session that
		// lasts; a server without a quorum may have seen what a majority has not, so nothing is said of that.
		q.SessionID, q.Passwd, q.LastZxidSeen = 0, make([]byte, wire.PasswdSize), 0
	}
}
