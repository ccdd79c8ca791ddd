package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/zookit-go/zookit/client"
)

// ConsumeOption configures one Consume.
type ConsumeOption func(*consuming)

type consuming struct {
	workers int
	ahead   int
	failed  func(error)
	pause   [2]time.Duration // after a failure: the first, and the longest
}

// Workers is how many values are worked on at once; 1 unless set.
func Workers(n int) ConsumeOption { return func(c *consuming) { c.workers = n } }

// MostAhead bounds how many items Consume takes at once, before it knows when it will come to them; 128 unless set, 256 at most.
// Without a lock path these are the items that a process that dies has lost, so there 1 is the careful choice.
func MostAhead(n int) ConsumeOption { return func(c *consuming) { c.ahead = n } }

// PauseAfterFailure makes a worker wait when its function has failed, so that an item that fails whenever it comes, or all of them while something else is out of
// order, do not come again as fast as the server can put them back: first so long, then twice as long with each failure that follows, at most
// so long, and from the beginning after a success. The item is put back at the end of the pause; until then it stays locked. There is no pause unless
// this is set.
func PauseAfterFailure(first, most time.Duration) ConsumeOption {
	return func(c *consuming) { c.pause = [2]time.Duration{first, most} }
}

// OnError is told, one error at a time, of what Consume goes on after: what its function returned, wrapped in a *WorkError; an *ItemError; an
// item that was no longer held when it was done.
func OnError(f func(error)) ConsumeOption { return func(c *consuming) { c.failed = f } }

// WorkError is an error of the function that Consume calls.
type WorkError struct {
	Path string // the item's znode
	Err  error
}

// Error implements error.
func (e *WorkError) Error() string { return fmt.Sprintf("queue: working on %s: %v", e.Path, e.Err) }

// Unwrap returns Err.
func (e *WorkError) Unwrap() error { return e.Err }

const (
	// enough is how much work Consume takes at once: as much as the last items took so long for.
	enough = 5 * time.Millisecond
	// maxSettling is how many items may be waiting for their last transaction before more are taken.
	maxSettling = 2 * maxTake
)

// Consume takes items and calls f with each value, in order unless there are several Workers, until ctx ends; then it waits for the calls of f,
// releases what it has taken ahead, and returns the cause of ctx. f's context ends with ctx, and when its item is no longer held.
//
// An item is done when f has returned nil for all its values; that takes a transaction that other items share, and Consume does not wait for it
// before it goes on. When f returns an error the item is put back, with that value and those behind it but not those for which f has returned
// nil, and Consume goes on with the next item; PauseAfterFailure is for items that fail again and again. With WithErrorMode(Drop), or without a lock path, the value is lost and Consume goes on with the next.
//
// Consume takes as many items at once as the last ones took 5 ms for, so that quick work has few requests an item, and slow work leaves items to
// others. It goes on after a lost connection, and in the next session after a lost one. It ends with an error if the queue was closed
// (ErrClosed) or the server refuses what it needs, such as with zk.ErrNoAuth.
func (q *Queue[T]) Consume(ctx context.Context, f func(ctx context.Context, v T) error, opts ...ConsumeOption) error {
	c := consuming{workers: 1, ahead: 128, failed: func(error) {}}
	for _, opt := range opts {
		opt(&c)
	}
	if c.workers < 1 || c.ahead < 1 || c.ahead > maxTake {
		return fmt.Errorf("queue: consume %s: %d workers, %d items ahead", q.e.path, c.workers, c.ahead)
	}
	if c.pause[0] < 0 || c.pause[1] < c.pause[0] {
		return fmt.Errorf("queue: consume %s: a pause of %v, at most %v", q.e.path, c.pause[0], c.pause[1])
	}
	loop := &consumer[T]{q: q, consuming: c, f: f, work: make(chan *Item[T])}
	var workers sync.WaitGroup
	for range c.workers {
		workers.Go(func() { loop.serve(ctx) })
	}
	err := loop.run(ctx)
	close(loop.work)
	workers.Wait()
	loop.settling.Wait()
	return err
}

type consumer[T any] struct {
	consuming
	q    *Queue[T]
	f    func(ctx context.Context, v T) error
	work chan *Item[T]

	settling sync.WaitGroup // items whose last transaction is under way
	mu       sync.Mutex     // held while failed is called
}

// run takes items and gives them to the workers.
func (c *consumer[T]) run(ctx context.Context) error {
	for n := 1; ; {
		items, err := c.q.TakeMany(ctx, n)
		if err != nil {
			var about *ItemError
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case errors.As(err, &about):
				c.tell(err)
			case client.Retryable(err):
				if err := c.q.e.c.WaitConnected(ctx); err != nil {
					return c.q.e.fail("consume", ctx, err)
				}
			default:
				return err
			}
			continue
		}
		began := time.Now()
		c.hand(ctx, items)
		n = next(n, len(items), c.ahead, time.Since(began))
		if c.q.e.settles.pending() > maxSettling {
			_, _ = c.q.e.settles.flush(ctx) // each item's error is told
		}
	}
}

// next is how many items to take next, after so many took so long.
func next(n, took, most int, d time.Duration) int {
	switch {
	case d < enough && took == n:
		return min(2*n, most)
	case d > 2*enough:
		return max(1, n/2)
	}
	return n
}

// hand gives items to the workers, and back what they do not come to any more.
func (c *consumer[T]) hand(ctx context.Context, items []*Item[T]) {
	for i, it := range items {
		select {
		case c.work <- it:
		case <-ctx.Done():
			for _, it := range items[i:] {
				j, _ := it.hold.release()
				c.settle(it, j)
			}
			return
		}
	}
}

func (c *consumer[T]) serve(ctx context.Context) {
	pause := c.pause[0]
	for it := range c.work {
		if err := it.hold.lost(); err != nil {
			continue // while it waited; it comes again
		}
		if ctx.Err() != nil {
			j, _ := it.hold.release()
			c.settle(it, j)
			continue
		}
		if c.workOn(ctx, it, pause) {
			pause = c.pause[0]
		} else {
			pause = min(2*pause, c.pause[1])
		}
	}
}

// workOn works on an item, and waits before it puts it back. It tells whether all went well.
func (c *consumer[T]) workOn(ctx context.Context, it *Item[T], pause time.Duration) (ok bool) {
	within, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(it.Context(), func() { cancel(context.Cause(it.Context())) })()
	ok = true
	for i, v := range it.Values {
		err := c.f(within, v)
		if err == nil {
			continue
		}
		c.tell(&WorkError{Path: it.Path(), Err: err})
		if ok && pause > 0 {
			wait(within, pause)
		}
		ok = false
		if c.q.e.lockPath != "" && c.q.e.mode == Requeue {
			j, _ := it.hold.requeue(frame(it.elements[i:]))
			c.settle(it, j)
			return ok
		}
	}
	j, _ := it.hold.done()
	c.settle(it, j)
	return ok
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// settle tells how an item's last transaction ends.
func (c *consumer[T]) settle(it *Item[T], j *job) {
	c.settling.Go(func() {
		if <-j.done; j.err != nil && !errors.Is(j.err, ErrSettled) {
			c.tell(fmt.Errorf("queue: done with %s: %w", it.Path(), j.err))
		}
	})
}

func (c *consumer[T]) tell(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed(err)
}
