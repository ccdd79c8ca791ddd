package session

import (
	"time"

	"github.com/go-zookeeper/zk"
)

// deadline is the moment, on the seam's clock, up to which the server cannot have expired the session: it heard the last
// answered frame no earlier than we sent it. The caller holds s.mu.
func (s *Seam) deadline() int64 { return s.answered.Load() + int64(s.info.Timeout) }

// watchClock arranges a look at the clock at the present deadline. The timer runs while connected, too: a peer that
// still talks but no longer hears us does not keep the session alive. The caller holds s.mu.
func (s *Seam) watchClock() {
	left := time.Duration(s.deadline() - s.now())
	if s.timer != nil {
		s.timer.Reset(left)
		return
	}
	id := s.info.ID
	s.timer = time.AfterFunc(left, func() { s.checkClock(id) })
}

func (s *Seam) checkClock(id int64) {
	s.mu.Lock()
	if s.info.ID != id || s.lent != nil && s.lent.up.Load() {
		s.mu.Unlock()
		return
	}
	if s.now() < s.deadline() {
		s.watchClock()
		s.mu.Unlock()
		return
	}
	c := s.live.Swap(nil)
	if c != nil && s.opts.Hooks.Disconnected != nil {
		s.opts.Hooks.Disconnected()
	}
	s.lost = id
	s.end(s.lossCause())
	s.mu.Unlock()
	if c != nil {
		_ = c.fail(ErrLost)
	}
}

// end ends the session, if there is one. The caller holds s.mu.
func (s *Seam) end(err error) {
	if s.info.ID == 0 {
		return
	}
	s.info.ID = 0
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	// The next session may begin on a server that knows less; what this one saw binds nobody any more. zk.Conn does the same.
	s.zxid.Store(0)
	if s.opts.Hooks.Lost != nil {
		s.opts.Hooks.Lost(err)
	}
	s.watches.end(err)
}

// closed notes that zk.Conn closed the session of its own will.
func (s *Seam) closed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(zk.ErrClosing)
}
