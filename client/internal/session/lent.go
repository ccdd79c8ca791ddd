package session

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// line is what the SDK's requests take: a connection through the seam, or the methods of a zk.Conn that was dialled without it.
type line interface {
	// submit sends a call. An error says why it was not sent.
	submit(ctx context.Context, call *Call, body wire.Record) error
}

// line is the present one; nil while there is none.
func (s *Seam) line() line {
	if s.lent != nil {
		return s.lent
	}
	if c := s.live.Load(); c != nil {
		return c
	}
	return nil
}

// borrowed is a line over a zk.Conn that somebody else dialled. Nothing of the stream is seen: what is known of the session is what zk.Conn's
// events tell, and a request is one of its methods, in a goroutine of its own since they cannot be given up.
type borrowed struct {
	seam *Seam
	conn *zk.Conn
	stop chan struct{} // closed when the client is
	end  sync.Once
	up   atomic.Bool
	work sync.WaitGroup // listening and the watches

	mu      sync.Mutex // guards what follows
	queue   []job      // of the calls that keep their order
	serving bool       // a goroutine works on the queue
}

// job is a call that is to be made.
type job struct {
	call *Call
	body wire.Record
}

// NewLent returns a seam whose requests are calls of conn's own methods. It takes conn's session events from events, until they or the
// seam's Return end it. opts.Timeout is what conn asks servers for.
func NewLent(opts Options, conn *zk.Conn, events <-chan zk.Event) *Seam {
	s := New(opts)
	l := &borrowed{seam: s, conn: conn, stop: make(chan struct{})}
	s.lent = l
	drain(events) // what is told by now is of the past
	if conn.State() == zk.StateHasSession {
		l.connected()
	}
	l.work.Go(func() { l.listen(events) })
	return s
}

func drain(events <-chan zk.Event) {
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return
			}
		default:
			return
		}
	}
}

// Lent tells whether there is no seam beneath zk.Conn.
func (s *Seam) Lent() bool { return s.lent != nil }

// Return ends what a lent zk.Conn is used for, and leaves it to its owner. Calls that are under way end when zk.Conn lets go of them.
func (s *Seam) Return() {
	if s.lent == nil {
		return
	}
	l := s.lent
	l.end.Do(func() {
		l.up.Store(false)
		close(l.stop)
		s.mu.Lock()
		if s.timer != nil {
			s.timer.Stop()
			s.timer = nil
		}
		s.mu.Unlock()
	})
	l.work.Wait()
}

// listen follows the session.
func (l *borrowed) listen(events <-chan zk.Event) {
	for {
		select {
		case ev, ok := <-events:
			if !ok {
				l.disconnected()
				l.seam.closed()
				return
			}
			l.take(ev)
		case <-l.stop:
			return
		}
	}
}

func (l *borrowed) take(ev zk.Event) {
	if ev.Type != zk.EventSession {
		return
	}
	switch ev.State { //nolint:exhaustive // the others change nothing
	case zk.StateHasSession:
		l.connected()
	case zk.StateDisconnected, zk.StateConnecting:
		l.disconnected()
	case zk.StateExpired:
		l.disconnected()
		l.seam.mu.Lock()
		l.seam.end(zk.ErrSessionExpired)
		l.seam.mu.Unlock()
	}
}

func (l *borrowed) connected() {
	s := l.seam
	s.mu.Lock()
	defer s.mu.Unlock()
	id := l.conn.SessionID()
	switch {
	case id != s.info.ID:
		s.end(zk.ErrSessionExpired)
		s.answered.Store(0)
		s.info = Info{ID: id, Timeout: s.opts.Timeout}
	case l.up.Load():
		return // known since NewLent
	}
	if s.timer != nil {
		s.timer.Stop() // zk.Conn's pings are not seen, so the clock runs only without a connection
		s.timer = nil
	}
	s.watches.begin()
	l.up.Store(true)
	if s.opts.Hooks.Connected != nil {
		s.opts.Hooks.Connected(s.info)
	}
}

// disconnected starts the clock of the loss. zk.Conn gives a connection up when it has heard nothing for two thirds of the session timeout, so
// it heard something later than that; that this was an answer to something young is an assumption.
func (l *borrowed) disconnected() {
	s := l.seam
	s.mu.Lock()
	defer s.mu.Unlock()
	if !l.up.Swap(false) {
		return
	}
	if s.opts.Hooks.Disconnected != nil {
		s.opts.Hooks.Disconnected()
	}
	if s.info.ID != 0 {
		advance(&s.answered, s.now()-int64(s.opts.Timeout)*2/3)
		s.watchClock()
	}
}

// lineKey is where a context says that a call keeps its place among others.
type lineKey struct{}

// InOrder is a context for calls over a lent zk.Conn that keep their order.
func InOrder(ctx context.Context) context.Context { return context.WithValue(ctx, lineKey{}, true) }

// submit implements line. zk.Conn's methods wait for the answer, so calls that keep their order are made one by one.
func (l *borrowed) submit(ctx context.Context, call *Call, body wire.Record) error {
	if !lendable(call.op) {
		return ErrNeedsDialer
	}
	size := int32(4 + wire.RequestHeaderSize + len(body.AppendTo(nil)))
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.up.Load() || l.conn.State() != zk.StateHasSession { // where a method would wait for a connection
		return ErrConnectionLoss
	}
	call.sent, call.size = true, size // for all that anybody can know
	j := job{call, body}
	switch ordered := ctx.Value(lineKey{}) != nil; {
	case l.serving: // even one that need not: its goroutine's earlier ones may be in the queue
		l.queue = append(l.queue, j)
	case ordered:
		l.queue, l.serving = append(l.queue, j), true
		go l.serve()
	default:
		go l.perform(j)
	}
	return nil
}

// serve makes what is in the queue. A loss ends all that is in it, as it does on a connection: what comes later must not be done without
// what came before.
func (l *borrowed) serve() {
	for {
		l.mu.Lock()
		if len(l.queue) == 0 {
			l.queue, l.serving = nil, false
			l.mu.Unlock()
			return
		}
		j := l.queue[0]
		l.queue = l.queue[1:]
		l.mu.Unlock()
		if l.perform(j) {
			continue
		}
		l.mu.Lock()
		lost := l.queue
		l.queue = nil
		l.mu.Unlock()
		for _, j := range lost {
			j.call.fail(ErrConnectionLoss)
		}
	}
}

// perform makes one call. It tells whether there is still a connection.
func (l *borrowed) perform(j job) (alive bool) {
	start := l.seam.now()
	reply, event, err := l.request(j)
	code, lost := codeOf(err)
	if lost != nil {
		j.call.fail(lost)
		return !errors.Is(lost, ErrConnectionLoss)
	}
	advance(&l.seam.answered, start)
	if j.call.flight != nil && event != nil {
		l.follow(j.call.flight, code, event)
	}
	var body []byte
	if reply != nil {
		body = reply.AppendTo(nil)
	}
	j.call.answer(wire.ReplyHeader{Err: code}, body)
	return true
}
