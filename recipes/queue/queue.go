package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

// Queue is what all kinds have in common: everything but putting.
//
// Shape: one persistent sequential znode an item under the queue's path, named as the kind says; its data is Curator's framing around what the codec gave. The
// path itself, and the lock path, are persistent znodes without data, under containers; they are made when they are first missed.
//
// Cost: a put is one request, and puts that come while one is under way share the next one, in order. Taking costs one request to list the
// queue for all items that are there, one to read up to 32 items, and one for each call to take what it returns, one or many; with a
// lock path Done is one more, which many at once share. A consumer that waits has one watch on the queue, so a put is one event for each
// waiting process, and none for one that has work. Woken for one item after the other it has each in two round trips: the next item of a FIFO, or of the
// same priority, is known by its name before it is there, and is read, and locked, together with the listing; a wrong guess costs one request,
// and with a lock path two. It watches the lock path only while all that is left is held by others.
//
// With a lock path an item is delivered at least once. It stays in the queue until Done, and its lock goes with the session of a consumer that
// dies. It is delivered twice only if it was taken, and the session ended, or somebody deleted the lock, before Done. Without one it is
// delivered at most once: it has been deleted before it is handed over, and is lost with a process that ends before it is worked on. If the answer to
// that delete is lost, Take returns an *ItemError that matches ErrUnknown and has the data.
//
// Suspended: an item that is held stays so, since the session may live; calls wait for the connection, as the client's retry policy says. Lost:
// items that are held with a lock path are no longer, their contexts end, and others get them; takers wait on in the next session. Puts
// and waits belong to no session.
//
// A Queue is safe for concurrent use. It starts nothing by itself, and has goroutines only while there is something to send. Close it.
//
// Source: Curator's DistributedQueue and its kin.
type Queue[T any] struct {
	e     *engine
	codec Codec[T]
}

func newQueue[T any](c *client.Client, path string, k kind, codec Codec[T], opts []Option) (Queue[T], error) {
	e, err := newEngine(c, path, k, opts)
	if err == nil && codec == nil {
		err = fmt.Errorf("queue: %s at %q: no codec", k.name, path)
	}
	return Queue[T]{e, codec}, err
}

// Path is the queue's znode.
func (q *Queue[T]) Path() string { return q.e.path }

// Take waits for an item and takes it. Settle it: with a lock path it is held until then. Without one it is this caller's alone.
//
// If ctx ends first nothing stays taken; what the server did meanwhile is undone in the background. Errors: the cause of ctx; ErrClosed; an
// *ItemError about one item that cannot be handed over; client.ErrConnectionLoss if the retry policy gave up; zk.ErrNoAuth. After an
// *ItemError the next call goes on with the next item.
func (q *Queue[T]) Take(ctx context.Context) (*Item[T], error) {
	items, err := q.TakeMany(ctx, 1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// maxTake is the most that one call takes.
const maxTake = 256

// TakeMany waits until there is an item, and takes it and those that are there with it, at most so many, and at most 256: one transaction for
// all. If another consumer is faster with one of them, it costs one request more for each. Otherwise it is as Take.
func (q *Queue[T]) TakeMany(ctx context.Context, most int) ([]*Item[T], error) {
	if most < 1 {
		return nil, fmt.Errorf("queue: take from %s: at most %d items", q.e.path, most)
	}
	for {
		holds, err := q.e.take(ctx, min(most, maxTake))
		if err != nil {
			return nil, q.e.fail("take from", ctx, err)
		}
		items := make([]*Item[T], 0, len(holds))
		for _, h := range holds {
			it, err := q.open(h)
			switch {
			case err != nil:
				q.e.note(err)
			case len(it.Values) == 0:
				h.done() // as Curator does
			default:
				items = append(items, it)
			}
		}
		if len(items) > 0 {
			return items, nil
		}
	}
}

// Len is how many children the queue's znode has: items, those that are held with a lock path included. One request.
func (q *Queue[T]) Len(ctx context.Context) (int, error) {
	ok, stat, err := q.e.c.Exists(q.e.path).Do(ctx)
	if err != nil || !ok {
		return 0, q.e.fail("count", ctx, err)
	}
	return int(stat.NumChildren), nil
}

// Flush waits until all puts that began before it have ended, and returns the errors of those that failed.
func (q *Queue[T]) Flush(ctx context.Context) error {
	failures, err := q.e.puts.flush(ctx)
	if err == nil {
		err = failures
	}
	return q.e.fail("flush", ctx, err)
}

// OnPut calls f after each item that was put here, on the goroutine that sends puts: f must not wait for a put. remove ends that.
func (q *Queue[T]) OnPut(f func(Put)) (remove func()) { return q.e.onPut(f) }

// Close ends it. Takes and puts that wait for room return ErrClosed, items that are held are released, and then it waits, until ctx ends,
// for the puts that have begun and for what is being settled. What has no answer by then is given up: the error says so, and
// the items' locks go with the session. No goroutine is left. It may be called twice.
func (q *Queue[T]) Close(ctx context.Context) error {
	err := q.e.close(ctx)
	if err != nil && !errors.Is(err, ErrClosed) {
		return fmt.Errorf("queue: close %s: %w", q.e.path, err)
	}
	return nil
}

// load makes an item of values.
func (q *Queue[T]) load(prefix string, values ...T) (load, error) {
	elements := make([][]byte, len(values))
	for i, v := range values {
		data, err := q.codec.Encode(v)
		if err != nil {
			return load{}, fmt.Errorf("queue: put to %s: %w", q.e.path, err)
		}
		elements[i] = data
	}
	return load{prefix: prefix, data: frame(elements), elements: len(elements)}, nil
}

// put puts one item with values.
func (q *Queue[T]) put(ctx context.Context, wait bool, prefix string, values ...T) (string, error) {
	return q.begin(ctx, wait, prefix, values...).Wait()
}

// begin begins to put one item with values. If the queue is bounded it first waits for room.
func (q *Queue[T]) begin(ctx context.Context, wait bool, prefix string, values ...T) *Putting {
	item, err := q.load(prefix, values...)
	if err == nil {
		err = q.e.fail("put to", ctx, q.e.room.enter(ctx, 1, wait))
	}
	if err != nil {
		return &Putting{e: q.e, err: err}
	}
	return q.e.put(ctx, item)
}

// maxPut is the most that one transaction puts.
const maxPut = 1024

// putAll puts one item for each value, all or none.
func (q *Queue[T]) putAll(ctx context.Context, prefix string, values []T) ([]string, error) {
	if len(values) == 0 {
		return nil, nil
	}
	if len(values) > maxPut {
		return nil, fmt.Errorf("queue: put to %s: %d items in one transaction", q.e.path, len(values))
	}
	items := make([]load, len(values))
	for i, v := range values {
		var err error
		if items[i], err = q.load(prefix, v); err != nil {
			return nil, err
		}
	}
	if err := q.e.room.enter(ctx, len(items), true); err != nil {
		return nil, q.e.fail("put to", ctx, err)
	}
	return q.e.put(ctx, items...).wait()
}
