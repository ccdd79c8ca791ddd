package queue

import (
	"context"

	"github.com/zookit-go/zookit/client"
)

// FIFO is a queue whose items are taken in the order in which they were put: Curator's DistributedQueue, on its znodes. Items are
// named queue-<10 digits>.
type FIFO[T any] struct{ Queue[T] }

// NewFIFO returns the queue at path. It does no I/O; an error means a bad argument.
func NewFIFO[T any](c *client.Client, path string, codec Codec[T], opts ...Option) (*FIFO[T], error) {
	q, err := newQueue(c, path, fifo, codec, opts)
	if err != nil {
		return nil, err
	}
	return &FIFO[T]{q}, nil
}

// Put puts an item and returns its path: one request. While a bounded queue is full it waits; ctx bounds all of it.
//
// Errors: the codec's; the cause of ctx; ErrClosed; client.ErrConnectionLoss if the retry policy gave up; zk.ErrNoAuth. A put whose answer was lost is
// repeated only where it can be proved that it was not done. Otherwise the error is one for which client.MayHaveApplied is
// true: the item may be in the queue, or may have been taken already. Put never doubles an item.
func (q *FIFO[T]) Put(ctx context.Context, v T) (string, error) {
	return q.put(ctx, true, itemPrefix, v)
}

// TryPut is Put, but does not wait for room: it returns ErrFull.
func (q *FIFO[T]) TryPut(ctx context.Context, v T) (string, error) {
	return q.put(ctx, false, itemPrefix, v)
}

// PutAsync begins a Put and does not wait for its answer, only for room. Items are put in call order. ctx is that of the whole put.
func (q *FIFO[T]) PutAsync(ctx context.Context, v T) *Putting {
	return q.begin(ctx, true, itemPrefix, v)
}

// PutMany puts one item that holds all the values: Curator's putMulti. They are taken together.
func (q *FIFO[T]) PutMany(ctx context.Context, values ...T) (string, error) {
	return q.put(ctx, true, itemPrefix, values...)
}

// PutAll puts one item for each value, in order, in one transaction: all of them or none. There is a limit of 1024, and the
// server's on the size of a request, a mebibyte.
func (q *FIFO[T]) PutAll(ctx context.Context, values ...T) ([]string, error) {
	return q.putAll(ctx, itemPrefix, values)
}
