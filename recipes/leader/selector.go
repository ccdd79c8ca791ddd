package leader

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// selectorName orders a Selector's participants. It is a mutex's.
const selectorName = "lock-"

// Selector calls a function while it leads. It shares its znodes with Curator's LeaderSelector.
//
// Shape: that of lock.Mutex, path/_c_<uuid>-lock-<10 digits>, with what WithID says as data; so a mutex at the same path shuts the leader
// out.
//
// Cost: 3 requests in 2 round trips for a term uncontended; behind others 5 requests and one watch event. A wait or a term longer than
// 250 ms also watches its own znode: one request and one event more.
//
// Suspended: the function's context ends (see WithPolicy); a waiter keeps its place. Lost: the function's context ends; a waiter
// joins again in the next session.
//
// A Selector is safe for concurrent use. Two Run calls are two participants.
//
// Source: as for lock.Mutex, and Curator 5.
type Selector struct {
	election
	requeue bool
}

// NewSelector returns a participant of the election at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server
// would take, or an option's.
func NewSelector(c *client.Client, path string, opts ...SelectorOption) (*Selector, error) {
	e, err := newElection(c, path, selectorName)
	s := &Selector{election: e}
	for _, opt := range opts {
		if err == nil {
			err = opt.selector(s)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("leader: selector at %q: %w", path, err)
	}
	return s, nil
}

// Run waits until it leads, calls f in this goroutine, and gives leadership up when f returns. f's context ends with ctx and with the
// term, whose cause it has; FromContext gives the term. f should return soon then: another may lead already. Nothing is interrupted but by
// that context.
//
// Run returns what f returned. If the term ended while f ran, the error also matches the cause of that; if ctx ended before f was
// called, it is context.Cause(ctx). WithRequeue goes on after a term that ended, or after f returned nil, until ctx ends or f
// returns an error within its term.
//
// Before it leads Run waits out lost connections and sessions. Other errors: zk.ErrNoAuth, client.ErrClosed. When Run returns its znode is
// deleted, or is deleted in the background if that was not confirmed within a second; a panic of f does the same.
func (s *Selector) Run(ctx context.Context, f func(context.Context) error) error {
	for {
		place, err := s.place(ctx)
		if err != nil {
			return s.fail(ctx, "selector", err)
		}
		lost, err := s.lead(ctx, place, f)
		switch {
		case lost != nil && s.requeue && !errors.Is(lost, client.ErrClosed):
		case lost != nil && errors.Is(err, lost):
			return s.fail(context.Background(), "selector", err)
		case lost != nil:
			return s.fail(context.Background(), "selector", errors.Join(lost, err))
		case err != nil || !s.requeue:
			return err
		}
	}
}

// lead calls f for one term. lost is why the term ended before f did, other than with ctx.
func (s *Selector) lead(ctx context.Context, place *contend.Place, f func(context.Context) error) (lost, err error) {
	defer func() { _ = place.Leave() }() // what could not be deleted now is deleted in the background
	term := newTerm(s.queue.Client, place)
	leading, cancel := context.WithCancelCause(context.WithValue(ctx, termKey{}, term))
	defer cancel(nil)
	defer context.AfterFunc(term.ctx, func() { cancel(context.Cause(term.ctx)) })()
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		s.keep(ctx, term)
	}()
	defer func() {
		term.end(ErrReturned)
		<-kept
	}()
	err = f(leading)
	if term.ctx.Err() != nil && ctx.Err() == nil {
		lost = context.Cause(term.ctx)
	}
	return lost, err
}

// place waits for a place that leads.
func (s *Selector) place(ctx context.Context) (*contend.Place, error) {
	for {
		place, err := s.enter(ctx)
		if err != nil {
			return nil, err
		}
		if err = s.await(ctx, place, true); err == nil {
			return place, nil
		}
		_ = place.Leave()
		if ctx.Err() != nil || !errors.Is(err, ErrDeleted) && !client.Retryable(err) {
			return nil, err
		}
	}
}

// Observer tells who else takes part, and who leads.
func (s *Selector) Observer() *Observer { return &Observer{s.queue} }
