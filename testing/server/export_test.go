package server

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
