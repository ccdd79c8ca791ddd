package session

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

// Pauses between rounds of connecting to all servers.
const (
	firstPause = 20 * time.Millisecond
	maxPause   = time.Second
	// A connection that lived shorter than this counts as one more failed attempt: a server that accepts and then closes must
	// not be asked in a tight loop.
	steady = time.Second
)

var (
	errNoServers = errors.New("session: no servers")
	// errAsked makes zk.Conn ask for the next server at once: the list has just been looked up.
	errAsked = errors.New("session: the list of servers was looked up")
)

// pacer decides which server is tried next, and when. It is zk.Conn's HostProvider. The first round after a steady connection
// starts at once, later ones after growing, jittered pauses.
//
// zk.Conn fails the calls of its own users with zk.ErrNoServer only when told that a round is over, and then sleeps a second. It
// is told so once the pause would be that long anyway.
type pacer struct {
	closing  context.Context
	ensemble Ensemble // asked before every round; nil: only update changes the list

	mu      sync.Mutex // guards what follows
	servers []Server
	given   bool // servers is more than what zk.Conn was told, which means nothing where there is an ensemble
	curr    int
	round   int    // that is under way; 0 is the first since a steady connection, -1 if it has not begun
	left    int    // servers of this round that were not tried
	ask     bool   // the ensemble, in the next wait
	set     bool   // servers were set by update and are worth a round of their own
	first   Server // to be tried before any other; Addr "" if none
	trying  Server
	since   time.Time // of the present connection; zero while there is none
	pause   time.Duration
}

func newPacer(closing context.Context, ensemble Ensemble) *pacer {
	return &pacer{closing: closing, ensemble: ensemble, curr: -1, round: -1}
}

// Init implements zk.HostProvider. Names are not looked up here but at each dial, so a server that moves is found again.
func (p *pacer) Init(servers []string) error {
	if len(servers) == 0 {
		return errNoServers
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, addr := range servers {
		p.servers = append(p.servers, Server{Addr: addr})
	}
	p.given = p.ensemble == nil
	return nil
}

// Len implements zk.HostProvider.
func (p *pacer) Len() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.servers)
}

// Next implements zk.HostProvider.
func (p *pacer) Next() (server string, retryStart bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.since.IsZero() {
		if time.Since(p.since) >= steady {
			p.round, p.left = -1, 0
		}
		p.since = time.Time{}
	}
	p.pause = 0
	if p.closing.Err() != nil {
		return p.take(), true // zk.Conn looks whether it was closed only at the start of a round
	}
	if p.first.Addr != "" {
		p.trying, p.first = p.first, Server{}
		return p.trying.Addr, false
	}
	if p.left > 0 {
		return p.take(), false
	}
	p.round++
	p.left = len(p.servers)
	p.ask = p.ensemble != nil && (!p.set || p.round > 0)
	if p.round > 0 {
		p.set = false
		pause := pauseBefore(p.round)
		if pause >= maxPause {
			retryStart = true
		} else {
			p.pause = pause/2 + rand.N(pause/2)
		}
	}
	if p.ask {
		return p.trying.Addr, retryStart // it will not be dialled
	}
	return p.take(), retryStart
}

// take is the next server of the list. The caller holds p.mu.
func (p *pacer) take() string {
	p.left--
	p.curr = (p.curr + 1) % len(p.servers)
	p.trying = p.servers[p.curr]
	return p.trying.Addr
}

// pauseBefore is the longest pause before a round, doubling from firstPause.
func pauseBefore(round int) time.Duration {
	pause := firstPause
	for range round - 1 {
		if pause *= 2; pause >= maxPause {
			return maxPause
		}
	}
	return pause
}

// Connected implements zk.HostProvider.
func (p *pacer) Connected() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.since = time.Now()
}

// wait sleeps the pause that Next decided on and, where a round begins, asks the ensemble, for limit at most. Neither is done in
// Next, which zk.Conn calls under a lock. It returns the server to dial.
func (p *pacer) wait(limit time.Duration) (Server, error) {
	p.mu.Lock()
	pause, ask, server := p.pause, p.ask, p.trying
	p.pause, p.ask = 0, false
	p.mu.Unlock()
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-p.closing.Done():
		}
	}
	if err := p.closing.Err(); err != nil {
		return Server{}, err
	}
	if ask {
		return Server{}, p.lookUp(limit)
	}
	return server, nil
}

// HostProvider is for zk.WithHostProvider.
func (s *Seam) HostProvider() zk.HostProvider { return s.pace }
