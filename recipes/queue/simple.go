package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/zookit-go/zookit/client"
)

const simplePrefix = "qn-"

// Simple is a first-in-first-out queue of bytes, with the smallest znodes there are. It shares them with Curator's SimpleDistributedQueue and
// with the queue recipe of ZooKeeper's documentation.
//
// Shape: one persistent sequential znode per item, path/qn-0000000042, which holds the item's bytes as they are. path and its missing
// ancestors are containers, or persistent on a server before 3.5.1. Children with other names are left alone. Keep path for this queue alone.
//
// # Promises
//
//   - Order: items are taken in the order of their znodes, which is that in which the offers took effect, whoever takes them. What is read
//     is what the server knows that the client is connected to; see Client.Sync.
//   - At most once: no item is returned by two takers' calls. This is Curator's promise, too: an item is deleted, then returned. What a process took and
//     did not finish when it died is gone; KazooLocking and the queues with a lock path give it back.
//   - Nothing vanishes in silence. The bytes are read before the delete is sent, so that they are at hand whatever becomes of the answer. An
//     answer that is lost is looked into: an item that is still there is taken again; for one that is gone the call ends with a
//     *SimpleDoubtError, which holds the item: it may have been this call's or another taker's. SimpleReceipts removes the doubt.
//   - Offers are not repeated blindly: one whose answer was lost is repeated only if it is proved that it was not done. Otherwise it fails, and
//     client.MayHaveApplied is true of the error: offering again may put the item there twice. SimpleReceipts removes this doubt, too.
//   - A call whose context ends while its delete is under way waits for the answer, a second at most, and returns the item if it got it.
//
// # Cost
//
// An offer takes one request, and so does a take while items are at hand: one listing serves until all that it named are gone, and the bytes of up to 64
// items (64 KB) are read in one request (MultiRead; single reads in one flight on servers before 3.6). What this Simple offered it need not
// read. The worst case, one item that another process offered, takes 3 requests in 3 round trips for offer and poll: the create, one
// MultiRead that lists and reads the znode whose name the server will have given, and the delete; Curator takes 4. The first look adds one
// request, a watch on path itself: it tells when path is deleted, so that a znode that is made anew under an old name is not mistaken. For the same
// reason nothing that was listed longer than a second ago is relied on.
//
// # Waiting
//
// Take waits with a watch on the children of path, as Curator does: it tells every process that waits of every item. Within one
// Simple, one call waits for all, in the order in which they came. Processes that were woken for nothing wait longer each time, up to 32 ms at random,
// before they look again, and look with one request that is their next watch, too: who loses a race pays one event and one request, and the
// fastest takes the item undisturbed. One that waits alone never waits so.
//
// Suspended: calls wait as the client's retry policy says, Take as long as its context lasts. Lost: a Simple belongs to no session and goes on
// in the next; receipts do not, see SimpleReceipts.
//
// A Simple is safe for concurrent use; takes of several goroutines are in flight together.
//
// Source: the queue recipe of ZooKeeper's documentation, and Curator 5.
type Simple struct {
	core *simpleCore
}

// SimpleOption configures a Simple.
type SimpleOption func(*simpleCore) error

// SimpleReceipts makes every offer and take one transaction that also writes a receipt: an ephemeral znode of this Simple's in folder, one for
// each call that is under way at the same time. It costs no request but the receipt's own, once in a session. After a lost answer the
// receipt tells whether the call took effect, for as long as the session lives: offers and takes are then done exactly once. When the
// session is lost together with the answer, the doubt stays. Close deletes the receipts.
//
// folder must not be path, where Curator would complain about it.
func SimpleReceipts(folder string) SimpleOption {
	return func(q *simpleCore) error {
		if err := client.CheckPath(folder); err != nil {
			return fmt.Errorf("receipts at %q: %w", folder, err)
		}
		if folder == q.path {
			return errSimpleFolder
		}
		q.folder = folder
		return nil
	}
}

var errSimpleFolder = errors.New("the receipts need a folder of their own")

// NewSimple returns the queue at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewSimple(c *client.Client, path string, opts ...SimpleOption) (*Simple, error) {
	core, err := newSimpleCore(c, path, simplePrefix)
	for _, opt := range opts {
		if err == nil {
			err = opt(core)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("queue: simple at %q: %w", path, err)
	}
	return &Simple{core}, nil
}

// Offer puts an item at the end and returns its znode: one request, and more if path is missing. Errors: context.Cause(ctx),
// client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrTooLarge, client.ErrClosed, ErrClosed. client.MayHaveApplied tells whether the item may be there all the same.
func (q *Simple) Offer(ctx context.Context, item []byte) (string, error) {
	paths, err := q.core.put(ctx, simplePrefix, [][]byte{item})
	if err != nil {
		return "", q.core.fail(ctx, "offer", err)
	}
	return paths[0], nil
}

// OfferMany puts items at the end, in order and with none of others between them, in one transaction: all of them or none. They and 60 bytes for
// each must fit into one request, 1,048,575 bytes, else the error is client.ErrTooLarge. Cost and errors are those of Offer.
func (q *Simple) OfferMany(ctx context.Context, items ...[]byte) ([]string, error) {
	if len(items) == 0 {
		return nil, nil
	}
	paths, err := q.core.put(ctx, simplePrefix, items)
	if err != nil {
		return nil, q.core.fail(ctx, "offer to", err)
	}
	return paths, nil
}

// Peek returns the first item, which stays; ok is false if the queue is empty. It takes one request, seldom two. Errors are those of Offer.
func (q *Simple) Peek(ctx context.Context) (item []byte, ok bool, err error) {
	item, ok, err = q.core.peek(ctx)
	if err != nil {
		return nil, false, q.core.fail(ctx, "peek at", err)
	}
	return item, ok, nil
}

// Element is Peek with ErrSimpleEmpty for an empty queue.
func (q *Simple) Element(ctx context.Context) ([]byte, error) {
	item, ok, err := q.Peek(ctx)
	if err == nil && !ok {
		err = q.core.fail(ctx, "element of", ErrSimpleEmpty)
	}
	return item, err
}

// Poll takes the first item; ok is false if the queue is empty. See Simple for the cost and for what is promised. Errors are those of Offer, and
// *SimpleDoubtError.
func (q *Simple) Poll(ctx context.Context) (item []byte, ok bool, err error) {
	items, err := q.PollMany(ctx, 1)
	if len(items) == 0 {
		return nil, false, err
	}
	return items[0], true, nil
}

// Remove is Poll with ErrSimpleEmpty for an empty queue.
func (q *Simple) Remove(ctx context.Context) ([]byte, error) {
	item, ok, err := q.Poll(ctx)
	if err == nil && !ok {
		err = q.core.fail(ctx, "remove from", ErrSimpleEmpty)
	}
	return item, err
}

// PollMany takes the first items, as many as there are but n at most, in one transaction: one request, and one or two to read
// them. It returns nothing if the queue is empty, and then waits for nothing. When other takers are faster it begins anew, with half as many. Errors are those of Poll.
func (q *Simple) PollMany(ctx context.Context, n int) ([][]byte, error) {
	items, err := q.core.poll(ctx, n)
	if err != nil {
		return nil, q.core.fail(ctx, "poll", err)
	}
	return items, nil
}

// Take takes the first item and waits for one if the queue is empty; see Simple. Curator's poll with a time limit is Take with a
// context that has one. Errors are those of Poll, but for client.ErrConnectionLoss: Take goes on.
func (q *Simple) Take(ctx context.Context) ([]byte, error) {
	items, err := q.TakeMany(ctx, 1)
	if err != nil {
		return nil, err
	}
	return items[0], nil
}

// TakeMany is PollMany that waits until there is an item.
func (q *Simple) TakeMany(ctx context.Context, n int) ([][]byte, error) {
	items, err := q.core.take(ctx, n)
	if err != nil {
		return nil, q.core.fail(ctx, "take from", err)
	}
	return items, nil
}

// Close ends the Simple: calls that wait fail with ErrClosed, its watches go and its receipts are deleted. An error means that a
// delete was not confirmed; the client goes on in the background. The queue stays as it is. A second Close does nothing.
func (q *Simple) Close(ctx context.Context) error {
	if err := q.core.close(ctx); err != nil {
		return fmt.Errorf("queue: close %s: %w", q.core.path, err)
	}
	return nil
}
