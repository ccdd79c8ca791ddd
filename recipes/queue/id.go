package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// IDs is a FIFO whose items have ids, by which they can be removed: Curator's DistributedIdQueue, on its znodes. Items are named
// queue-|<id>|<10 digits>. In an id each "/" and "|" becomes "_"; ids need not be unique.
type IDs[T any] struct{ Queue[T] }

// ErrNoID means that an item was put without an id.
var ErrNoID = errors.New("queue: an empty id")

// NewIDs returns the queue at path. It does no I/O; an error means a bad argument.
func NewIDs[T any](c *client.Client, path string, codec Codec[T], opts ...Option) (*IDs[T], error) {
	q, err := newQueue(c, path, ids, codec, opts)
	if err != nil {
		return nil, err
	}
	return &IDs[T]{q}, nil
}

// Put puts an item under an id. It costs, fails and waits as FIFO.Put does; an empty id is ErrNoID.
func (q *IDs[T]) Put(ctx context.Context, id string, v T) (string, error) {
	return q.begin(ctx, true, id, v).Wait()
}

// TryPut is Put, but does not wait for room: it returns ErrFull.
func (q *IDs[T]) TryPut(ctx context.Context, id string, v T) (string, error) {
	return q.begin(ctx, false, id, v).Wait()
}

// PutAsync begins a Put and does not wait for its answer, only for room. Items are put in call order. ctx is that of the whole put.
func (q *IDs[T]) PutAsync(ctx context.Context, id string, v T) *Putting {
	return q.begin(ctx, true, id, v)
}

// PutMany puts one item that holds all the values under one id.
func (q *IDs[T]) PutMany(ctx context.Context, id string, values ...T) (string, error) {
	return q.begin(ctx, true, id, values...).Wait()
}

func (q *IDs[T]) begin(ctx context.Context, wait bool, id string, values ...T) *Putting {
	if id == "" {
		return &Putting{e: q.e, err: ErrNoID}
	}
	return q.Queue.begin(ctx, wait, idPrefix(id), values...)
}

// Remove deletes the items with that id and returns how many. With a lock path it leaves those that a consumer holds. It costs one
// request to list the queue and one transaction for each item, all in flight together.
//
// After an error some may have been removed, and are not counted. An item whose delete was not answered counts as removed if it is gone.
func (q *IDs[T]) Remove(ctx context.Context, id string) (int, error) {
	names, _, err := q.e.c.Children(q.e.path).Do(ctx)
	if err != nil && !errors.Is(err, zk.ErrNoNode) {
		return 0, q.e.fail("remove from", ctx, err)
	}
	var found []string
	for _, name := range q.e.kind.sort(names) {
		if of, ok := idOf(name); ok && of == cleanID(id) {
			found = append(found, name)
		}
	}
	sent := make([]*client.Future[[]client.TxnResult], len(found))
	for i, name := range found {
		sent[i] = q.e.c.Txn(q.removal(name)...).Async(ctx)
	}
	removed := 0
	for i, name := range found {
		_, err := sent[i].Wait(ctx)
		ok, err := q.removed(ctx, name, err)
		if err != nil {
			return removed, fmt.Errorf("queue: remove %s: %w", q.e.item(name), err)
		}
		if ok {
			removed++
		}
	}
	return removed, nil
}

// removal deletes one item if nobody holds it: a lock comes and goes with it, as any consumer's would.
func (q *IDs[T]) removal(name string) []client.Op {
	if q.e.lockPath == "" {
		return []client.Op{q.e.c.Delete(q.e.item(name))}
	}
	return []client.Op{
		q.e.c.Delete(q.e.item(name)), q.e.c.Create(q.e.lock(name)).Data(q.e.mark).Ephemeral(), q.e.c.Delete(q.e.lock(name)),
	}
}

// removed decides by how the last attempt ended, with as many more as it takes.
func (q *IDs[T]) removed(ctx context.Context, name string, err error) (bool, error) {
	for doubt := false; ; {
		switch {
		case err == nil:
			return true, nil
		case client.MayHaveApplied(err) && ctx.Err() == nil:
			doubt = true
		case errors.Is(err, zk.ErrNodeExists):
			return false, nil // a consumer's
		case errors.Is(err, zk.ErrNoNode) && index(err) == 0:
			return doubt, nil
		case errors.Is(err, zk.ErrNoNode):
			if err := q.e.makeFolder(ctx, q.e.lockPath); err != nil {
				return false, err
			}
		case ctx.Err() != nil || !client.Retryable(err):
			return false, err
		}
		if err := q.e.c.WaitConnected(ctx); err != nil {
			return false, err
		}
		_, err = q.e.c.Txn(q.removal(name)...).Do(ctx)
		if err != nil && !client.MayHaveApplied(err) && client.Retryable(err) {
			return false, err // the policy gave up
		}
	}
}
