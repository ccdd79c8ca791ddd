package client

import (
	"context"
	"errors"

	"github.com/go-zookeeper/zk"
)

const (
	sweepOps   = 256       // deletes in one transaction
	sweepBytes = 128 << 10 // of paths in one transaction
	sweepAhead = 8         // transactions in flight
)

// deleteTree deletes a znode and everything below it, again and again as long as others add to it.
func (b DeleteBuilder) deleteTree(ctx context.Context) error {
	alone := b
	alone.children, alone.guaranteed, alone.quietly = false, false, false
	for first := true; ; first = false {
		err := alone.Do(ctx)
		switch {
		case errors.Is(err, zk.ErrNotEmpty):
		case errors.Is(err, zk.ErrNoNode) && !first:
			return nil // others have finished it
		default:
			return err
		}
		if err := b.sweep(ctx); err != nil {
			return err
		}
	}
}

// sweep deletes what is below the znode.
func (b DeleteBuilder) sweep(ctx context.Context) error {
	var paths []string
	refused := map[string]error{} // what could not be listed
	for node, err := range b.c.Walk(b.path).Do(ctx) {
		switch {
		case errors.Is(err, zk.ErrNoNode):
			return nil
		case errors.Is(err, zk.ErrNoAuth):
			if node.Depth == 0 {
				return err
			}
			refused[node.Path] = err // it may have no children, and then can be deleted
		case err != nil:
			return err
		}
		if node.Depth > 0 {
			paths = append(paths, node.Path)
		}
	}
	return b.c.deleteBackwards(ctx, paths, refused)
}

// batch is a transaction under way.
type batch struct {
	paths []string
	done  *Future[[]TxnResult]
}

// deleteBackwards deletes paths from the last to the first. They are in an order in which parents are before their children. What is refused
// must have none.
func (c *Client) deleteBackwards(ctx context.Context, paths []string, refused map[string]error) error {
	var flying []batch
	var failed []string
	for len(paths) > 0 || len(flying) > 0 {
		for len(paths) > 0 && len(flying) < sweepAhead {
			var b batch
			b.paths, paths = cutBatch(paths)
			ops := make([]Op, len(b.paths))
			for i, path := range b.paths {
				ops[i] = c.Delete(path)
			}
			b.done = c.Txn(ops...).Async(ctx)
			flying = append(flying, b)
		}
		_, err := flying[0].done.Wait(ctx)
		if err != nil && over(ctx, err) {
			return err
		}
		if err != nil {
			failed = append(failed, flying[0].paths...)
		}
		flying = flying[1:]
	}
	for _, path := range failed {
		err := c.Delete(path).Quietly().Do(ctx)
		switch {
		case err == nil:
		case !errors.Is(err, zk.ErrNotEmpty):
			return err
		case refused[path] != nil:
			return refused[path]
		default: // others have added to it, and the next round finds that
		}
	}
	return nil
}

// cutBatch takes a transaction's worth off the end of paths, in reverse.
func cutBatch(paths []string) (cut, rest []string) {
	bytes := 0
	for len(paths) > 0 && len(cut) < sweepOps {
		path := paths[len(paths)-1]
		if bytes += len(path); bytes > sweepBytes && len(cut) > 0 {
			break
		}
		cut, paths = append(cut, path), paths[:len(paths)-1]
	}
	return cut, paths
}
