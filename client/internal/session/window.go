package session

import "context"

// window bounds how many calls are in flight. A nil one bounds nothing.
type window chan struct{}

func newWindow(n int) window {
	if n <= 0 {
		return nil
	}
	return make(window, n)
}

// enter takes a place, and waits for one if there is none. Who waits is served in order of arrival.
func (w window) enter(ctx context.Context) error {
	if w == nil {
		return nil
	}
	select {
	case w <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (w window) leave() {
	if w != nil {
		<-w
	}
}

// Zxid is the last transaction that either speaker has seen: whatever is sent from now on is behind it. It is 0 at the beginning of a
// session, until something was answered.
func (s *Seam) Zxid() int64 { return s.zxid.Load() }
