package queue

import (
	"context"
	"errors"
)

// poll takes the first items, n at most.
func (q *simpleCore) poll(ctx context.Context, n int) ([][]byte, error) {
	ctx, release := q.bound(ctx)
	defer release()
	for {
		if err := q.turn.enter(ctx); err != nil {
			return nil, err
		}
		sent, err := q.begin(ctx, n)
		if err != nil || sent == nil {
			return nil, err
		}
		items, err := q.finish(ctx, sent)
		if !errors.Is(err, errSimpleAgain) {
			return items, err
		}
		n = (n + 1) / 2
	}
}

// begin sends the delete of the first items, n at most; nil if there are none. It is entered with the turn and leaves it.
func (q *simpleCore) begin(ctx context.Context, n int) (*simpleSent, error) {
	defer q.turn.leave()
	items, err := q.ready(ctx, n, q.fresh)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	sent, err := q.send(ctx, items)
	if err == nil && len(items) > 1 {
		// Whether they go together shows only now, and nobody may go on behind them before.
		select {
		case <-sent.future.Done():
		case <-ctx.Done():
		}
	}
	return sent, err
}

// finish waits for what begin has sent.
func (q *simpleCore) finish(ctx context.Context, sent *simpleSent) ([][]byte, error) {
	if err := q.decide(ctx, sent); err != nil {
		return nil, err
	}
	items := make([][]byte, len(sent.items))
	for i, item := range sent.items {
		items[i] = item.data
	}
	return items, nil
}

// peek returns the first item.
func (q *simpleCore) peek(ctx context.Context) ([]byte, bool, error) {
	ctx, release := q.bound(ctx)
	defer release()
	if err := q.turn.enter(ctx); err != nil {
		return nil, false, err
	}
	defer q.turn.leave()
	items, err := q.ready(ctx, 1, true)
	if err != nil || len(items) == 0 {
		return nil, false, err
	}
	return append([]byte{}, items[0].data...), true, nil
}
