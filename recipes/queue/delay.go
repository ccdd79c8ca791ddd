package queue

import (
	"context"
	"time"

	"github.com/zookit-go/zookit/client"
)

// Delay is a queue whose items are taken when their time has come, the earlier first: Curator's DistributedDelayQueue, on its znodes. Items
// are named queue-|<hexadecimal epoch milliseconds>|<10 digits>, equal times come in the order in which they were put, and an item without
// a time is due at once. Each consumer goes by its own clock.
//
// Who waits sleeps until the first item is due, or the queue changes. An item that is put back keeps its time, so it is due at once.
// Curator's consumers take the time away, with the same effect.
type Delay[T any] struct{ Queue[T] }

// NewDelay returns the queue at path. It does no I/O; an error means a bad argument.
func NewDelay[T any](c *client.Client, path string, codec Codec[T], opts ...Option) (*Delay[T], error) {
	q, err := newQueue(c, path, delay, codec, opts)
	if err != nil {
		return nil, err
	}
	return &Delay[T]{q}, nil
}

// Put puts an item that is due at a time, in whole milliseconds; a time before 1970 is 1970. It costs, fails and waits as FIFO.Put does.
func (q *Delay[T]) Put(ctx context.Context, at time.Time, v T) (string, error) {
	return q.put(ctx, true, delayPrefix(at), v)
}

// TryPut is Put, but does not wait for room: it returns ErrFull.
func (q *Delay[T]) TryPut(ctx context.Context, at time.Time, v T) (string, error) {
	return q.put(ctx, false, delayPrefix(at), v)
}

// PutAsync begins a Put and does not wait for its answer, only for room. ctx is that of the whole put.
func (q *Delay[T]) PutAsync(ctx context.Context, at time.Time, v T) *Putting {
	return q.begin(ctx, true, delayPrefix(at), v)
}

// PutMany puts one item that holds all the values, due at one time.
func (q *Delay[T]) PutMany(ctx context.Context, at time.Time, values ...T) (string, error) {
	return q.put(ctx, true, delayPrefix(at), values...)
}

// PutAll puts one item for each value, all due at one time, in one transaction: all of them or none. See FIFO.PutAll.
func (q *Delay[T]) PutAll(ctx context.Context, at time.Time, values ...T) ([]string, error) {
	return q.putAll(ctx, delayPrefix(at), values)
}
