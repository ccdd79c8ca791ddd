package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/conn"
	"github.com/zookit-go/zookit/testing/server/internal/session"
	"github.com/zookit-go/zookit/testing/server/internal/store"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// ErrStarted is what Start returns for a server that has not been stopped.
var ErrStarted = errors.New("server: already started")

// Server is a ZooKeeper server. Its znodes and sessions live as long as it does, through any number of starts and stops: it
// is its own disk, unless it was given one. Its methods may be called from any goroutine.
type Server struct {
	cfg      config
	born     time.Time // sessions' time counts from here
	counters conn.Counters
	storage  storage
	refusing atomic.Bool

	mu         sync.Mutex    // guards all below
	addr       string        // to listen on; the real one once the server has listened
	secureAddr string        // the same, for TLS; empty is none
	database                 // of the run, or of the last one
	past       SessionEvents // of earlier tables of sessions
	run        *run          // nil while stopped
	err        error         // why the last run ended, if nobody asked for it
}

// database is what a server serves.
type database struct {
	tree     *tree.Tree
	sessions *session.Table
	disk     *store.Settings // nil if all is in memory
}

// New makes a server that is stopped. It does no I/O; an error means that an option was wrong.
func New(opts ...Option) (*Server, error) {
	cfg, err := newConfig(opts)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	return &Server{
		cfg: cfg, born: now, addr: cfg.addr, secureAddr: cfg.security.addr,
		database: database{tree: cfg.version.suit(tree.New()), sessions: session.NewTable(cfg.tick, cfg.id, now)},
	}, nil
}

// Start listens and serves, until Stop or Kill. After those it may be called again: the server comes back on the same
// address, with its znodes, and with its sessions, which get their whole timeout anew. With a disk, they are what the disk says. ctx
// bounds the call only.
func (s *Server) Start(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("server: start: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != nil {
		return ErrStarted
	}
	lns, err := s.listen()
	if err != nil {
		return err
	}
	if err := s.load(ctx); err != nil {
		for _, ln := range lns {
			err = errors.Join(err, ln.Close())
		}
		return fmt.Errorf("server: start: %w", err)
	}
	s.run, s.err = startRun(s, lns), nil
	return nil
}

// Addr is the address that clients connect to without TLS, or SecureAddr if that is the only one. Before the first Start it is the
// one asked for.
func (s *Server) Addr() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.security.only {
		return s.secureAddr
	}
	return s.addr
}

// Stop ends the server in order: nobody new is let in, the requests already received are answered, the connections are
// closed. If ctx ends before that is done, Stop does as Kill does and returns the context's cause. When it returns, no
// goroutine of the server is left. Sessions are not closed. Stopping a stopped server does nothing.
func (s *Server) Stop(ctx context.Context) error {
	r := s.current()
	if r == nil {
		return nil
	}
	r.stop()
	var err error
	select {
	case <-r.done:
	case <-ctx.Done():
		err = fmt.Errorf("server: stop: %w", context.Cause(ctx))
		r.kill()
		<-r.done
	}
	return err
}

// Kill ends the server as a crash does: every connection is reset and nothing is answered any more. What was applied, stays;
// what was on its way is lost. When it returns, no goroutine of the server is left.
func (s *Server) Kill() {
	r := s.current()
	if r == nil {
		return
	}
	r.kill()
	<-r.done
}

// Done is closed when the server has ended and no goroutine of it is left, be it by Stop, by Kill, or by itself: Err tells then. For a
// server that is stopped it is closed already.
func (s *Server) Done() <-chan struct{} {
	if r := s.current(); r != nil {
		return r.done
	}
	done := make(chan struct{})
	close(done)
	return done
}

// Err is why the server has ended by itself, which only a disk can make it do: what it cannot make safe it does not answer, and it can
// make nothing safe any more. It is nil while the server runs, and after Stop and Kill.
func (s *Server) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

func (s *Server) current() *run {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run
}

func (s *Server) ended(r *run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == r {
		s.run = nil
	}
}

// now is the time that sessions are measured in. It does not jump with the wall clock.
func (s *Server) now() time.Duration { return time.Since(s.born) }

// DropConnections resets every client connection. The sessions live on, and clients may come back at once.
func (s *Server) DropConnections() {
	if r := s.current(); r != nil {
		r.conns.Drop()
	}
}

// RefuseConnections turns new connections away until it is called with false, also after a restart; those that there are stay. A
// connection is accepted and reset at once: a client sees that nobody serves there, and tries again as it does when it cannot
// connect. The address stays the server's own, which it would not be if nobody listened on it: for a refusal by the operating
// system, Stop or Kill the server and Start it again. Four-letter words are refused as well.
func (s *Server) RefuseConnections(refuse bool) { s.refusing.Store(refuse) }

// ExpireSession ends a session now, as if its timeout had passed, and returns when its ephemerals are gone. It returns false
// if there is no such session, if the session is ending anyway, or if the server is not running.
func (s *Server) ExpireSession(id int64) bool {
	r := s.current()
	return r != nil && r.expireNow(id)
}
