package lock

import (
	"context"

	"github.com/zookit-go/zookit/client"
)

// SemaphoreMutex is a lock made of a Semaphore with one lease. It shares its znodes with Curator's InterProcessSemaphoreMutex, and that is what it is for: a
// Mutex is cheaper.
//
// Shape: Semaphore's, path/locks and path/leases. A Mutex at the same path does not see it, nor the other way round.
//
// Cost: uncontended 6 requests in 3 round trips for Lock and Unlock together. Behind others 10 requests and 2 events: one
// release wakes the first who waits, and that one lets the next come up to watch the lease.
//
// Suspended, Lost: as with a Semaphore. It is safe for concurrent use. Two Lock calls are two contenders; it is not re-entrant.
//
// Source: Curator's InterProcessSemaphoreMutex.
type SemaphoreMutex struct{ s *Semaphore }

// NewSemaphoreMutex returns the lock at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or an
// option's: kazoo has no such lock, so WithNames(Kazoo) and WithPatterns are refused.
func NewSemaphoreMutex(c *client.Client, path string, opts ...Option) (*SemaphoreMutex, error) {
	s, err := NewSemaphore(c, path, 1, opts...)
	if err != nil {
		return nil, err
	}
	return &SemaphoreMutex{s}, nil
}

// Lock waits for the lock. It is Mutex's Lock in all else: contexts, errors, and what it leaves. The hold's Token is larger than any earlier
// holder's.
func (m *SemaphoreMutex) Lock(ctx context.Context) (*Held, error) { return m.s.Acquire(ctx) }

// TryLock takes the lock if it is free and nobody is before us, and returns ErrNotAcquired otherwise. It does not wait; somebody who
// acquires at the same moment may be reason enough to fail.
func (m *SemaphoreMutex) TryLock(ctx context.Context) (*Held, error) { return m.s.TryAcquire(ctx) }

// Do calls f while it holds the lock. It is Mutex's Do in all else.
func (m *SemaphoreMutex) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, m.Lock, f)
}

// Participants lists who holds the lock and who waits, in order. It is Semaphore's Participants in all else.
func (m *SemaphoreMutex) Participants(ctx context.Context) ([]Participant, error) {
	return m.s.Participants(ctx)
}

func (m *SemaphoreMutex) take(ctx context.Context) (holding, error) { return m.s.take(ctx) }
func (m *SemaphoreMutex) try(ctx context.Context) (holding, error)  { return m.s.try(ctx) }
