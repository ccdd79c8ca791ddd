package session

import (
	"errors"
	"maps"
	"net"
	"slices"
	"time"
)

const (
	// hasty is the part of the patience with a server that its first attempt gets, while there are others to try. A server that is well
	// answers a handshake in a few round trips, and one that hangs must not keep the client from those that are well.
	hasty = 8
	// hastyAtFirst is the same as long as nothing is known of the way to the servers.
	hastyAtFirst = 3
	// handshakes of the shortest one so far is what an attempt gets at least: far away servers are not given up in haste.
	handshakes = 4
)

// suspects are the servers that said nothing when they were last spoken to. They are tried last in a round, and for longer each time: it may
// be that all of them are slow.
type suspects struct {
	silent map[Server]int // how many handshakes in a row were left unanswered; 0 for a connection that fell silent
	known  bool           // there was a connection
	best   time.Duration  // the shortest connecting so far, handshake and identities included
}

func (s *suspects) suspected(server Server) bool {
	_, ok := s.silent[server]
	return ok
}

// served notes that a connection to a server serves: the handshake is over, and what follows it for identities.
func (p *pacer) served(server Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.silent, server)
	if took := time.Since(p.tried); !p.known || took < p.best {
		p.known, p.best = true, took
	}
}

// forget drops those that are on the list no more.
func (s *suspects) forget(list []Server) {
	maps.DeleteFunc(s.silent, func(server Server, _ int) bool { return !slices.Contains(list, server) })
}

// failed notes why an attempt, or a connection that served, has ended.
func (p *pacer) failed(server Server, err error, attempt bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !isSilence(err) {
		delete(p.silent, server)
		return
	}
	if p.silent == nil {
		p.silent = map[Server]int{}
	}
	if attempt {
		p.silent[server]++
	} else {
		p.silent[server] = 0
	}
}

// isSilence tells whether nothing was heard, rather than something bad.
func isSilence(err error) bool {
	var timeout net.Error
	return errors.Is(err, errSilent) || errors.As(err, &timeout) && timeout.Timeout()
}

// bound is how long an attempt to connect to a server may take, handshake included.
func (p *pacer) bound(server Server, patience time.Duration) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.servers) < 2 {
		return patience
	}
	bound := max(patience/hasty, handshakes*p.best)
	if !p.known {
		bound = patience / hastyAtFirst
	}
	for range p.silent[server] {
		if bound >= patience {
			break
		}
		bound *= 2
	}
	return min(bound, patience)
}
