package queue

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// simpleSent is a delete that was sent.
type simpleSent struct {
	items  []simpleItem
	slot   *simpleSlot
	future *client.Future[[]client.TxnResult]

	decided chan struct{} // closed when its fate is known, or given up
	failed  bool          // what was known of the queue is of no use; valid when decided
}

// state tells, without waiting, whether the fate is known and whether what was known of the queue no longer holds.
func (s *simpleSent) state() (over, failed bool) {
	select {
	case <-s.decided:
		return true, s.failed
	default:
	}
	select {
	case <-s.future.Done():
		_, err := s.future.Wait(context.Background()) // is there
		return false, client.Retryable(err)
	default:
		return false, false
	}
}

// undoubted waits until the fate of every delete is known. The caller has the turn.
func (q *simpleCore) undoubted(ctx context.Context) error {
	for _, s := range q.sent {
		select {
		case <-s.decided:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	q.sent = nil
	return nil
}

// send sends the delete of the first items. The caller has the turn, and calls decide.
func (q *simpleCore) send(ctx context.Context, items []simpleItem) (*simpleSent, error) {
	slot, err := q.slot(ctx)
	if err != nil {
		return nil, err
	}
	ops := make([]client.Op, len(items), len(items)+1)
	for i, item := range items {
		ops[i] = q.c.Delete(q.join(item.name)).Version(item.version)
	}
	if slot != nil {
		ops = append(ops, slot.op(q.c))
	}
	s := &simpleSent{items: items, slot: slot, decided: make(chan struct{})}
	// A delete that was begun is ended: its context is not the caller's.
	s.future = q.c.Txn(ops...).Async(context.WithoutCancel(ctx))
	q.look.items = q.look.items[len(items):]
	q.sent = append(q.sent, s)
	return s, nil
}

// errSimpleAgain means that nothing was taken, and that another attempt may take something.
var errSimpleAgain = errors.New("others were faster")

// decide finds out what became of a delete: nil, errSimpleAgain, a *SimpleDoubtError or the error that ends the call.
func (q *simpleCore) decide(ctx context.Context, s *simpleSent) error {
	defer close(s.decided)
	grace, release := simpleGrace(ctx)
	defer release()
	_, err := s.future.Wait(grace)
	switch {
	case err == nil:
		q.slots.done(q.c, s.slot)
		return nil
	case !simpleUnsure(err):
		return q.refused(s, err)
	}
	s.failed = true
	done, err := q.resolve(grace, s.slot, err)
	switch {
	case err == nil && done:
		return nil
	case err == nil:
		return errSimpleAgain
	}
	doubt := &SimpleDoubtError{Err: err}
	for _, item := range s.items {
		doubt.Paths = append(doubt.Paths, q.join(item.name))
		doubt.Items = append(doubt.Items, item.data)
	}
	return doubt
}

// refused is what to do about a delete that was not done.
func (q *simpleCore) refused(s *simpleSent, err error) error {
	var op *client.OpError
	of := -1 // the operation that was refused
	if errors.As(err, &op) {
		of = op.TxnIndex()
	}
	switch {
	case of == len(s.items): // the receipt is not what it was
		q.slots.drop(q.c, s.slot)
		s.failed = true
		return errSimpleAgain
	case errors.Is(err, zk.ErrNoNode): // another taker was faster
		q.slots.back(q.c, s.slot)
		s.failed = len(s.items) > 1 // the others may still be there
		return errSimpleAgain
	}
	q.slots.back(q.c, s.slot)
	s.failed = true
	if errors.Is(err, zk.ErrBadVersion) || client.Retryable(err) { // somebody wrote into the item, or it was not sent
		return errSimpleAgain
	}
	return err
}

// resolve finds out what became of a write whose answer was lost. An error says that nobody knows.
func (q *simpleCore) resolve(ctx context.Context, slot *simpleSlot, lost error) (done bool, err error) {
	outcome, lookErr := client.Resolve(ctx, lost)
	if lookErr == nil && outcome == client.NotDone {
		q.slots.back(q.c, slot)
		return false, nil
	}
	if slot != nil && lookErr == nil {
		_, stat, err := q.c.Get(slot.path).Uncompressed().Do(ctx)
		if err == nil && stat.EphemeralOwner == slot.session.ID() && stat.Version == slot.version+1 {
			q.slots.done(q.c, slot)
			return true, nil
		}
	}
	q.slots.drop(q.c, slot)
	return false, lost
}
