// Package board shows the newest of something to who looks, and wakes who waits for the next. Nobody who is slow keeps another waiting: who
// comes late sees the newest, not what was between.
package board

import (
	"context"
	"iter"
	"sync"
)

// Board shows a T. Nothing in it blocks but Await and Follow.
type Board[T any] struct {
	mu   sync.Mutex // guards what follows
	now  T
	over error         // why nothing is posted any more
	next chan struct{} // closed and made anew with each change
}

// New is a board that shows now.
func New[T any](now T) *Board[T] {
	return &Board[T]{now: now, next: make(chan struct{})}
}

// Post makes of what is shown what change makes of it, in one step.
func (b *Board[T]) Post(change func(T) T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over == nil {
		b.now = change(b.now)
		b.turn()
	}
}

// Close ends it: what is shown stays, and who waits hears err.
func (b *Board[T]) Close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over == nil {
		b.over = err
		b.turn()
	}
}

func (b *Board[T]) turn() {
	close(b.next)
	b.next = make(chan struct{})
}

// Look is what is shown, a channel that is closed when that may no longer be so, and why the board is closed.
func (b *Board[T]) Look() (now T, next <-chan struct{}, over error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now, b.next, b.over
}

// Await waits until ok says that what is shown will do, or why waiting is in vain. It fails with the cause of ctx, or why the board was closed.
func (b *Board[T]) Await(ctx context.Context, ok func(T) (bool, error)) (T, error) {
	for {
		now, next, over := b.Look()
		good, err := ok(now)
		switch {
		case good || err != nil:
			return now, err
		case over != nil:
			return now, over
		}
		select {
		case <-next:
		case <-ctx.Done():
			return now, context.Cause(ctx)
		}
	}
}

// Follow yields what is shown, and then each newer one that differs from the one that was yielded before, with a nil error. Its end is one error: the
// cause of ctx, or why the board was closed.
func (b *Board[T]) Follow(ctx context.Context, differ func(told, now T) bool) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var told T
		for first := true; ; {
			now, next, over := b.Look()
			switch {
			case ctx.Err() != nil:
				yield(now, context.Cause(ctx))
				return
			case over != nil:
				yield(now, over)
				return
			case first || differ(told, now):
				first, told = false, now
				if !yield(now, nil) {
					return
				}
				continue
			}
			select {
			case <-next:
			case <-ctx.Done():
			}
		}
	}
}
