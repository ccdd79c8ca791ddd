package group

import "errors"

var (
	// ErrClosed is what a closed Member or View answers.
	ErrClosed = errors.New("group: closed")
	// ErrNotStarted means that a Member or View was used before Start.
	ErrNotStarted = errors.New("group: not started")
	// ErrStarted means that a Member or View was started twice.
	ErrStarted = errors.New("group: started already")
)
