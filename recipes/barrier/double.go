package barrier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/client"
)

// readyName is the znode that says that a double barrier is open.
const readyName = "ready"

// patience is how long a member relies on another to do what the other is about to do.
const patience = 250 * time.Millisecond

// Double lets its members in together, when there are enough of them, and out together, when all have left. It shares its znodes with
// Curator's DistributedDoubleBarrier and with kazoo's DoubleBarrier.
//
// Shape: one ephemeral sequential znode per member, path/<uuid>-<10 digits>, with what WithData says, and path/ready, persistent and empty, while the
// barrier is open. path and its missing ancestors are made as containers, and stay behind as persistent znodes on a server before 3.5.1. Keep
// path for this barrier alone: every other child counts as a member.
//
// What decides is ready, not the count: who finds it is in, however many are there by then, so members that leave early keep no late one
// waiting.
//
// Cost: 2 requests to enter and 2 to leave, with a round trip and one event each, and one request more each for the last, which needs 3 round trips:
// of 8 members 34 requests and 14 events for all to enter and leave. That is at a path that has had no members before; at one that has, 3 requests
// each to enter, and 41 at most for the 8. At a path that does not exist each member that finds it so takes 2 requests more: 50 if all do, at the same
// moment. Who waits to enter for longer than 250 ms watches its own znode: one request and one event more.
//
// Who waits so long to leave looks around, since members that died, and those of other libraries, do not count as having left. It pays 2
// requests, and 2 and an event for every member that it sees going; so a member that dies keeps nobody waiting for longer than its session
// lasts, and one that has died keeps the others for 250 ms.
//
// Suspended: a wait goes on. Lost: Enter fails, and a member's Context ends; the others see it leave. A znode that somebody else deletes is
// made anew while Enter waits; later its member counts as one that left.
//
// ready stays when all members die at once. The first to come removes it if it comes alone; when several come at the same moment, some may pass that
// should have waited. Call Clear after such an accident.
//
// A Double is safe for concurrent use. Two Enter calls are two members.
//
// Source: the double barrier recipe of ZooKeeper's documentation; the znodes as in Curator 5, the waiting as described here.
type Double struct {
	c    *client.Client
	path string
	n    int
	data []byte

	grown atomic.Bool // the folder's numbers say nothing, at the last look
}

// DoubleOption configures a Double.
type DoubleOption func(*Double)

// WithData is what each member's znode holds. It is empty unless set.
func WithData(data []byte) DoubleOption {
	data = slices.Clone(data)
	return func(d *Double) { d.data = data }
}

var errMembers = errors.New("it takes one member at least")

// NewDouble returns the double barrier at path for n members. It does no I/O; the error is zk.ErrInvalidPath for a path that no server
// would take, or says that n is less than 1.
func NewDouble(c *client.Client, path string, n int, opts ...DoubleOption) (*Double, error) {
	err := client.CheckPath(path)
	if err == nil && n < 1 {
		err = errMembers
	}
	if err != nil {
		return nil, fmt.Errorf("barrier: double at %q: %w", path, err)
	}
	d := &Double{c: c, path: path, n: n, data: []byte{}}
	for _, opt := range opts {
		opt(d)
	}
	return d, nil
}

// Enter waits until n members are there, and is one of them. ctx bounds the wait only; a member that is in must Leave.
//
// If ctx ends first, Enter deletes its znode and returns context.Cause(ctx). It waits at most a second for that delete; what
// cannot be confirmed is finished in the background. Others may have been let in meanwhile. Other errors: one that matches client.ErrSessionLost if the
// session ended, client.ErrConnectionLoss if the retry policy gave up, zk.ErrNoAuth, client.ErrClosed. After an error no znode stays.
func (d *Double) Enter(ctx context.Context) (*Member, error) {
	for {
		m, err := d.enter(ctx)
		switch {
		case err == nil:
			return m, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case !errors.Is(err, errAnew):
			return nil, fmt.Errorf("barrier: enter %s: %w", d.path, err)
		}
	}
}

// Clear removes a ready that was left behind when all members died. It must not be called while there may be members. It takes one
// request. Errors are those of Barrier.Remove.
func (d *Double) Clear(ctx context.Context) error {
	if err := d.removeReady(ctx); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("barrier: clear %s: %w", d.path, err)
	}
	return nil
}

func (d *Double) join(name string) string { return client.Join(d.path, name) }
