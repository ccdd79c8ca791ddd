package leader

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Term is the time that a participant leads.
type Term struct {
	c     *client.Client
	path  string
	epoch int64
	ctx   context.Context
	end   context.CancelCauseFunc
}

func newTerm(c *client.Client, place *contend.Place) *Term {
	t := &Term{c: c, path: place.Path(), epoch: place.Czxid()}
	t.ctx, t.end = context.WithCancelCause(place.Context())
	return t
}

// Context ends with the term. Lead under it. Its cause says why: ErrSuspended, ErrDeleted (noticed within 250 ms of joining, and at once
// after that, as long as there is a connection), ErrClosed, ErrReturned, the cause of a Run's context, or one that matches client.ErrSessionLost or
// client.ErrClosed.
func (t *Term) Context() context.Context { return t.ctx }

// Epoch is a fencing token: no later leader's is smaller, and another participant's is larger. It is the transaction id that made the
// participant's znode (czxid), so a term that goes on after a suspension has the same one.
func (t *Term) Epoch() int64 { return t.epoch }

// Path is the participant's znode.
func (t *Term) Path() string { return t.path }

// Guard is an operation for client.Txn that lets the transaction pass only while the participant's znode stands, which is as long as
// nobody else can lead. The transaction fails with zk.ErrNoNode otherwise.
func (t *Term) Guard() client.Op { return t.c.Check(t.path) }

// Publish writes data to the znode at path, which anybody can read and watch, in one transaction with Guard: what a former leader
// says too late is refused. The znode is persistent and is made, open to the world, if it is missing; its parent must be there. It must not lie below the
// election's own path.
//
// Readers tell a leader's data from a former one's by the numbers: the data is of the present term, or of an earlier one with the same
// Epoch, if the Mzxid of its Stat is larger than the Epoch that Observer tells.
//
// It costs one request, and two if the znode is missing. A transaction whose answer was lost is not repeated: client.MayHaveApplied is then true, and
// publishing again is safe. Other errors: the cause of the term's end, zk.ErrNoNode (the term is over, or there is no parent), zk.ErrNoAuth.
func (t *Term) Publish(ctx context.Context, path string, data []byte) error {
	err := t.publish(ctx, t.c.Set(path).Data(data))
	if errors.Is(err, zk.ErrNoNode) && t.ctx.Err() == nil {
		err = t.publish(ctx, t.c.Create(path).Data(data))
		if errors.Is(err, zk.ErrNodeExists) { // somebody made it meanwhile
			err = t.publish(ctx, t.c.Set(path).Data(data))
		}
	}
	if err != nil {
		return fmt.Errorf("leader: publish at %s: %w", path, err)
	}
	return nil
}

func (t *Term) publish(ctx context.Context, write client.Op) error {
	if t.ctx.Err() != nil {
		return context.Cause(t.ctx)
	}
	_, err := t.c.Txn(t.Guard(), write).Do(ctx)
	return err
}

type termKey struct{}

// FromContext is the term under which a Selector called its function, or nil for a context that does not come from one.
func FromContext(ctx context.Context) *Term {
	t, _ := ctx.Value(termKey{}).(*Term)
	return t
}
