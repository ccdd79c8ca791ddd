package client

import "fmt"

// Outcome is what became of a write.
type Outcome uint8

// The outcomes.
const (
	// NotDone: the write has not been done, and will not be.
	NotDone Outcome = iota
	// Unknown: it was sent, and nobody knows what became of it.
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

// OutcomeOf is the outcome of the write that returned err: Done for nil, Unknown if MayHaveApplied, else NotDone.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Done
	case MayHaveApplied(err):
		return Unknown
	}
	return NotDone
}
