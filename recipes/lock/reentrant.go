package lock

import (
	"context"

	"github.com/zookit-go/zookit/client"
)

// Reentrant is a Mutex that its holder can lock again. Who the holder is the context says, since goroutines have no identity: a context of a
// hold (its Context or With, or what Do gives) carries it, and a Lock with such a context enters the same hold, at once. Who has the hold
// itself can enter it by Reenter. All others wait.
//
// It shares its znodes, and a queue, with Curator's InterProcessMutex, whose holder is a thread, and with Mutex; see there for the shape, what
// the first Lock and the last Unlock cost, and what happens when the session is Suspended or Lost. Entering again costs no request.
//
// A context that carries a hold and is handed to several goroutines lets all of them in: they hold the lock together.
//
// A Reentrant is safe for concurrent use. Two Reentrants at one path are two, that exclude each other.
//
// Source: Curator's InterProcessMutex.
type Reentrant struct{ m *Mutex }

// NewReentrant returns the lock at path. It does no I/O; the errors are NewMutex's.
func NewReentrant(c *client.Client, path string, opts ...Option) (*Reentrant, error) {
	m, err := NewMutex(c, path, opts...)
	if err != nil {
		return nil, err
	}
	return &Reentrant{m}, nil
}

// Lock enters the hold that ctx carries, or waits for the lock; then it is Mutex's Lock in all else. It fails if ctx has ended, and, with the cause, if
// the hold that ctx carries has: it does not silently become another.
func (r *Reentrant) Lock(ctx context.Context) (*ReentrantHeld, error) { return r.enter(ctx, r.m.Lock) }

// TryLock enters the hold that ctx carries, or takes the lock if nobody holds it or waits for it, and returns ErrNotAcquired otherwise.
// Other errors are those of Lock.
func (r *Reentrant) TryLock(ctx context.Context) (*ReentrantHeld, error) {
	return r.enter(ctx, r.m.TryLock)
}

// Do calls f while it holds the lock, with a context that carries the hold. It is Mutex's Do in all else.
func (r *Reentrant) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, r.Lock, f)
}

// Participants is Mutex's Participants. Who has entered more than once is one participant.
func (r *Reentrant) Participants(ctx context.Context) ([]Participant, error) {
	return r.m.Participants(ctx)
}

func (r *Reentrant) take(ctx context.Context) (holding, error) { return asHolding(r.Lock(ctx)) }
func (r *Reentrant) try(ctx context.Context) (holding, error)  { return asHolding(r.TryLock(ctx)) }

func (r *Reentrant) enter(ctx context.Context, take func(context.Context) (*Held, error)) (*ReentrantHeld, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if carried, _ := ctx.Value(r).(*entries); carried != nil {
		return carried.enter()
	}
	hold, err := take(ctx)
	if err != nil {
		return nil, err
	}
	all := &entries{path: r.m.q.Parent, held: hold, key: r}
	all.value = all
	return all.enter()
}
