package queue

import (
	"context"
	"errors"
	"fmt"
)

// ErrSimpleEmpty is what Element and Remove answer when there is no item.
var ErrSimpleEmpty = errors.New("the queue is empty")

// SimpleDoubtError means that the answer to a delete was lost and the items are gone: this call took them, or another taker did. Who would
// rather have an item twice than not at all takes Items; who would rather lose it does not. It matches ErrUnknown, and
// errors.Is finds the connection's error beneath.
type SimpleDoubtError struct {
	Paths []string // the items' znodes
	Items [][]byte // what they held, in order
	Err   error    // how the answer was lost
}

// Error implements error.
func (e *SimpleDoubtError) Error() string {
	return fmt.Sprintf("%d items from %s on were taken, here or by another: %v", len(e.Items), e.Paths[0], e.Err)
}

// Unwrap returns ErrUnknown and Err.
func (e *SimpleDoubtError) Unwrap() []error { return []error{ErrUnknown, e.Err} }

// fail names the queue, unless it was the caller's own context that ended and nothing more is to be said.
func (q *simpleCore) fail(ctx context.Context, verb string, err error) error {
	var doubt *SimpleDoubtError
	switch {
	case errors.As(err, &doubt), simpleUnsure(err):
	case q.life.Err() != nil:
		return ErrClosed
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fmt.Errorf("queue: %s %s: %w", verb, q.path, err)
}
