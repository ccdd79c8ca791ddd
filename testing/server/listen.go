package server

import (
	"fmt"

	"github.com/zookit-go/zookit/testing/server/internal/conn"
)

// listen opens all listeners, or none. The caller holds mu.
func (s *Server) listen() (lns []conn.Listener, err error) {
	open := func(addr *string, mode conn.Mode) {
		if err != nil {
			return
		}
		ln, e := s.cfg.listen("tcp", *addr)
		if e != nil {
			err = fmt.Errorf("server: listen on %s: %w", *addr, e)
			return
		}
		*addr = ln.Addr().String()
		lns = append(lns, conn.Listener{Listener: ln, Mode: mode})
	}
	c := &s.cfg.security
	if !c.only {
		mode := conn.Plain
		if c.unified {
			mode = conn.Either
		}
		open(&s.addr, mode)
	}
	if s.secureAddr != "" {
		open(&s.secureAddr, conn.Secure)
	}
	if err != nil {
		for _, ln := range lns {
			_ = ln.Close() // nobody has connected yet, as far as anybody could tell
		}
		return nil, err
	}
	return lns, nil
}

// addresses are those that a run listens on; one may be empty.
func addresses(lns []conn.Listener) (plain, secure string) {
	for _, ln := range lns {
		if ln.Mode == conn.Secure {
			secure = ln.Addr().String()
		} else {
			plain = ln.Addr().String()
		}
	}
	return plain, secure
}

// SecureAddr is the address that clients connect to with TLS, empty if there is none of its own. Before the first Start it is the
// one asked for.
func (s *Server) SecureAddr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secureAddr
}
