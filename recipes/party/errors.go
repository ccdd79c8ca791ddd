package party

import "errors"

// Why a membership or a share ends, beside errors that match client.ErrSessionLost and client.ErrClosed.
var (
	// ErrLeft: the member left.
	ErrLeft = errors.New("party: left")
	// ErrDeleted: somebody else deleted the member's znode.
	ErrDeleted = errors.New("party: its znode was deleted by another client")
	// ErrChanged: members came or went, so the items are divided anew.
	ErrChanged = errors.New("party: members came or went")
	// ErrReleased: the share was given back.
	ErrReleased = errors.New("party: share released")
	// ErrClosed: the Partitioner was closed. It is also what calls on a closed one return.
	ErrClosed = errors.New("party: closed")
)

// What else calls on a Partitioner fail with.
var (
	// ErrSlow means that a share was not given back within the time of WithMaxReaction.
	ErrSlow = errors.New("party: share not released in time")
	// ErrNotStarted means that a Partitioner was asked for a share before Start.
	ErrNotStarted = errors.New("party: not started")
	// ErrStarted means that a Partitioner was started twice.
	ErrStarted = errors.New("party: started already")
)

var (
	// errID marks an id that cannot be part of a znode's name.
	errID = errors.New("bad id")
	// errItem marks an item that cannot be a znode's name, or comes twice.
	errItem = errors.New("bad item")
	// errOption marks a bad option.
	errOption = errors.New("bad option")
)
