package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

const (
	kazooPrefix = "entry-"

	// KazooPriority is the priority that kazoo gives an item unless told otherwise. 0 comes first, 999 last.
	KazooPriority = 100
)

var errKazooPriority = errors.New("a priority is from 0 to 999")

// kazooName is what the server appends an item's number to.
func kazooName(priority int) (string, error) {
	if priority < 0 || priority > 999 {
		return "", fmt.Errorf("%w, not %d", errKazooPriority, priority)
	}
	return fmt.Sprintf("%s%03d-", kazooPrefix, priority), nil
}

// newKazooCore returns what holds the items of a queue of kazoo's.
func newKazooCore(c *client.Client, path string) (*simpleCore, error) {
	core, err := newSimpleCore(c, path, kazooPrefix)
	if err != nil {
		return nil, err
	}
	core.length += len("000-")
	core.fresh, core.persistent = true, true
	return core, nil
}

// kazooPut puts items into a queue of kazoo's, in one transaction.
func kazooPut(ctx context.Context, core *simpleCore, priority int, items [][]byte) ([]string, error) {
	name, err := kazooName(priority)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	return core.put(ctx, name, items)
}

// kazooLen counts the items, as kazoo does: whatever is below path.
func kazooLen(ctx context.Context, core *simpleCore) (int, error) {
	there, stat, err := core.c.Exists(core.path).Do(ctx)
	if err != nil || !there {
		return 0, err
	}
	return int(stat.NumChildren), nil
}

// KazooQueue is kazoo's Queue, on the same znodes: a queue with priorities whose items are deleted, then returned.
//
// Shape: one persistent sequential znode per item, path/entry-100-0000000042, with the priority as three digits, which holds the item's bytes
// as they are. path and its missing ancestors are persistent, since kazoo does not make them twice.
//
// Its promises are Simple's, but for the order: of the items that are there the one with the lowest priority comes first, and of those with the same
// one the oldest. kazoo relies on a listing until it is used up, and takes what was put later with a lower priority afterwards.
//
// Cost: an item takes one request to put, and two or three to get: a listing, which also reads the item if it is the one that was to be
// expected, its delete, and reading it if not. Waiting is as Simple's.
//
// Source: kazoo 2.8, kazoo.recipe.queue.
type KazooQueue struct {
	core *simpleCore
}

// NewKazooQueue returns the queue at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewKazooQueue(c *client.Client, path string) (*KazooQueue, error) {
	core, err := newKazooCore(c, path)
	if err != nil {
		return nil, fmt.Errorf("queue: kazoo's at %q: %w", path, err)
	}
	return &KazooQueue{core}, nil
}

// Put puts items with that priority (0 to 999; kazoo's default is KazooPriority), all or none of them, in one transaction, and returns their znodes. Errors are those
// of Simple's Offer, and one that says that there is no such priority.
func (q *KazooQueue) Put(ctx context.Context, priority int, items ...[]byte) ([]string, error) {
	paths, err := kazooPut(ctx, q.core, priority, items)
	if err != nil {
		return nil, q.core.fail(ctx, "put into", err)
	}
	return paths, nil
}

// Get takes the first item; ok is false if there is none. Errors are those of Simple's Poll.
func (q *KazooQueue) Get(ctx context.Context) (item []byte, ok bool, err error) {
	items, err := q.core.poll(ctx, 1)
	if err != nil {
		return nil, false, q.core.fail(ctx, "get from", err)
	}
	if len(items) == 0 {
		return nil, false, nil
	}
	return items[0], true, nil
}

// Take is Get that waits for an item.
func (q *KazooQueue) Take(ctx context.Context) ([]byte, error) {
	items, err := q.core.take(ctx, 1)
	if err != nil {
		return nil, q.core.fail(ctx, "take from", err)
	}
	return items[0], nil
}

// Len is how many items there are: one request.
func (q *KazooQueue) Len(ctx context.Context) (int, error) {
	n, err := kazooLen(ctx, q.core)
	if err != nil {
		return 0, q.core.fail(ctx, "count", err)
	}
	return n, nil
}

// Close ends the KazooQueue: calls that wait fail with ErrClosed, and its watches go. The queue stays as it is.
func (q *KazooQueue) Close(ctx context.Context) error { return q.core.close(ctx) }
