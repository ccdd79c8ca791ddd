package session

import (
	"context"

	"github.com/zookit-go/zookit/internal/wire"
)

// Hold sets a watch that stays. The call that it returns may be another user's: there is one request for all who come meanwhile, and none
// for who comes later. It may be repeated after a connection loss.
func (s *Seam) Hold(h *Watch) *Call {
	if len(h.abs)+64 > s.opts.MaxRequest { // a generous guess at the rest of the frame
		return Failed(wire.OpAddWatch, ErrTooLarge)
	}
	if s.lent != nil {
		return Failed(wire.OpAddWatch, ErrNeedsDialer)
	}
	c := s.lockLive()
	if c == nil {
		return Failed(wire.OpAddWatch, ErrConnectionLoss)
	}
	defer c.wake()
	defer c.mu.Unlock()
	return c.join(h)
}

// lockLive locks the connection that serves; nil if there is none. What its holder reads in the table is then what goLive has armed, or
// will arm on the next connection.
func (s *Seam) lockLive() *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.live.Load()
	if c == nil {
		return nil
	}
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return nil
	}
	return c
}

// Leave ends a watch: its user hears nothing more. The server is told if nobody else needs it.
func (s *Seam) Leave(u *Watch, err error) {
	if path := s.watches.leave(u, err); path != "" {
		s.settle(path)
	}
}

// LeaveWait is Leave, and waits for the server's answers. A connection that ends meanwhile has taken the watch with it.
func (s *Seam) LeaveWait(ctx context.Context, u *Watch, err error) error {
	path := s.watches.leave(u, err)
	if path == "" {
		return nil
	}
	return s.settled(ctx, path)
}

// LeavePath ends the users' watches on a path that the selector means, and tells how many those were. With wait it waits for the server.
func (s *Seam) LeavePath(ctx context.Context, path string, means func(kind WatchKind, mode WatchMode) bool, wait bool) (int, error) {
	n := s.watches.leaveAll(path, func(u *Watch) bool { return means(u.kind, u.mode) }, ErrRemoved)
	switch {
	case n == 0:
		return 0, nil
	case wait:
		return n, s.settled(ctx, path)
	}
	s.settle(path)
	return n, nil
}

// LeaveAll ends every watch. tell says whether the server is told, because its session goes on.
func (s *Seam) LeaveAll(err error, tell bool) {
	for _, path := range s.watches.all() {
		s.watches.leaveAll(path, func(*Watch) bool { return true }, err)
		if tell {
			s.settle(path)
		}
	}
}

// settled settles a path until nothing is under way.
func (s *Seam) settled(ctx context.Context, path string) error {
	for {
		call := s.settle(path)
		if call == nil {
			return nil
		}
		select {
		case <-call.Done():
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// settle brings the server's watches on a path in line with what is needed. It returns a request that is under way for it, if any. Without
// a connection there is nothing to do: the next one gets what is needed then.
func (s *Seam) settle(path string) *Call {
	c := s.lockLive()
	if c == nil {
		return nil
	}
	defer c.wake()
	defer c.mu.Unlock()
	t := &s.watches
	t.mu.Lock()
	defer t.mu.Unlock()
	w := t.paths[path]
	if w == nil {
		return nil
	}
	defer t.tidy(w)
	return c.settle(w)
}
