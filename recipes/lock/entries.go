package lock

import (
	"context"
	"fmt"
	"sync"
)

// entries is one hold, and how often it is entered. Contexts carry its recipe's value under the recipe.
type entries struct {
	path       string // the lock's
	held       *Held
	key, value any // what contexts carry

	mu sync.Mutex
	n  int
}

func (e *entries) enter() (*ReentrantHeld, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.over(); err != nil {
		return nil, err
	}
	e.n++
	h := &ReentrantHeld{Held: e.held, all: e}
	h.ctx, h.end = context.WithCancelCause(context.WithValue(e.held.Context(), e.key, e.value))
	return h, nil
}

// over says why nobody enters any more, if nobody does.
func (e *entries) over() error {
	if e.held.Context().Err() == nil {
		return nil
	}
	return fmt.Errorf("lock: lock %s again: %w", e.path, context.Cause(e.held.Context()))
}

// leave unlocks when nobody is left.
func (e *entries) leave() error {
	e.mu.Lock()
	e.n--
	last := e.n == 0
	if last {
		e.held.place.End(ErrUnlocked) // nobody enters any more
	}
	e.mu.Unlock()
	if !last {
		return nil
	}
	return e.held.Unlock()
}

// ReentrantHeld is a Reentrant, or a side of a ReentrantRW, that is held, once. It is Held in all but what follows.
type ReentrantHeld struct {
	*Held
	all  *entries
	ctx  context.Context
	end  context.CancelCauseFunc
	once sync.Once
	err  error
}

// Context ends when this entry is unlocked, or with the hold; the causes are Held's. It carries the hold.
func (h *ReentrantHeld) Context() context.Context { return h.ctx }

// With is ctx, until this entry is unlocked or the hold ends, with that cause. It carries the hold.
func (h *ReentrantHeld) With(ctx context.Context) context.Context {
	work, _ := under(ctx, h) // it ends with the hold at the latest
	return work
}

// Reenter enters the hold again, on the same side. It fails, with the cause, if the hold has ended; an entry that was unlocked can still enter as
// long as there is another.
func (h *ReentrantHeld) Reenter() (*ReentrantHeld, error) { return h.all.enter() }

// Unlock ends this entry, and the hold if there is no other; then it is Held's Unlock in all else. It is safe to defer, and to call twice: later
// calls return what the first did.
func (h *ReentrantHeld) Unlock() error {
	h.once.Do(func() {
		h.end(ErrUnlocked)
		h.err = h.all.leave()
	})
	return h.err
}

func (h *ReentrantHeld) carry(ctx context.Context) context.Context {
	return context.WithValue(carrying(ctx, h.Held), h.all.key, h.all.value)
}
