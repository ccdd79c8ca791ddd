package lock

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// ErrUpgrade means that who holds a ReentrantRW's read side alone asked for its write side: it would wait for itself.
var ErrUpgrade = errors.New("lock: a reader cannot become a writer")

// ReentrantRW is a RWMutex whose holders can lock again the side that they hold, and whose writer can take the read side as well. Who the holder is
// the context says, as with Reentrant: a context of a hold on either side carries both. It shares its znodes with RWMutex, where the shape stands, and with
// Curator's InterProcessReadWriteLock, whose holder is a thread.
//
// A writer that reads has a second znode, with the number of its first. The sides are unlocked on their own, in any order: who takes the read side and
// then unlocks the write side has downgraded, and nobody wrote in between. The other way there is none: a reader that asks to write gets ErrUpgrade
// at once, where Curator waits until a timeout. A context that carries a hold and is handed to several goroutines lets all of them in.
//
// Cost: RWMutex's for the first Lock or RLock and the last Unlock. Entering again costs no request; the writer's first RLock is 2 requests in one round
// trip, and the last Unlock of that side one.
//
// Suspended, Lost: as with a RWMutex. Either side ends when its own znode is lost: a writer whose write hold ended goes on reading as long as its read hold
// does.
//
// A ReentrantRW is safe for concurrent use. Two at one path are two, that exclude each other.
//
// Source: Curator's InterProcessReadWriteLock, from 5.5 on.
type ReentrantRW struct{ m *RWMutex }

// NewReentrantRW returns the lock at path. It does no I/O; the errors are NewRWMutex's.
func NewReentrantRW(c *client.Client, path string, opts ...Option) (*ReentrantRW, error) {
	m, err := NewRWMutex(c, path, opts...)
	if err != nil {
		return nil, err
	}
	return &ReentrantRW{m}, nil
}

// Lock enters the write hold that ctx carries, or waits for the write lock; then it is Mutex's Lock in all else. It fails if ctx has ended; with the cause,
// if the holds that ctx carries have; and with ErrUpgrade if ctx carries a read hold alone.
func (r *ReentrantRW) Lock(ctx context.Context) (*ReentrantHeld, error) {
	return r.writer(ctx, r.m.Lock)
}

// TryLock enters the write hold that ctx carries, or takes the write lock if nobody holds either side or waits, and returns ErrNotAcquired otherwise.
// Other errors are those of Lock.
func (r *ReentrantRW) TryLock(ctx context.Context) (*ReentrantHeld, error) {
	return r.writer(ctx, r.m.TryLock)
}

// RLock enters the read hold that ctx carries; or takes the read side beside the write hold that ctx carries; or waits for a read lock. It is Mutex's
// Lock in all else. It fails if ctx has ended, and, with the cause, if the holds that ctx carries have.
//
// What a writer reads under has the write hold's Token, and a Path of its own.
func (r *ReentrantRW) RLock(ctx context.Context) (*ReentrantHeld, error) {
	return r.reader(ctx, r.m.RLock)
}

// TryRLock is RLock, but that it takes a read lock only if no writer but the one that ctx carries holds or waits, and returns ErrNotAcquired otherwise.
func (r *ReentrantRW) TryRLock(ctx context.Context) (*ReentrantHeld, error) {
	return r.reader(ctx, r.m.TryRLock)
}

// Do calls f while it holds the write lock, with a context that carries the hold. It is Mutex's Do in all else.
func (r *ReentrantRW) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, r.Lock, f)
}

// RDo calls f while it holds a read lock, with a context that carries the hold. It is Mutex's Do in all else.
func (r *ReentrantRW) RDo(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, r.RLock, f)
}

// RLocker is the read side, for a Multi. The ReentrantRW itself is its write side there.
func (r *ReentrantRW) RLocker() Locker { return readSide{r} }

// Participants is RWMutex's Participants. Who has entered a side more than once is one participant; a writer that reads is two.
func (r *ReentrantRW) Participants(ctx context.Context) ([]Participant, error) {
	return r.m.Participants(ctx)
}

func (r *ReentrantRW) take(ctx context.Context) (holding, error) { return asHolding(r.Lock(ctx)) }
func (r *ReentrantRW) try(ctx context.Context) (holding, error)  { return asHolding(r.TryLock(ctx)) }

// readSide is a ReentrantRW's in a Multi.
type readSide struct{ r *ReentrantRW }

func (s readSide) take(ctx context.Context) (holding, error) { return asHolding(s.r.RLock(ctx)) }
func (s readSide) try(ctx context.Context) (holding, error)  { return asHolding(s.r.TryRLock(ctx)) }

func (r *ReentrantRW) writer(ctx context.Context, take func(context.Context) (*WriteHeld, error)) (*ReentrantHeld, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if carried, _ := ctx.Value(r).(*sides); carried != nil {
		return carried.lock(ctx)
	}
	writer, err := take(ctx)
	if err != nil {
		return nil, err
	}
	s := r.sides()
	s.writer, s.write = writer, s.entries(writer.Held)
	return s.write.enter()
}

func (r *ReentrantRW) reader(ctx context.Context, take func(context.Context) (*Held, error)) (*ReentrantHeld, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if carried, _ := ctx.Value(r).(*sides); carried != nil {
		return carried.rlock(ctx)
	}
	held, err := take(ctx)
	if err != nil {
		return nil, err
	}
	s := r.sides()
	s.read = s.entries(held)
	return s.read.enter()
}

// sides is what one holder holds. Contexts carry it under its ReentrantRW.
type sides struct {
	r      *ReentrantRW
	writer *WriteHeld // nil for one that began as a reader
	write  *entries   // of writer

	turn chan struct{} // is full while somebody looks at read, or takes that side
	read *entries      // nil, or over, if nobody reads; a writer may begin anew
}

func (r *ReentrantRW) sides() *sides { return &sides{r: r, turn: make(chan struct{}, 1)} }

func (s *sides) entries(held *Held) *entries {
	return &entries{path: s.r.m.write.q.Parent, held: held, key: s.r, value: s}
}

// await waits for the turn, and returns what ends it.
func (s *sides) await(ctx context.Context) (func(), error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (s *sides) lock(ctx context.Context) (*ReentrantHeld, error) {
	if s.write != nil && !errors.Is(s.write.over(), ErrUnlocked) {
		return s.write.enter()
	}
	end, err := s.await(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	switch {
	case s.read != nil && s.read.over() == nil:
		return nil, fmt.Errorf("lock: lock %s: %w", s.r.m.write.q.Parent, ErrUpgrade)
	case s.write != nil:
		return nil, s.write.over()
	}
	return nil, s.read.over()
}

func (s *sides) rlock(ctx context.Context) (*ReentrantHeld, error) {
	end, err := s.await(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	if s.read != nil {
		held, err := s.read.enter()
		if err == nil || s.write == nil || s.write.over() != nil {
			return held, err
		}
	}
	held, err := s.writer.join(ctx, "lock")
	if err != nil {
		return nil, err
	}
	s.read = s.entries(held)
	return s.read.enter()
}
