package leader

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
	"github.com/zookit-go/zookit/recipes/internal/latest"
)

// latchName orders a Latch's participants.
const latchName = "latch-"

// Latch takes part in an election from Start to Close, and leads whenever it is first. It shares its znodes with Curator's LeaderLatch.
//
// Shape: one ephemeral sequential znode per participant, path/_c_<uuid>-latch-<10 digits>; its data is what WithID says. The lowest
// number leads. path and its missing ancestors are made as containers, and stay behind as persistent znodes on a server before 3.5.1.
// Keep path for this election alone.
//
// Cost: 2 requests in one round trip to join and 1 to leave. A participant watches the one before it only: when that goes it takes one event and
// one request to lead if it is the next, and two requests to wait on. So the next one leads two round trips after a leader's Close
// was called. One that stays longer than 250 ms also watches its own znode: one request and one event more. A new connection costs a leader one request.
//
// Suspended: a term ends (see WithPolicy); the place in the queue stays, and leads again on Reconnected if it is still first. Lost: a
// term ends, and the latch joins again with a new znode when there is a session. Neither ends the latch.
//
// A Latch is safe for concurrent use, and is for one life: after Close make another.
//
// Source: the leader election recipe of ZooKeeper's documentation; names, order, parents and the check of the owner as in Curator 5.
type Latch struct {
	election
	mode CloseMode

	changes latest.Latest[Change]
	mu      sync.Mutex // guards what follows
	started bool
	closed  bool
	life    context.Context // ends with Close
	end     context.CancelCauseFunc
	done    chan struct{} // closed when the goroutine has ended
	err     error         // why it ended before Close
	left    error         // what leaving gave; to be read after done
}

// NewLatch returns a participant of the election at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would
// take, or an option's.
func NewLatch(c *client.Client, path string, opts ...LatchOption) (*Latch, error) {
	e, err := newElection(c, path, latchName)
	l := &Latch{election: e, done: make(chan struct{})}
	for _, opt := range opts {
		if err == nil {
			err = opt.latch(l)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("leader: latch at %q: %w", path, err)
	}
	l.life, l.end = context.WithCancelCause(context.Background())
	return l, nil
}

// Start joins the election and returns when its znode stands. ctx bounds the call only. While there is no connection Start
// waits, and a failed Start leaves nothing behind and can be repeated. Errors: context.Cause(ctx), zk.ErrNoAuth, client.ErrClosed,
// ErrStarted, ErrClosed.
func (l *Latch) Start(ctx context.Context) error {
	l.mu.Lock()
	err := l.startable()
	l.started = l.started || err == nil
	l.mu.Unlock()
	if err != nil {
		return l.fail(context.Background(), "start latch", err)
	}
	joining, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(l.life, func() { cancel(ErrClosed) })()
	place, err := l.enter(joining)

	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		if err == nil {
			l.left = place.Leave()
		}
		l.changes.Stop()
		close(l.done)
		return l.fail(context.Background(), "start latch", ErrClosed)
	}
	if err != nil {
		l.started = false
		return l.fail(ctx, "start latch", err)
	}
	go l.run(place)
	return nil
}

// startable is called with l.mu held.
func (l *Latch) startable() error {
	switch {
	case l.closed:
		return ErrClosed
	case l.started:
		return ErrStarted
	}
	return nil
}

// run takes part until Close. It is the latch's only goroutine.
func (l *Latch) run(place *contend.Place) {
	defer close(l.done)
	defer l.changes.Stop()
	for {
		err := l.serve(place)
		left := place.Leave() // what could not be deleted now is deleted in the background
		if l.life.Err() != nil {
			l.left = left
			return
		}
		if errors.Is(err, ErrDeleted) || client.Retryable(err) { // a new place, maybe in a new session
			place, err = l.enter(l.life)
		}
		switch {
		case l.life.Err() != nil && err == nil:
			l.left = place.Leave()
			return
		case l.life.Err() != nil:
			return
		case err != nil:
			l.mu.Lock()
			l.err = err
			l.mu.Unlock()
			return
		}
	}
}

// serve waits and leads, in turn, as long as a place is good.
func (l *Latch) serve(place *contend.Place) error {
	for fresh := true; ; fresh = false {
		if err := l.await(l.life, place, fresh); err != nil {
			return err
		}
		term := newTerm(l.queue.Client, place)
		l.changes.Set(Change{Term: term})
		l.keep(l.life, term)
		cause := context.Cause(term.ctx)
		if l.life.Err() == nil || l.mode == Notify {
			l.changes.Set(Change{Err: cause})
		}
		if place.Context().Err() != nil || l.life.Err() != nil {
			return cause
		}
	}
}

// Close ends the term, if there is one, and then deletes the participant's znode: one request. It returns when nothing of the latch
// runs any more, within a second; if ctx ends first, with context.Cause(ctx). Another error means that the delete was not confirmed: the client
// goes on in the background, and at the latest the znode goes with the session. Later calls return what the first did.
func (l *Latch) Close(ctx context.Context) error {
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	idle := first && !l.started
	l.mu.Unlock()
	l.end(ErrClosed)
	if idle {
		l.changes.Stop()
		close(l.done)
	}
	select {
	case <-l.done:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if l.left != nil {
		return l.fail(context.Background(), "close latch", l.left)
	}
	return nil
}

// Changes tells whether the latch leads: how it stands now, and then every change. A listener that is slow gets the newest and not those
// between; no listener keeps the latch or another listener waiting. The channel is closed when ctx ends, and when the latch does: by Close (see
// CloseMode), or because of an error that Err tells.
func (l *Latch) Changes(ctx context.Context) <-chan Change { return l.changes.Listen(ctx) }

// Term is the present term, or nil if the latch does not lead.
func (l *Latch) Term() *Term {
	if t := l.changes.Get().Term; t != nil && t.ctx.Err() == nil {
		return t
	}
	return nil
}

// Await waits until the latch leads. Errors: context.Cause(ctx), and those of Err.
func (l *Latch) Await(ctx context.Context) (*Term, error) {
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := l.Err(); err != nil {
		return nil, err
	}
	for change := range l.Changes(listening) {
		if t := change.Term; t != nil && t.ctx.Err() == nil {
			return t, nil
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	<-l.done // the streams end a moment before
	return nil, l.Err()
}

// Err is nil while the latch takes part. Otherwise: ErrNotStarted, ErrClosed, client.ErrClosed, or what the server refused, such as
// zk.ErrNoAuth.
func (l *Latch) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.err
	switch {
	case err != nil:
	case l.closed:
		err = ErrClosed
	case !l.started:
		err = ErrNotStarted
	default:
		return nil
	}
	return l.fail(context.Background(), "latch", err)
}

// Observer tells who else takes part, and who leads.
func (l *Latch) Observer() *Observer { return &Observer{l.queue} }
