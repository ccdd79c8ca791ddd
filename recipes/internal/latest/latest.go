// Package latest hands the newest of something to channels. Nobody who is slow keeps another waiting: who has not taken what was told before gets
// the newest instead. Package board does the same for loops.
package latest

import (
	"context"
	"sync"
)

// Latest tells of a T; its zero value, at first, of T's. Nothing in it blocks.
type Latest[T any] struct {
	mu   sync.Mutex // guards what follows
	now  T
	over bool
	late bool // whether who listens only now, when it is over, hears what was told last
	subs map[chan T]func() bool
}

// Set makes a value the present one and tells it to every listener. When all is over it does nothing.
func (l *Latest[T]) Set(now T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.set(now)
}

func (l *Latest[T]) set(now T) {
	if l.over {
		return
	}
	l.now = now
	for ch := range l.subs {
		select {
		case <-ch:
		default:
		}
		ch <- now // there is room: only set sends, and it holds the lock
	}
}

// Get is the present value.
func (l *Latest[T]) Get() T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// Listen returns a channel with the present value, and then every newer one. It is closed when ctx ends, or all of them end.
func (l *Latest[T]) Listen(ctx context.Context) <-chan T {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch := make(chan T, 1)
	if !l.over || l.late {
		ch <- l.now
	}
	if l.over {
		close(ch)
		return ch
	}
	if l.subs == nil {
		l.subs = map[chan T]func() bool{}
	}
	l.subs[ch] = context.AfterFunc(ctx, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, ok := l.subs[ch]; ok {
			delete(l.subs, ch)
			close(ch)
		}
	})
	return ch
}

// Stop ends all listening. What was told and not taken can still be taken; who comes later hears nothing.
func (l *Latest[T]) Stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stop()
}

// Finish is Set and Stop in one, and who comes later hears last, too.
func (l *Latest[T]) Finish(last T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = l.late || !l.over
	l.set(last)
	l.stop()
}

func (l *Latest[T]) stop() {
	l.over = true
	for ch, cancel := range l.subs {
		cancel()
		close(ch)
	}
	clear(l.subs)
}
