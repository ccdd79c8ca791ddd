package leader

import (
	"errors"

	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Why a term ends, beside client.ErrSessionLost, client.ErrClosed and the cause of a Run's context.
var (
	// ErrSuspended: there is no connection, and the policy, see Policy, is UntilSuspended.
	ErrSuspended = errors.New("leader: no connection")
	// ErrDeleted: somebody else deleted the participant's znode. The participant goes to the end of the queue with a new one.
	ErrDeleted = contend.ErrGone
	// ErrClosed: the Latch was closed. It is also what calls on a closed Latch return.
	ErrClosed = errors.New("leader: closed")
	// ErrReturned: the function of a Selector has returned.
	ErrReturned = errors.New("leader: the function returned")
)

// ErrNotStarted means that a Latch was awaited or observed before Start.
var ErrNotStarted = errors.New("leader: not started")

// ErrStarted means that a Latch was started twice.
var ErrStarted = errors.New("leader: started already")

// errOption marks a bad option.
var errOption = errors.New("bad option")
