package queue

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"
)

// room is a bounded queue's: one producer of this process at a time looks, and waits, for it.
type room struct {
	e    *engine
	turn chan struct{}
	left int // puts that may pass before the next look; guarded by turn
}

func newRoom(e *engine) *room { return &room{e: e, turn: make(chan struct{}, 1)} }

// enter returns when n items may be put. Without wait it returns ErrFull instead of waiting.
func (r *room) enter(ctx context.Context, n int, wait bool) error {
	if r.e.most == 0 {
		return nil
	}
	select {
	case r.turn <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-r.e.life.Done():
		return ErrClosed
	}
	defer func() { <-r.turn }()
	for r.left < n {
		free, err := r.look(ctx)
		switch {
		case err != nil:
			return err
		case free > 0:
			r.left = max(n, free/4)
		case !wait:
			return ErrFull
		default:
			if err := r.await(ctx); err != nil {
				return err
			}
		}
	}
	r.left -= n
	return nil
}

// look counts: one request.
func (r *room) look(ctx context.Context) (free int, err error) {
	ok, stat, err := r.e.c.Exists(r.e.path).Do(ctx)
	if err != nil || !ok {
		return r.e.most, err
	}
	return r.e.most - int(stat.NumChildren), nil
}

// await waits until there are fewer items.
func (r *room) await(ctx context.Context) error {
	for {
		names, _, watch, err := r.e.c.Children(r.e.path).DoW(ctx)
		if errors.Is(err, zk.ErrNoNode) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(names) < r.e.most {
			watch.Stop()
			return nil
		}
		select {
		case <-watch.Events():
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-r.e.life.Done():
			watch.Stop()
			return ErrClosed
		}
	}
}
