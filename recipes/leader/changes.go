package leader

import (
	"context"
	"sync"
)

// Change tells whether a participant leads.
type Change struct {
	Term *Term // nil if it does not lead
	Err  error // why it does not any more; nil if it has not led yet
}

// changes hands the newest Change to every listener. Nothing in it blocks.
type changes struct {
	mu   sync.Mutex // guards what follows
	now  Change
	over bool
	subs map[chan Change]func() bool
}

// set makes a change the present one. A listener that has not taken the one before gets this one instead.
func (s *changes) set(now Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
	for ch := range s.subs {
		select {
		case <-ch:
		default:
		}
		ch <- now // there is room: only set sends, and it holds the lock
	}
}

// listen returns a channel with the present change. It is closed when ctx ends, or all of them end.
func (s *changes) listen(ctx context.Context) <-chan Change {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := make(chan Change, 1)
	if s.over {
		close(ch)
		return ch
	}
	ch <- s.now
	if s.subs == nil {
		s.subs = map[chan Change]func() bool{}
	}
	s.subs[ch] = context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if _, ok := s.subs[ch]; ok {
			delete(s.subs, ch)
			close(ch)
		}
	})
	return ch
}

// stop ends all listening. What was told and not taken can still be taken.
func (s *changes) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	for ch, cancel := range s.subs {
		cancel()
		close(ch)
	}
	clear(s.subs)
}

// term is the present one, if any.
func (s *changes) term() *Term {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.Term
}
