package session

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

// Pauses between attempts to connect. They grow by half from round to round, so that an ensemble that is back is found within about a sixth
// of the time that it took, by an attempt at one of three servers, and never later than an aim of the project allows: 0.3 s.
const (
	firstPause = 20 * time.Millisecond
	maxPause   = 300 * time.Millisecond
	maxAlone   = time.Second // where there is only one server
	// zk.Conn is told of the end of a round once the pauses have grown, after so many rounds, or attempts if these are more: not before an
	// election should be over.
	tellRounds, tellAttempts = 4, 12
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
// starts at once, later ones with growing, jittered pauses before every server: while an ensemble elects its leader, servers accept and
// close at once, and one attempt finds as well as three that it is over. In a round, servers that said nothing come last.
//
// zk.Conn fails the calls of its own users with zk.ErrNoServer only when told that a round is over, and then sleeps a second. It
// is told so now and then, once the pause would be that long anyway.
type pacer struct {
	closing  context.Context
	ensemble Ensemble // asked before every round; nil: only update changes the list

	mu      sync.Mutex // guards what follows
	servers []Server
	given   bool // servers is more than what zk.Conn was told, which means nothing where there is an ensemble
	curr    int
	round   int           // that is under way; 0 is the first since a steady connection, -1 if it has not begun
	queue   []Server      // servers of this round that were not tried
	share   time.Duration // the pause before each of them, without jitter
	asked   bool          // the ensemble, before this round: the pause before its first server was then
	ask     bool          // the ensemble, in the next wait
	set     bool          // servers were set by update and are worth a round of their own
	first   Server        // to be tried before any other; Addr "" if none
	trying  Server
	since   time.Time // of the present connection; zero while there is none
	tried   time.Time // when
	pause   time.Duration
	suspects
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
			p.round, p.queue = -1, nil
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
	if len(p.queue) > 0 {
		if !p.asked {
			p.pause = jitter(p.share)
		}
		p.asked = false
		return p.take(), false
	}
	p.round++
	p.line()
	p.share = 0
	p.ask = p.ensemble != nil && (!p.set || p.round > 0)
	p.asked = p.ask
	if p.round > 0 {
		p.set = false
		pause, rounds := pauseIn(p.round, len(p.servers))
		every := max(1, min(tellRounds, tellAttempts/len(p.servers)))
		if retryStart = rounds > 0 && rounds%every == 0; !retryStart {
			p.share, p.pause = pause, jitter(pause)
		}
	}
	if p.ask {
		return p.trying.Addr, retryStart // it will not be dialled
	}
	return p.take(), retryStart
}

// line puts the servers in the order of a round: from the one after the last, those that said nothing at the end. The caller holds p.mu.
func (p *pacer) line() {
	p.forget(p.servers)
	p.queue = p.queue[:0]
	var last []Server
	for i := range p.servers {
		s := p.servers[(p.curr+1+i)%len(p.servers)]
		if p.suspected(s) {
			last = append(last, s)
		} else {
			p.queue = append(p.queue, s)
		}
	}
	p.queue = append(p.queue, last...)
}

// take is the next server of the round. The caller holds p.mu.
func (p *pacer) take() string {
	if len(p.queue) == 0 {
		p.line()
	}
	p.trying = p.queue[0]
	p.queue = p.queue[1:]
	p.curr = slices.Index(p.servers, p.trying)
	return p.trying.Addr
}

// pauseIn is the pause before each server of a round, growing from firstPause, and for how many rounds it has been as long as it gets.
func pauseIn(round, servers int) (pause time.Duration, rounds int) {
	pause = firstPause
	most := maxPause
	if servers == 1 {
		most = maxAlone
	}
	for i := 1; i < round; i++ {
		if pause += pause / 2; pause >= most {
			return most, round - i
		}
	}
	return pause, 0
}

// jitter keeps clients apart that have lost the same server.
func jitter(pause time.Duration) time.Duration {
	if pause == 0 {
		return 0
	}
	return pause*2/3 + rand.N(pause/3)
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
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried = time.Now()
	return server, nil
}

// HostProvider is for zk.WithHostProvider.
func (s *Seam) HostProvider() zk.HostProvider { return s.pace }
