package node

import "errors"

// Why a znode does not stand, beside client.ErrSessionLost and what the server refused.
var (
	// ErrDeleted: somebody else deleted the znode. It is made anew.
	ErrDeleted = errors.New("node: the znode was deleted by another client")
	// ErrClosed: the node was closed. It is also what calls on a closed node return.
	ErrClosed = errors.New("node: closed")
)

var (
	// ErrNotStarted means that a node was waited for, or written, before Start.
	ErrNotStarted = errors.New("node: not started")
	// ErrStarted means that a node was started twice.
	ErrStarted = errors.New("node: started already")
)

// errOption marks a bad option.
var errOption = errors.New("bad option")
