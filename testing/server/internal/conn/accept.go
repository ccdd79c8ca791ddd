package conn

import (
	"cmp"
	"errors"
	"maps"
	"net"
	"slices"
	"sync"
	"time"
)

// pause is how long accepting waits after a failure that may pass, such as too many open files.
const pause = 50 * time.Millisecond

// Set is the connections of a server.
type Set struct {
	env     *Env
	lns     []Listener
	stopped chan struct{} // closed when no connection is taken any more
	readers sync.WaitGroup
	inside  admission

	mu    sync.Mutex // guards all below; a connection's mu may be taken while it is held, never the other way round
	conns map[*Conn]struct{}
	came  int64 // connections so far
	state state
}

type state uint8

const (
	open state = iota
	draining
	killed
)

// Listener is where connections come from, and what they begin with.
type Listener struct {
	net.Listener
	Mode Mode
}

// NewSet serves whoever connects to one of lns. Serve must be called.
func NewSet(env *Env, lns ...Listener) *Set {
	return &Set{
		env: env, lns: lns, stopped: make(chan struct{}),
		inside: admission{byHost: make(map[string]int)}, conns: make(map[*Conn]struct{}),
	}
}

// Serve accepts connections until Drain or Kill.
func (s *Set) Serve() {
	for _, ln := range s.lns[1:] {
		s.env.Go(func() { s.accept(ln) })
	}
	s.accept(s.lns[0])
}

func (s *Set) accept(ln Listener) {
	for {
		nc, err := ln.Accept()
		if err == nil {
			s.add(nc, ln.Mode)
			continue
		}
		select {
		case <-s.stopped:
			return
		default:
		}
		if errors.Is(err, net.ErrClosed) {
			s.env.Log.Error("the listener was closed by somebody else", "err", err)
			return
		}
		s.env.Log.Warn("accepting failed", "err", err)
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-s.stopped:
			wait.Stop()
			return
		}
	}
}

func (s *Set) add(nc net.Conn, mode Mode) {
	if s.env.Refuse.Load() {
		s.env.Counters.Refused.Add(1)
		reset(nc)
		return
	}
	host := hostOf(nc.RemoteAddr())
	if !s.inside.enter(&s.env.Limits, host) {
		s.env.Counters.Refused.Add(1)
		s.env.Counters.Meter.Rejected.Add(1)
		s.env.Log.Warn("closing a connection: too many", "peer", nc.RemoteAddr())
		_ = nc.Close() // as good as closed anyway
		return
	}
	c := newConn(s.env, nc, mode, host, &s.inside)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state != open {
		c.Reset()
		return
	}
	s.env.Counters.Accepted.Add(1)
	s.came++
	c.number = s.came
	s.conns[c] = struct{}{}
	s.readers.Add(1)
	s.env.Go(func() {
		defer s.readers.Done()
		c.guard(c.read)
	})
	s.env.Go(func() {
		defer s.remove(c)
		c.guard(c.write)
	})
}

// Visit calls f, unless the connections are ending. Drain waits for it as it does for a reader, so f may submit requests.
func (s *Set) Visit(f func()) bool {
	s.mu.Lock()
	ok := s.state == open
	if ok {
		s.readers.Add(1)
	}
	s.mu.Unlock()
	if ok {
		defer s.readers.Done()
		f()
	}
	return ok
}

func (s *Set) remove(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// ordered is the connections in the order in which they came.
func (s *Set) ordered() []*Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.conns), func(a, b *Conn) int { return cmp.Compare(a.number, b.number) })
}

// each calls f for every connection, after the state has become st.
func (s *Set) each(st state, f func(*Conn)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == open && st != open {
		close(s.stopped)
		for _, ln := range s.lns {
			_ = ln.Close() // nothing can be done about a listener that does not close
		}
	}
	s.state = max(s.state, st)
	for c := range s.conns {
		f(c)
	}
}

// Drop resets all connections; new ones are welcome.
func (s *Set) Drop() { s.each(open, (*Conn).Reset) }

// Part closes all connections; new ones are welcome.
func (s *Set) Part() { s.each(open, (*Conn).Abort) }

// Drain takes no more connections and no more requests, and returns when every request received has been handed over.
func (s *Set) Drain() {
	s.each(draining, (*Conn).drain)
	s.readers.Wait()
}

// Finish closes the connections once everything queued for them is written. It does not wait for that.
func (s *Set) Finish() { s.each(draining, (*Conn).finish) }

// Kill resets all connections and takes no more.
func (s *Set) Kill() { s.each(killed, (*Conn).Reset) }
