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
