package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Server is where one is dialled.
type Server struct {
	Addr string // host:port
	Name string // the host:port that Addr was looked up from; "" if Addr is the name
}

// Ensemble tells where the servers are. It is asked before every round of connecting, in the goroutine that connects.
type Ensemble func(ctx context.Context) ([]Server, error)

// ErrNoPacer is the answer to a new list of servers where zk.Conn was not given the seam's HostProvider.
var ErrNoPacer = errors.New("session: zk.Conn does not ask the seam for servers")

// errMoved ends a connection whose server is no longer wanted.
var errMoved = errors.New("session: the list of servers has changed")

type nameKey struct{}

// DialedName is the host:port that the address being dialled was looked up from, or addr itself. It is for dial functions, which get
// it in their context: a certificate is the name's, not the address's.
func DialedName(ctx context.Context, addr string) string {
	if name, ok := ctx.Value(nameKey{}).(string); ok {
		return name
	}
	return addr
}

// within makes a context for dialling s.
func (s Server) within(ctx context.Context) context.Context {
	if s.Name == "" {
		return ctx
	}
	return context.WithValue(ctx, nameKey{}, s.Name)
}

// lookUp asks the ensemble. A list that it cannot give leaves the last one; without one the round is over. errAsked is success.
func (p *pacer) lookUp(limit time.Duration) error {
	ctx, cancel := context.WithTimeout(p.closing, limit)
	defer cancel()
	servers, err := p.ensemble(ctx)
	if err == nil && len(servers) == 0 {
		err = errNoServers
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		if !p.given {
			p.queue = nil
			return fmt.Errorf("session: asking for the servers: %w", err)
		}
		return errAsked
	}
	if !p.given || !same(p.servers, servers) {
		p.given = true
		p.servers, p.curr = slices.Clone(servers), -1
		rand.Shuffle(len(p.servers), func(i, j int) { p.servers[i], p.servers[j] = p.servers[j], p.servers[i] })
		p.line()
	}
	return errAsked
}

// same tells whether two lists have the same servers, in whatever order.
func same(a, b []Server) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s Server) bool { return !slices.Contains(b, s) })
}

// list is the present list, for who does not connect through Next.
func (p *pacer) list() []Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.given {
		return nil
	}
	return slices.Clone(p.servers)
}

// prefer makes a server the next that is tried, at once.
func (p *pacer) prefer(s Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first = s
}

// update sets the list, and tells whether the present connection, to a server that may be another, should give way to a new one.
func (p *pacer) update(servers []Server, random func() float64) (move bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case len(servers) == 0:
		return false, errNoServers
	case len(p.servers) == 0:
		return false, ErrNoPacer
	case p.given && same(p.servers, servers):
		return false, nil
	}
	var old []Server
	if p.given {
		old = p.servers
	}
	p.servers, move = rebalance(old, servers, p.trying, random)
	p.given, p.set, p.ask = true, true, false
	p.curr, p.asked = -1, false
	if move || p.since.IsZero() {
		p.line()
		p.round = 0 // the new ones have not failed yet
		p.since = time.Time{}
		return move, nil
	}
	p.curr = slices.Index(p.servers, p.trying)
	p.line()
	return false, nil
}

// UpdateServers sets the list of servers. The session stays: a connection to a server that is not on the new list, or that has to give
// way because there are more servers now, takes no more requests, gets the answers of those under way, and is then replaced.
func (s *Seam) UpdateServers(servers []Server) error {
	move, err := s.pace.update(servers, rand.Float64)
	if err != nil || !move {
		return err
	}
	if c := s.live.Load(); c != nil {
		c.retire(errMoved)
	} else {
		s.failYoung(errMoved)
	}
	return nil
}
