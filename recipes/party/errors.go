package party

import "errors"

// Why a membership or a share ends, beside errors that match client.ErrSessionLost and client.ErrClosed.
var (
	// ErrLeft: the member left.
	ErrLeft = errors.New("party: left")
	// ErrDeleted: somebody else deleted the member's znode.
	ErrDeleted = errors.New("party: its znode was deleted by another client")
)

// errID marks an id that cannot be part of a znode's name.
var errID = errors.New("bad id")
