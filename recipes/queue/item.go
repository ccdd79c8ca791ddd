package queue

import (
	"context"
	"fmt"
)

// Item is an item that was taken. Exactly one of Done, Requeue and Release settles it.
type Item[T any] struct {
	// Values are what was put: one, or as many as were put with PutMany.
	Values []T

	hold     *hold
	elements [][]byte
}

// Value is the first of Values.
func (it *Item[T]) Value() T { return it.Values[0] }

// Path is the item's znode.
func (it *Item[T]) Path() string { return it.hold.e.item(it.hold.name) }

// ID is what the item was put with into a queue with ids; "" for others.
func (it *Item[T]) ID() string {
	id, _ := idOf(it.hold.name)
	return id
}

// Context ends when the item is settled or no longer held. Work on it under this context. Its cause says why: ErrSettled, ErrClosed after the queue's
// Close, or one that matches ErrNotHeld: the item's lock was deleted by somebody else (noticed within 250 ms of taking it, and
// at once after that) or, then it also matches client.ErrSessionLost, the session ended. Without a lock path it ends by Close and
// by being settled alone.
func (it *Item[T]) Context() context.Context { return it.hold.ctx }

// Done takes the item off the queue for good. With a lock path that is one transaction, which deletes the item and its lock; many that
// come at once share one. Without one it costs nothing, since the item has been deleted before.
//
// It does not end with ctx, which bounds the waiting alone: the client goes on in the background, as long as the session lasts and the
// queue is not closed. A lost answer is resolved. ErrNotHeld means that the item was not deleted by this call, and others may have it again; only if
// client.MayHaveApplied is true as well, because the session ended before a lost answer was looked up, may it be this call that did it.
func (it *Item[T]) Done(ctx context.Context) error {
	j, first := it.hold.done()
	return it.wait(ctx, "done with", j, first)
}

// Requeue puts the item back, behind those of its priority, time or id, by one transaction: it is never in the queue twice, or not
// at all. Without a lock path it is a put, and an error for which client.MayHaveApplied is true leaves it open whether the item is back.
// Otherwise it is as Done.
func (it *Item[T]) Requeue(ctx context.Context) error {
	j, first := it.hold.requeue(it.hold.data)
	return it.wait(ctx, "requeue", j, first)
}

// Release leaves the item in its place for others, or for the next Take here. Without a lock path it is as Requeue. Otherwise it is as
// Done.
func (it *Item[T]) Release(ctx context.Context) error {
	j, first := it.hold.release()
	return it.wait(ctx, "release", j, first)
}

func (it *Item[T]) wait(ctx context.Context, verb string, j *job, first bool) error {
	if !first {
		return it.hold.before()
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		select {
		case <-j.done:
		default:
			return fmt.Errorf("queue: %s %s: it goes on in the background: %w", verb, it.Path(), context.Cause(ctx))
		}
	}
	if j.err != nil {
		return fmt.Errorf("queue: %s %s: %w", verb, it.Path(), j.err)
	}
	return nil
}

// open reads a hold's values. What cannot be read is taken off the queue, and the error has its data.
func (q *Queue[T]) open(h *hold) (*Item[T], error) {
	it := &Item[T]{hold: h}
	var err error
	it.elements, err = unframe(h.data)
	for i := 0; err == nil && i < len(it.elements); i++ {
		var v T
		v, err = q.codec.Decode(it.elements[i])
		it.Values = append(it.Values, v)
	}
	if err == nil {
		return it, nil
	}
	bad := &ItemError{Path: it.Path(), Data: h.data, Err: fmt.Errorf("%w: %w", ErrBadItem, err)}
	h.done()
	return nil, bad
}
