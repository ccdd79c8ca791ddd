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

var errNoServers = errors.New("session: no servers")

// pacer decides which server is tried next, and when. It is zk.Conn's HostProvider. The first round after a steady connection
// starts at once, later ones after growing, jittered pauses.
//
// zk.Conn fails the calls of its own users with zk.ErrNoServer only when told that a round is over, and then sleeps a second. It
// is told so once the pause would be that long anyway.
type pacer struct {
	closing context.Context

	mu      sync.Mutex // guards what follows
	servers []string
	curr    int
	tries   int
	since   time.Time // of the present connection; zero while there is none
	pause   time.Duration
}

func newPacer(closing context.Context) *pacer { return &pacer{closing: closing, curr: -1} }

// Init implements zk.HostProvider. Names are not looked up here but at each dial, so a server that moves is found again.
func (p *pacer) Init(servers []string) error {
	if len(servers) == 0 {
		return errNoServers
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.servers = servers
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
			p.tries = 0
		}
		p.since = time.Time{}
	}
	p.curr = (p.curr + 1) % len(p.servers)
	p.tries++
	if p.closing.Err() != nil {
		return p.servers[p.curr], true // zk.Conn looks whether it was closed only at the start of a round
	}
	p.pause = 0
	if round := (p.tries - 1) / len(p.servers); round > 0 && (p.tries-1)%len(p.servers) == 0 {
		pause := pauseBefore(round)
		if pause >= maxPause {
			return p.servers[p.curr], true
		}
		p.pause = pause/2 + rand.N(pause/2)
	}
	return p.servers[p.curr], false
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

// wait sleeps the pause that Next decided on. It is not slept in Next, which zk.Conn calls under a lock.
func (p *pacer) wait() error {
	p.mu.Lock()
	pause := p.pause
	p.pause = 0
	p.mu.Unlock()
	if pause == 0 {
		return p.closing.Err()
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-p.closing.Done():
		return p.closing.Err()
	}
}

// HostProvider is for zk.WithHostProvider.
func (s *Seam) HostProvider() zk.HostProvider { return s.pace }
