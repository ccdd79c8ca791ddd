package queue

import (
	"context"

	"github.com/zookit-go/zookit/client"
)

// Priority is a queue whose items have priorities, the smaller number first, negative ones before 0: Curator's DistributedPriorityQueue, on
// its znodes. Items are named queue-<0 for negative, else 1><8 hexadecimal digits><10 digits>; equals come in the order in which they were
// put. WithRefresh says how soon a more urgent item overtakes.
//
// An item that is put back keeps its priority. Curator's consumers take it away: what they put back, which is named queue-<10 digits>, comes
// before everything else.
type Priority[T any] struct{ Queue[T] }

// NewPriority returns the queue at path. It does no I/O; an error means a bad argument.
func NewPriority[T any](c *client.Client, path string, codec Codec[T], opts ...Option) (*Priority[T], error) {
	q, err := newQueue(c, path, priority, codec, opts)
	if err != nil {
		return nil, err
	}
	return &Priority[T]{q}, nil
}

// Put puts an item with a priority. It costs, fails and waits as FIFO.Put does.
func (q *Priority[T]) Put(ctx context.Context, priority int32, v T) (string, error) {
	return q.put(ctx, true, priorityPrefix(priority), v)
}

// TryPut is Put, but does not wait for room: it returns ErrFull.
func (q *Priority[T]) TryPut(ctx context.Context, priority int32, v T) (string, error) {
	return q.put(ctx, false, priorityPrefix(priority), v)
}

// PutAsync begins a Put and does not wait for its answer, only for room. ctx is that of the whole put.
func (q *Priority[T]) PutAsync(ctx context.Context, priority int32, v T) *Putting {
	return q.begin(ctx, true, priorityPrefix(priority), v)
}

// PutMany puts one item that holds all the values with one priority.
func (q *Priority[T]) PutMany(ctx context.Context, priority int32, values ...T) (string, error) {
	return q.put(ctx, true, priorityPrefix(priority), values...)
}

// PutAll puts one item for each value, all with one priority, in one transaction: all of them or none. See FIFO.PutAll.
func (q *Priority[T]) PutAll(ctx context.Context, priority int32, values ...T) ([]string, error) {
	return q.putAll(ctx, priorityPrefix(priority), values)
}
