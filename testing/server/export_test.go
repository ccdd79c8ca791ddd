package server

import "github.com/zookit-go/zookit/testing/server/internal/disk"

// Hold stops the apply stage between two requests, until release.
func (s *Server) Hold() (release func()) {
	held, free := make(chan struct{}), make(chan struct{})
	r := s.current()
	go r.inTurn(func() {
		close(held)
		<-free
	})
	<-held
	return func() { close(free) }
}

// WithDisk replaces the real disk.
func WithDisk(open func(path string) (disk.Dir, error)) Option {
	return func(c *config) error {
		c.disk.open = open
		return nil
	}
}

// Queued is how many bytes wait for clients to read them.
func (s *Server) Queued() int64 { return s.counters.Queued.Load() }

// Outstanding is how many requests have no reply yet.
func (s *Server) Outstanding() int64 { return s.counters.Outstanding.Load() }

// Goroutines is how many the server has; none while it is stopped.
func (s *Server) Goroutines() int64 {
	if r := s.current(); r != nil {
		return r.started.Load()
	}
	return 0
}
