package lock

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// ErrNotAcquired means that TryLock found another holder.
var ErrNotAcquired = errors.New("lock: held by another")

// ErrUnlocked is the cause with which a Held's context ends when it is unlocked.
var ErrUnlocked = errors.New("lock: unlocked")

// ErrDeleted is the cause with which a Held's context ends when somebody else deleted its znode.
var ErrDeleted = contend.ErrGone

// Mutex is a fair lock shared by every process that names the same path. It shares its znodes with Curator's InterProcessMutex, so
// Go and Java can contend for one lock.
//
// Shape: one ephemeral sequential znode per contender, path/_c_<uuid>-lock-<10 digits>; its data is what WithData says. The lowest
// number holds. WithNames gives the znodes the names of other libraries. path and its missing ancestors are made as containers, and
// stay behind as persistent znodes on a server before 3.5.1. Keep path for this lock alone: a foreign child that sorts first is waited for
// like a holder, and one that sorts behind all numbers is ignored.
//
// Cost: uncontended 3 requests in 2 round trips for Lock and Unlock together. Behind others 5 requests and one watch event: a waiter
// watches its predecessor only, so one release wakes one waiter. A hold or a wait longer than 250 ms also watches its own znode: one
// request and one event more.
//
// Suspended: a hold goes on, since the session may live; a waiter keeps its place. Lost: a hold ends, and Lock returns an error that matches
// client.ErrSessionLost.
//
// A Mutex is safe for concurrent use. Two Lock calls are two contenders; it is not re-entrant, which Reentrant is.
//
// Source: the lock recipe of ZooKeeper's documentation; names, order and parents as in Curator 5.
type Mutex struct {
	q contend.Queue
}

// NewMutex returns the lock at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or an
// option's.
func NewMutex(c *client.Client, path string, opts ...Option) (*Mutex, error) {
	s, err := settle(opts)
	if err == nil {
		err = client.CheckPath(path)
	}
	if err != nil {
		return nil, fmt.Errorf("lock: mutex at %q: %w", path, err)
	}
	return &Mutex{s.queue(c, path)}, nil
}

// Lock waits for the lock. ctx bounds the wait only: the hold outlives it.
//
// If ctx ends first, Lock deletes its znode and returns context.Cause(ctx). It waits at most a second for that delete; while
// there is no connection it does not wait at all, and the client deletes the znode in the background as soon as there is one.
//
// A contender whose znode is deleted by somebody else goes to the end of the queue with a new one. Other errors: one that matches
// client.ErrSessionLost if the session ended, client.ErrConnectionLoss if the retry policy gave up, zk.ErrNoAuth, client.ErrClosed.
// After an error nothing is held and no znode stays.
func (m *Mutex) Lock(ctx context.Context) (*Held, error) {
	for {
		place, err := m.q.Enter(ctx)
		if err != nil {
			return nil, m.fail("lock", ctx, err)
		}
		err = place.Await(ctx)
		if err == nil {
			return &Held{c: m.q.Client, place: place}, nil
		}
		_ = place.Leave() // what could not be deleted now is deleted in the background
		if !errors.Is(err, contend.ErrGone) {
			return nil, m.fail("lock", ctx, err)
		}
	}
}

// TryLock takes the lock if nobody holds it or waits for it, and returns ErrNotAcquired otherwise. It costs 2 requests in one round
// trip, and one more if the lock was not free. Other errors are those of Lock.
func (m *Mutex) TryLock(ctx context.Context) (*Held, error) {
	place, err := m.q.Enter(ctx)
	if err != nil {
		return nil, m.fail("try", ctx, err)
	}
	if place.First() {
		return &Held{c: m.q.Client, place: place}, nil
	}
	_ = place.Leave()
	return nil, ErrNotAcquired
}

// Do calls f in this goroutine while it holds the lock. f's context ends with ctx and with the hold, whose cause it has; Holds gives the
// hold. f should return soon then: another may hold the lock already. Nothing is interrupted but by that context.
//
// Do returns what f returned; if the hold ended before that, the error also matches the cause. If the lock could not be acquired, f is not
// called, and the error is Lock's. When Do returns, or f panics, the lock is unlocked; an unlocking that was not confirmed is finished in the
// background, and is no error.
func (m *Mutex) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, m.Lock, f)
}

// Participants lists who holds the lock and who waits, in order. It makes no znode.
//
// It costs a request and one for each participant, in two round trips. Who left meanwhile is left out. Nobody, or no such path, is no
// error. Errors: context.Cause(ctx), client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrClosed.
func (m *Mutex) Participants(ctx context.Context) ([]Participant, error) {
	all, err := participants(ctx, m.q)
	if err != nil {
		return nil, m.fail("list", ctx, err)
	}
	for i := range all {
		all[i].Holds = i == 0
	}
	return all, nil
}

func (m *Mutex) take(ctx context.Context) (holding, error) { return asHolding(m.Lock(ctx)) }
func (m *Mutex) try(ctx context.Context) (holding, error)  { return asHolding(m.TryLock(ctx)) }

// fail names the lock, unless it was the caller's own context that ended.
func (m *Mutex) fail(verb string, ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("lock: %s %s: %w", verb, m.q.Parent, err)
}
