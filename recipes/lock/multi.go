package lock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Locker is a lock that a Multi can consist of: a Mutex, Reentrant, SemaphoreMutex, Semaphore (one lease of it), RWMutex or ReentrantRW
// (the write side) or what its RLocker gives, and another Multi.
type Locker interface {
	take(ctx context.Context) (holding, error)
	try(ctx context.Context) (holding, error)
}

// Multi is several locks as one: all are held, or none.
//
// It has no znodes of its own. Locks are acquired in the given order and unlocked in reverse. All who take more than one of the same locks
// must do so in the same order, or they wait for each other until a context ends.
//
// Cost: what its locks cost, one after the other.
//
// Suspended, Lost: as with its locks. A hold ends as soon as one of its locks is lost; the others stay held until it is unlocked.
//
// A Multi is safe for concurrent use, as its locks are.
//
// Source: Curator's InterProcessMultiLock, but that a failed lock ends the attempt at once instead of after trying the rest.
type Multi struct{ locks []Locker }

// NewMulti returns the locks as one. It does no I/O; it is an error if there are none.
func NewMulti(locks ...Locker) (*Multi, error) {
	if len(locks) == 0 || slices.Contains(locks, nil) {
		return nil, errors.New("lock: a multi lock of nothing")
	}
	return &Multi{slices.Clone(locks)}, nil
}

// Lock waits for all the locks. ctx bounds the wait for all of them together. If one fails, or one that was acquired already is lost
// meanwhile, those acquired are unlocked and the error is that one's.
func (m *Multi) Lock(ctx context.Context) (*MultiHeld, error) { return m.each(ctx, Locker.take) }

// TryLock takes all the locks if none is held by another, and returns ErrNotAcquired otherwise.
func (m *Multi) TryLock(ctx context.Context) (*MultiHeld, error) { return m.each(ctx, Locker.try) }

// Do calls f while it holds all the locks. It is Mutex's Do in all else.
func (m *Multi) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, m.Lock, f)
}

func (m *Multi) take(ctx context.Context) (holding, error) { return asHolding(m.Lock(ctx)) }
func (m *Multi) try(ctx context.Context) (holding, error)  { return asHolding(m.TryLock(ctx)) }

func (m *Multi) each(ctx context.Context, take func(Locker, context.Context) (holding, error)) (*MultiHeld, error) {
	h := &MultiHeld{}
	h.ctx, h.end = context.WithCancelCause(context.Background())
	for i, lock := range m.locks {
		wait, cancel := under(ctx, h) // those before may be lost while this one is waited for
		part, err := take(lock, wait)
		cancel()
		if err == nil {
			h.add(part)
		}
		if h.ctx.Err() != nil && ctx.Err() == nil { // also if this one was acquired all the same
			err = fmt.Errorf("another was lost: %w", context.Cause(h.ctx))
		}
		if err != nil {
			h.unlock(context.Canceled) // what could not be deleted now is deleted in the background
			return nil, m.fail(ctx, i+1, err)
		}
	}
	return h, nil
}

// fail says which lock it was, unless it was the caller's own context that ended.
func (m *Multi) fail(ctx context.Context, number int, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, ErrNotAcquired) {
		return err
	}
	return fmt.Errorf("lock: multi lock, number %d of %d: %w", number, len(m.locks), err)
}

// MultiHeld is a Multi that is held.
type MultiHeld struct {
	members []holding // in the order in which they were acquired
	stops   []func() bool
	ctx     context.Context
	end     context.CancelCauseFunc
	once    sync.Once
	err     error
}

func (h *MultiHeld) add(part holding) {
	h.members = append(h.members, part)
	h.stops = append(h.stops, context.AfterFunc(part.Context(), func() { h.end(context.Cause(part.Context())) }))
}

// Context ends when the hold does: with ErrUnlocked after Unlock, and with the cause of the first of its locks that is lost.
func (h *MultiHeld) Context() context.Context { return h.ctx }

// Parts are the locks that are held, in their order: for their tokens, guards and paths.
func (h *MultiHeld) Parts() []*Held { return h.parts() }

// Unlock ends the hold: Context ends, then the locks are unlocked in reverse. Each takes a second at most. All are tried; the error joins
// theirs. It is safe to defer, and to call twice: later calls return what the first did.
func (h *MultiHeld) Unlock() error {
	h.unlock(ErrUnlocked)
	return h.err
}

func (h *MultiHeld) unlock(cause error) {
	h.once.Do(func() {
		h.end(cause)
		var errs []error
		for i, part := range slices.Backward(h.members) {
			h.stops[i]()
			errs = append(errs, part.Unlock())
		}
		h.err = errors.Join(errs...)
	})
}

func (h *MultiHeld) parts() []*Held {
	var all []*Held
	for _, part := range h.members {
		all = append(all, part.parts()...)
	}
	return all
}

func (h *MultiHeld) carry(ctx context.Context) context.Context {
	for _, part := range h.members {
		ctx = part.carry(ctx)
	}
	return ctx
}
