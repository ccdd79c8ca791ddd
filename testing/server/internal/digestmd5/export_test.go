package digestmd5

// Challenge begins the exchange with a nonce of the test's choice.
func (s *Server) Challenge(nonce string) { s.state, s.nonce = challenged, nonce }

// Parse reads a client's token.
func Parse(token []byte) (map[string]string, error) { return parse(token) }
