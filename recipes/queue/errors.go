package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

var (
	// ErrFull means that TryPut found the queue full.
	ErrFull = errors.New("queue: full")

	// ErrClosed is what a closed queue answers, and the cause with which the contexts of its items end.
	ErrClosed = errors.New("queue: closed")

	// ErrSettled is the cause with which an item's context ends when it is done, put back or released, and what a second call of these returns.
	ErrSettled = errors.New("queue: the item is settled")

	// ErrNotHeld means that the item is no longer this consumer's: its lock or the item itself was deleted by somebody else, or the session
	// ended. Another consumer may have it, or have had it.
	ErrNotHeld = errors.New("queue: the item is no longer held")

	// ErrBadItem means that an item's data could not be read: its framing, or a value by the codec. The item has been taken off the queue.
	ErrBadItem = errors.New("queue: bad item")

	// ErrUnknown means that the answer to a delete was lost, without a lock path, and that the item is gone: this consumer has taken
	// it, or another has.
	ErrUnknown = errors.New("queue: whether the item was taken is unknown")
)

// ItemError is about one item that does not come as a value: it matches ErrBadItem or ErrUnknown.
type ItemError struct {
	Path string // the item's znode, which is gone
	Data []byte // what it held, framing and all; nil if that was not read
	Err  error
}

// Error implements error.
func (e *ItemError) Error() string { return fmt.Sprintf("%s: %v", e.Path, e.Err) }

// Unwrap returns Err.
func (e *ItemError) Unwrap() error { return e.Err }

// fail names the queue, unless it was the caller's own context that ended, or the queue was closed.
func (e *engine) fail(verb string, ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, ErrClosed), errors.Is(err, ErrFull):
		return err
	case ctx.Err() != nil && !client.MayHaveApplied(err):
		return context.Cause(ctx)
	}
	return fmt.Errorf("queue: %s %s: %w", verb, e.path, err)
}
