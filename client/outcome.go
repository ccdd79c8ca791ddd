package client

import (
	"errors"
	"fmt"
)

// Outcome is what became of a write.
type Outcome uint8

// The outcomes.
const (
	// NotDone: the write has not been done, and will not be.
	NotDone Outcome = iota
	// Unknown: it was sent, and nobody knows what became of it. Resolve may find out.
	Unknown
	// Done: it has been done.
	Done
)

// String is the outcome in words.
func (o Outcome) String() string {
	switch o {
	case NotDone:
		return "not done"
	case Unknown:
		return "unknown"
	case Done:
		return "done"
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// OutcomeOf is the outcome of the write that returned err: Done for nil, Unknown if MayHaveApplied, else NotDone. A write of several requests
// (a create with Parents, a delete WithChildren) that is NotDone may have done a part of them: the parents, some children.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Done
	case MayHaveApplied(err):
		return Unknown
	}
	return NotDone
}

// MayHaveApplied tells whether the operation that failed with err may have changed the server all the same: a write was sent, and
// the connection or the context ended before its answer. It is false for every read, for what was never sent, and for an
// operation that the server refused at its first attempt. When an attempt was lost and a later one refused, as with
// zk.ErrNodeExists after a lost create, it is true: the lost one may be the reason. Resolve may find out.
func MayHaveApplied(err error) bool {
	var op *OpError
	return errors.As(err, &op) && op.unknown
}
