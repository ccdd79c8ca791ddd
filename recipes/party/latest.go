package party

import (
	"context"
	"sync"
)

// latest hands the newest value to every listener. Nothing in it blocks.
type latest[T any] struct {
	mu   sync.Mutex // guards what follows
	now  T
	over bool
	subs map[chan T]func() bool
}

// set makes a value the present one. A listener that has not taken the one before gets this one instead.
func (l *latest[T]) set(now T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = now
	for ch := range l.subs {
		select {
		case <-ch:
		default:
		}
		ch <- now // there is room: only set sends, and it holds the lock
	}
}

func (l *latest[T]) get() T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

// listen returns a channel with the present value. It is closed when ctx ends, or all of them end.
func (l *latest[T]) listen(ctx context.Context) <-chan T {
	l.mu.Lock()
	defer l.mu.Unlock()
	ch := make(chan T, 1)
	ch <- l.now
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

// stop ends all listening. What was told and not taken can still be taken.
func (l *latest[T]) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	for ch, cancel := range l.subs {
		cancel()
		close(ch)
	}
	clear(l.subs)
}
