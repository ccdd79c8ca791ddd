package lock

import (
	"context"
	"errors"
	"fmt"
)

// holding is what every kind of lock gives.
type holding interface {
	Context() context.Context
	Unlock() error
	carry(ctx context.Context) context.Context // ctx for who works under the hold
	parts() []*Held                            // what it consists of
}

// asHolding keeps a failed acquisition's nil pointer out of the interface.
func asHolding[H holding](h H, err error) (holding, error) {
	if err != nil {
		return nil, err
	}
	return h, nil
}

// do calls f under what take gives.
func do[H holding](ctx context.Context, take func(context.Context) (H, error), f func(context.Context) error) error {
	hold, err := take(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = hold.Unlock() }() // what could not be deleted now is deleted in the background
	work, cancel := under(ctx, hold)
	defer cancel()
	err = f(work)
	// Unlocking or downgrading is f's own doing.
	lost := context.Cause(hold.Context())
	switch {
	case lost == nil, errors.Is(lost, ErrUnlocked), errors.Is(lost, ErrDowngraded):
		return err
	case errors.Is(err, lost):
		return fmt.Errorf("lock: do: %w", err)
	}
	return fmt.Errorf("lock: do: %w", errors.Join(lost, err))
}

// under is ctx until the hold ends.
func under(ctx context.Context, hold holding) (context.Context, context.CancelFunc) {
	work, end := context.WithCancelCause(hold.carry(ctx))
	stop := context.AfterFunc(hold.Context(), func() { end(context.Cause(hold.Context())) })
	return work, func() {
		stop()
		end(nil)
	}
}

type holdsKey struct{}

// Holds are the holds under which a Do called its function, the outermost first and those of a Multi in its order: for their tokens and
// guards. There are none in a context that does not come from one.
func Holds(ctx context.Context) []*Held {
	holds, _ := ctx.Value(holdsKey{}).([]*Held)
	return holds
}

// carrying is ctx with more holds.
func carrying(ctx context.Context, more ...*Held) context.Context {
	outer := Holds(ctx)
	return context.WithValue(ctx, holdsKey{}, append(outer[:len(outer):len(outer)], more...))
}
