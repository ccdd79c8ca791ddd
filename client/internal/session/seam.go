package session

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// Options configure a Seam.
type Options struct {
	// Dial opens a connection to a server.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Timeout is the session timeout that zk.Conn will ask for; it paces the first connection. 0 if unknown.
	Timeout time.Duration
	// Patience bounds one attempt to connect, dial and handshake together; the first to each of
	// several servers gets a part of it. 0: a third of the session timeout.
	Patience time.Duration
	// MaxRequest is the longest frame, in bytes, that is sent.
	MaxRequest int
	// Identities are sent on every connection before anything else.
	Identities []Identity
	// SASL begins an exchange, which precedes even those; nil: none.
	SASL func() Mechanism
	// Ensemble tells where the servers are; nil: zk.Conn's list is the list.
	Ensemble Ensemble
	// ReadOnly tells servers that one without a quorum will do.
	ReadOnly bool
	// Resume is a session to take over; nil: a new one.
	Resume *Claim
	// Window is how many requests may be in flight. 0: only what one connection bears.
	Window int
	Hooks  Hooks
}

// Hooks tell the owner what becomes of the session. They run under the seam's lock, in order, and must neither block nor call
// back.
type Hooks struct {
	// Connected: a connection serves the session. The ID tells whether it is a new one.
	Connected func(Info)
	// Disconnected: the connection ended; the session may live on.
	Disconnected func()
	// Refused: the session of Options.Resume is over. Nothing is dialled any more.
	Refused func()
	// Lost: the session is over. err is ErrLost, zk.ErrSessionExpired (the server said so) or zk.ErrClosing.
	Lost func(err error)
	// Notified: the server sent an event of a watch. It runs without a lock, and the event's path is a view that does not last.
	Notified func(wire.WatcherEvent)
}

// Info is what the server granted.
type Info struct {
	ID       int64
	Passwd   []byte
	Timeout  time.Duration
	ReadOnly bool // the server has no quorum
}

// Seam is one session's path to the network. Its Dial goes into zk.WithDialer.
type Seam struct {
	opts  Options
	lent  *borrowed // nil: zk.Conn dials through the seam
	pace  *pacer
	slots window
	start time.Time // the zero of the seam's clock

	closing context.Context // ends dialling
	cancel  context.CancelFunc

	live     atomic.Pointer[conn] // the connection that the SDK's requests take; nil while there is none
	zxid     atomic.Int64         // the last one that either speaker saw
	answered atomic.Int64         // when the last answered frame was sent, on the seam's clock
	resume   atomic.Pointer[Claim]
	local    atomic.Bool    // the session is one server's alone, which had no quorum when it began
	goes     sync.WaitGroup // the goroutines of connections

	mu      sync.Mutex // guards what follows
	info    Info       // ID 0: no session
	lost    int64      // a session that was declared lost here and of which zk.Conn has not heard
	young   *conn      // the connection whose handshake is not over
	retired *conn      // the last one that was; it may have ended
	failure error      // of the last attempt to connect
	watches watchTable
	timer   *time.Timer // looks at the clock for a loss

	identities
}

// New returns a seam; it does nothing until zk.Conn dials.
func New(opts Options) *Seam {
	if opts.MaxRequest == 0 {
		opts.MaxRequest = wire.MaxFrame
	}
	s := &Seam{opts: opts, start: time.Now(), slots: newWindow(opts.Window)}
	s.identities = newIdentities(opts.Identities)
	s.closing, s.cancel = context.WithCancel(context.Background())
	s.pace = newPacer(s.closing, opts.Ensemble)
	s.resume.Store(opts.Resume)
	return s
}

// now is the seam's clock: monotonic nanoseconds.
func (s *Seam) now() int64 { return int64(time.Since(s.start)) }

// advance raises a to v.
func advance(a *atomic.Int64, v int64) {
	for {
		old := a.Load()
		if v <= old || a.CompareAndSwap(old, v) {
			return
		}
	}
}

// Dial implements zk.Dialer. zk.Conn's own timeout is replaced by the seam's, which also bounds the handshake.
func (s *Seam) Dial(network, addr string, _ time.Duration) (net.Conn, error) {
	if s.heardLoss() {
		return newRefusal(), nil
	}
	patience := s.patience()
	server, err := s.pace.wait(patience / 3)
	if err != nil {
		s.note(err)
		return nil, err
	}
	if server.Addr != addr { // zk.Conn has another HostProvider
		server = Server{Addr: addr}
	}
	ctx, cancel := context.WithTimeout(server.within(s.closing), s.pace.bound(server, patience))
	defer cancel()
	deadline, _ := ctx.Deadline()
	raw, err := s.opts.Dial(ctx, network, addr)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failure = err
		s.pace.failed(server, err, true)
		return nil, err
	}
	s.young = newConn(s, raw, server, deadline)
	return s.young, nil
}

// note remembers why there is no connection.
func (s *Seam) note(err error) {
	if errors.Is(err, errAsked) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err
}

// Failure is why the last attempt to connect failed; nil if none did.
func (s *Seam) Failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// heardLoss tells, once, that zk.Conn's session was declared lost here.
func (s *Seam) heardLoss() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	pending := s.lost != 0
	s.lost = 0
	return pending
}

func (s *Seam) patience() time.Duration {
	s.mu.Lock()
	timeout := s.info.Timeout
	s.mu.Unlock()
	return s.patienceFor(timeout)
}

func (s *Seam) patienceFor(timeout time.Duration) time.Duration {
	if s.opts.Patience > 0 {
		return s.opts.Patience
	}
	if timeout == 0 {
		timeout = s.opts.Timeout
	}
	if timeout == 0 {
		timeout = 10 * time.Second // a wrapped zk.Conn that never had a session: nobody knows what it will ask for
	}
	return timeout / 3
}

// Send sends a request in call order. The watch, if any, is armed when the reply says so; body is a wire.PathWatchRequest then, whose flag
// the seam sets. ctx bounds only the wait for room when very much is in flight.
func (s *Seam) Send(ctx context.Context, op wire.Op, body wire.Record, path string, w *Watch) *Call {
	return s.SendTold(ctx, op, body, path, w, nil)
}

// SendTold is Send; told runs as if it was given to OnDone before the request was sent, so that it runs in the order in which the server's
// frames come.
func (s *Seam) SendTold(ctx context.Context, op wire.Op, body wire.Record, path string, w *Watch, told func()) *Call {
	if err := s.slots.enter(ctx); err != nil {
		call := newCall(op)
		call.tell(told)
		call.fail(err)
		return call
	}
	call := newCall(op)
	call.slots = s.slots
	call.tell(told)
	if w != nil {
		call.flight = &flight{watch: w, op: op, path: path}
	}
	c := s.line() // behind the wait: the connection may be another
	if c == nil {
		call.fail(s.noConnection())
		return call
	}
	if err := c.submit(ctx, call, body); err != nil {
		call.fail(err)
	}
	return call
}

// Close ends connecting for good, so that a zk.Conn that is closed while it looks for a server stops at once. A connection that
// serves goes on, so that zk.Conn can close the session on it.
func (s *Seam) Close() {
	s.cancel()
	s.failYoung(net.ErrClosed)
}

// Abort ends connecting and the connection, whatever it is doing.
func (s *Seam) Abort() {
	s.Close()
	s.mu.Lock()
	retired := s.retired
	s.mu.Unlock()
	for _, c := range []*conn{s.live.Load(), retired} {
		if c != nil {
			_ = c.fail(net.ErrClosed)
		}
	}
}

// Wait returns when the goroutines of all connections have ended. zk.Conn's must have ended before.
func (s *Seam) Wait() { s.goes.Wait() }

// down notes that a connection ended, and why.
func (s *Seam) down(c *conn, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err
	s.pace.failed(c.server, err, s.young == c)
	if s.young == c {
		s.young = nil
	}
	if s.live.CompareAndSwap(c, nil) && s.opts.Hooks.Disconnected != nil {
		s.opts.Hooks.Disconnected()
	}
}

// verdict is what a handshake's answer means for the session.
type verdict uint8

const (
	resumed  verdict = iota // serve on
	lent                    // serve on, but the server has no quorum: its answers do not show that the session lives
	refused                 // the server has told zk.Conn that its session is over
	outlived                // the server still has the session, but it was declared lost here
)

// granted takes a handshake's answer; sent is when the request was.
func (s *Seam) granted(p wire.ConnectResponse, sent int64) verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case p.SessionID == 0:
		s.end(zk.ErrSessionExpired)
		s.lost = 0
		if s.resume.Swap(nil) != nil {
			s.cancel()
			if s.opts.Hooks.Refused != nil {
				s.opts.Hooks.Refused()
			}
		}
		return refused
	case p.SessionID == s.lost:
		s.lost = 0
		return outlived
	case p.SessionID != s.info.ID:
		s.end(zk.ErrSessionExpired)
		s.answered.Store(0)
		s.local.Store(p.ReadOnly && s.resume.Load() == nil)
	case !p.ReadOnly:
		s.local.Store(false)
	}
	s.resume.Store(nil)
	s.info = Info{
		ID: p.SessionID, Passwd: slices.Clone(p.Passwd),
		Timeout: time.Duration(p.Timeout) * time.Millisecond, ReadOnly: p.ReadOnly,
	}
	verdict := resumed
	if p.ReadOnly && !s.local.Load() {
		verdict = lent
	} else {
		advance(&s.answered, sent)
	}
	s.watchClock() // also for a session that is known: its timeout may be shorter now
	return verdict
}
