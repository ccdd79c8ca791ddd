package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client/internal/session"
)

// Resolve finds out what became of the write that returned err. For an Outcome that is known it returns that, without a request. Else it
// makes the server catch up and looks the znode up: two to four requests, repeated as the retry policy says. What was sent on a connection that is
// lost is not done any more once the session has gone on: servers close its old connection first, and refuse what comes from another server
// for a session that has moved. Nor is it once a server has said that the session is over. Only when the client gave the session up on its
// own, without a server's word, may what it sent still be on its way: NotDone is then never the answer, nor is it for a call that went on from
// one session into the next.
//
//	NotDone  proved: the znode, or for a create its parent, has not changed since before the write was sent; or it has the version that
//	         the write would have raised; or it was written by somebody else instead. The write can be repeated.
//	Done     the ensemble is as the write leaves it. A protected name and an ephemeral's owner say who did it; where there is neither, somebody
//	         else may have done the same: deleted the znode, or written the same data at the same version.
//	Unknown  neither can be told, because others wrote too: they deleted what was created, or wrote over what was set.
//
// The outcome of a transaction is that of its first operation for which it is known. A protected create that Do has withdrawn is NotDone
// once its znode has been deleted again.
//
// The error, if any, is that of the looking, and the outcome then Unknown.
func Resolve(ctx context.Context, err error) (Outcome, error) {
	var op *OpError
	if OutcomeOf(err) != Unknown || !errors.As(err, &op) {
		return OutcomeOf(err), nil
	}
	return op.Resolve(ctx)
}

// Outcome is what became of the operation: NotDone or Unknown.
func (e *OpError) Outcome() Outcome { return OutcomeOf(e) }

// Resolve finds out what became of the operation; see the function Resolve.
func (e *OpError) Resolve(ctx context.Context) (Outcome, error) {
	if !e.unknown {
		return NotDone, nil
	}
	if e.lost.protect.withdrawn() {
		return NotDone, nil
	}
	l := looker{c: e.lost.c.absolute(), before: e.lost.before, protect: e.lost.protect}
	if err := l.c.Sync("/").Do(ctx); err != nil {
		return Unknown, fmt.Errorf("client: resolve: %w", err)
	}
	outcome, err := l.look(ctx, e.lost.op, e.lost.body)
	if err != nil {
		return Unknown, fmt.Errorf("client: resolve: %w", err)
	}
	if outcome == NotDone && (e.within == nil || errors.Is(e.within.Err(), session.ErrLost)) {
		return Unknown, nil
	}
	return outcome, nil
}

// absolute is a view whose paths are the server's, and whose data is what is stored.
func (c *Client) absolute() *Client {
	view := *c
	view.chroot, view.space, view.ops = "", space{base: c}, opsConfig{}
	return &view
}
