package leader

import (
	"context"
	"fmt"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// election is what Latch and Selector share: a place in a queue, and what the state of the connection means for who stands first.
type election struct {
	queue  contend.Queue
	policy Policy
	chosen bool // policy is what WithPolicy says, not the client's
}

// suspends tells whether a lost connection ends a term.
func (e *election) suspends() bool {
	if e.chosen {
		return e.policy == UntilSuspended
	}
	return e.queue.Client.StateErrorPolicy()(client.Suspended)
}

// enter takes a place. It goes on until there is one: a lost connection and a lost session are waited out.
func (e *election) enter(ctx context.Context) (*contend.Place, error) {
	for {
		place, err := e.queue.Enter(ctx)
		if err == nil || ctx.Err() != nil || !client.Retryable(err) {
			return place, err
		}
		if err := e.connected(ctx); err != nil {
			return nil, err
		}
	}
}

// await waits until a place leads. fresh tells that the place has looked around since the connection was last lost. The errors are the
// end of the place or of ctx, and what another attempt would not change.
func (e *election) await(ctx context.Context, place *contend.Place, fresh bool) error {
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(place.Context(), func() { cancel(context.Cause(place.Context())) })()
	for ; ; fresh = false {
		err := e.look(both, place, fresh)
		switch {
		case both.Err() != nil:
			return context.Cause(both)
		case err == nil && (!e.suspends() || e.queue.Client.State().Connected()):
			return nil
		case err != nil && !client.Retryable(err):
			return err
		}
	}
}

func (e *election) look(ctx context.Context, place *contend.Place, fresh bool) error {
	if !fresh {
		if err := e.connected(ctx); err != nil {
			return err
		}
		if err := place.Recheck(ctx); err != nil {
			return err
		}
	}
	return place.Await(ctx)
}

// connected waits for a connection.
func (e *election) connected(ctx context.Context) error {
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	for now := range e.queue.Client.States(listening) {
		if now.State.Connected() {
			return nil
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return client.ErrClosed
}

// keep returns when a term is over. It ends the term with ctx, and with the connection if the policy says so.
func (e *election) keep(ctx context.Context, t *Term) {
	listening, cancel := context.WithCancel(t.ctx)
	defer cancel()
	states := e.queue.Client.States(listening)
	for {
		select {
		case <-t.ctx.Done():
			return
		case <-ctx.Done():
			t.end(context.Cause(ctx))
			return
		case now, ok := <-states:
			switch {
			case !ok:
				states = nil // the client is closed: so is the session, and with it the term
			case e.suspends() && !now.State.Connected():
				t.end(ErrSuspended)
				return
			}
		}
	}
}

// fail names the election, unless it was the caller's own context that ended.
func (e *election) fail(ctx context.Context, recipe string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("leader: %s %s: %w", recipe, e.queue.Parent, err)
}
