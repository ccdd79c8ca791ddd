package lock

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Semaphore is a number of leases, of which each process may hold some. It shares its znodes with Curator's InterProcessSemaphoreV2.
//
// Shape: path/leases has one ephemeral znode per lease, _c_<uuid>-lease-<10 digits>; its data is what WithData says. path/locks is a Mutex
// that is held while a lease is acquired, so that only one process at a time looks at the leases. All children of path/leases count,
// whatever their names. path and its missing ancestors are made as containers, which takes a server of 3.5 or later; make path/locks
// and path/leases yourself for an older one.
//
// Everybody must use the same limit, or the same SharedCount. Lowering a limit takes no lease away.
//
// Cost: uncontended 6 requests in 3 round trips for one lease and its release. For n leases in one call 3n+3 requests. Behind
// others 10 requests and 2 events: one waiter only watches the leases, with one request, and one event and one request when a lease comes or goes (2
// if none is free then); the others wait for path/locks, with 2 requests and one event each. So one release wakes one waiter, which lets one more come
// up to watch.
//
// Suspended: leases go on, since the session may live; a waiter keeps its place. Lost: they end, and Acquire returns an error that
// matches client.ErrSessionLost.
//
// Waiters get their leases in the order in which they came, and one that wants several holds up those behind it. A Semaphore is safe for
// concurrent use. Do not use the path for a Mutex as well: the two do not see each other.
//
// Source: Curator's InterProcessSemaphoreV2, but that several leases are acquired in one turn: two processes that want several each
// cannot hold half of them against each other.
type Semaphore struct {
	path   string
	gate   *Mutex
	leases contend.Queue
	limit  int
	shared *counter.SharedCount // instead of limit
}

// NewSemaphore returns the semaphore at path, with limit leases. It does no I/O; the error is zk.ErrInvalidPath for a path that no
// server would take, one that says that limit is less than 1, or an option's: kazoo's semaphore is another than Curator's, so
// WithNames(Kazoo) and WithPatterns are refused.
func NewSemaphore(c *client.Client, path string, limit int, opts ...Option) (*Semaphore, error) {
	if limit < 1 {
		return nil, fmt.Errorf("lock: semaphore at %q: %d leases", path, limit)
	}
	return newSemaphore(c, path, Semaphore{limit: limit}, opts)
}

// NewSharedSemaphore returns the semaphore at path whose number of leases is what limit says, at every moment: waiters look again when it
// changes. limit must have been started, and stays the caller's to close; calls that wait fail when it is closed or no longer followed.
func NewSharedSemaphore(c *client.Client, path string, limit *counter.SharedCount, opts ...Option) (*Semaphore, error) {
	return newSemaphore(c, path, Semaphore{shared: limit}, opts)
}

func newSemaphore(c *client.Client, path string, s Semaphore, opts []Option) (*Semaphore, error) {
	set, err := settle(opts)
	if err == nil {
		err = set.refuseKazoo()
	}
	if err == nil {
		err = client.CheckPath(path)
	}
	if err != nil {
		return nil, fmt.Errorf("lock: semaphore at %q: %w", path, err)
	}
	s.path = path
	s.gate = &Mutex{set.queue(c, client.Join(path, "locks"))}
	s.gate.q.Revocable = false // a lease is
	s.gate.q.Nested = true
	s.leases = set.queue(c, client.Join(path, "leases"))
	s.leases.Name = "lease-"
	return &s, nil
}

// Acquire waits for a lease, and returns it held: its Unlock gives it back. ctx bounds the wait only. Contexts, errors and what is left
// are as with Mutex's Lock; ErrUnlocked and ErrDeleted are causes here, too. A lease does not guard like a lock: its Token is larger
// than those of earlier leases, but several are good at a time.
func (s *Semaphore) Acquire(ctx context.Context) (*Held, error) {
	held, err := s.AcquireN(ctx, 1)
	if err != nil {
		return nil, err
	}
	return held[0], nil
}

// AcquireN waits for n leases, all or none: after an error those that it had are given back. More than the limit are waited for in vain,
// with everybody behind, until ctx ends or a shared limit is raised.
func (s *Semaphore) AcquireN(ctx context.Context, n int) ([]*Held, error) {
	for {
		gate, err := s.gate.Lock(ctx)
		if err != nil {
			return nil, s.fail("acquire", ctx, err)
		}
		held, err := s.enter(ctx, "acquire", gate, n, true)
		// Somebody deleted our znode in the gate's queue: to its end, as with a Mutex.
		if !errors.Is(err, ErrDeleted) {
			return held, err
		}
	}
}

// TryAcquire takes a lease if one is free and nobody is before us, and returns ErrNotAcquired otherwise. It does not wait; somebody who
// acquires at the same moment may be reason enough to fail.
func (s *Semaphore) TryAcquire(ctx context.Context) (*Held, error) {
	gate, err := s.gate.TryLock(ctx)
	if errors.Is(err, ErrNotAcquired) {
		return nil, err
	}
	if err != nil {
		return nil, s.fail("try", ctx, err)
	}
	held, err := s.enter(ctx, "try", gate, 1, false)
	if err != nil {
		return nil, err
	}
	return held[0], nil
}

// Do calls f while it holds a lease. It is Mutex's Do in all else.
func (s *Semaphore) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, s.Acquire, f)
}

// Participants lists those who have a lease in the order in which they got it, then who waits for one, then those who wait behind that
// one, with the data of the semaphore that they wait with. Who holds is told by the limit that this semaphore goes by: after it was lowered, or
// somebody else goes by another, that may be wrong. Curator lists the leases alone.
//
// It costs two requests and one for each participant, in two round trips. It is Mutex's Participants in all else.
func (s *Semaphore) Participants(ctx context.Context) ([]Participant, error) {
	limit := s.limit
	if s.shared != nil {
		if err := s.shared.Err(); err != nil {
			return nil, s.fail("list", ctx, err)
		}
		limit = int(s.shared.Get().Value)
	}
	all, err := s.participants(ctx, limit)
	if err != nil {
		return nil, s.fail("list", ctx, err)
	}
	return all, nil
}

func (s *Semaphore) participants(ctx context.Context, limit int) ([]Participant, error) {
	leases, queue := s.leases.Members(ctx), s.gate.q.Members(ctx)
	leased, err := leases()
	if err != nil {
		return nil, err
	}
	queued, err := queue()
	if err != nil {
		return nil, err
	}
	if len(queued) > 0 {
		queued = queued[1:] // who is first has made its lease, or is about to
	}
	holders, waiters := read(ctx, s.leases, leased), read(ctx, s.gate.q, queued)
	all, err := holders()
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Holds = i < limit
	}
	rest, err := waiters()
	return append(all, rest...), err
}

func (s *Semaphore) take(ctx context.Context) (holding, error) { return asHolding(s.Acquire(ctx)) }
func (s *Semaphore) try(ctx context.Context) (holding, error)  { return asHolding(s.TryAcquire(ctx)) }

// enter takes leases while the gate is held, and gives that back.
func (s *Semaphore) enter(ctx context.Context, verb string, gate *Held, n int, wait bool) ([]*Held, error) {
	leases, err := s.fill(ctx, gate, n, wait)
	if err != nil {
		for _, lease := range leases {
			_ = lease.Leave() // what could not be deleted now is deleted in the background
		}
		_ = gate.Unlock()
		if errors.Is(err, ErrNotAcquired) {
			return nil, err
		}
		return nil, s.fail(verb, ctx, err)
	}
	// Giving back the gate is not waited for, until a lease is given back: it takes a second at most.
	left := make(chan struct{})
	go func() {
		defer close(left)
		_ = gate.Unlock()
	}()
	held := make([]*Held, n)
	for i, lease := range leases {
		held[i] = &Held{c: s.leases.Client, place: lease, gate: left}
	}
	return held, nil
}

// fill returns the leases that were made, also if it fails.
func (s *Semaphore) fill(ctx context.Context, gate *Held, n int, wait bool) (leases []*contend.Place, _ error) {
	if n < 1 {
		return nil, fmt.Errorf("%d leases", n)
	}
	// A gate that is lost lets another in: then this one is out.
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(gate.Context(), func() { cancel(context.Cause(gate.Context())) })()
	for len(leases) < n {
		lease, err := s.leases.Enter(both)
		if err != nil {
			return leases, err
		}
		if err = s.await(both, lease, wait); errors.Is(err, contend.ErrGone) && both.Err() == nil {
			_ = lease.Leave()
			continue // deleted by somebody else while it waited: a new one
		}
		leases = append(leases, lease)
		if err != nil {
			return leases, err
		}
	}
	for _, lease := range leases {
		if lease.Context().Err() != nil {
			return leases, context.Cause(lease.Context())
		}
	}
	return leases, context.Cause(both)
}

// await waits until there are no more leases than there may be. Enter has looked once.
func (s *Semaphore) await(ctx context.Context, lease *contend.Place, wait bool) error {
	free, _, err := s.free(lease)
	if free || err != nil {
		return err
	}
	if !wait {
		return ErrNotAcquired
	}
	for {
		watch, err := lease.LookW(ctx)
		if err != nil {
			return err
		}
		free, changed, err := s.free(lease)
		if free || err != nil {
			watch.Stop()
			return err
		}
		select {
		case <-watch.Events():
			// Look without a watch first: one that is left behind would tell a holder of every lease that comes after its own.
			if err := lease.Recheck(ctx); err != nil {
				return err
			}
			if free, _, err := s.free(lease); free || err != nil {
				return err
			}
			continue
		case <-changed:
		case <-lease.Context().Done():
			err = context.Cause(lease.Context())
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		watch.Stop()
		if err != nil {
			return err
		}
	}
}

// free tells whether a lease is within the limit, by the last look, and what else may change that.
func (s *Semaphore) free(lease *contend.Place) (bool, <-chan struct{}, error) {
	if s.shared == nil {
		return lease.Total() <= s.limit, nil, nil
	}
	changed := s.shared.Changed()
	if err := s.shared.Err(); err != nil {
		return false, nil, err
	}
	return lease.Total() <= int(s.shared.Get().Value), changed, nil
}

// fail names the semaphore, unless it was the caller's own context that ended.
func (s *Semaphore) fail(verb string, ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("lock: %s semaphore %s: %w", verb, s.path, err)
}
