package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// KazooLocking is kazoo's LockingQueue, on the same znodes: a queue with priorities whose items are locked while somebody works on them, and go only when
// the work is done.
//
// Shape: path/entries/entry-100-0000000042, persistent, an item as in KazooQueue; path/taken/entry-100-0000000042, ephemeral, says that somebody has
// it, and holds 32 hexadecimal digits that nobody else has. path, entries and taken are persistent.
//
// # Promises
//
//   - At least once: an item is there until Consume has deleted it. Consume deletes the item and its lock in one transaction. If the taker's
//     session ends first, the lock goes with it and the item is for the next.
//   - One at a time, as far as sessions tell: a KazooEntry's Context ends before the server can give the item to another. Its Token grows
//     with every taker of an item. A lock that somebody deletes by hand is noticed by Consume at the earliest.
//   - Offers are as Simple's: not repeated blindly.
//
// # Cost
//
// A put is one request. A get is 3 requests in 2 round trips: both folders are listed in one request (MultiRead, servers from 3.6 on; two
// before), then the item is locked, if it is still there, and read. Consume is 1 request. kazoo takes 4 and 3.
//
// Who waits watches entries, and taken if there is anything in entries: as with kazoo, everybody who waits is woken whenever an item comes or a lock goes.
// Within one KazooLocking one call waits for all, and processes that were woken for nothing spread, as Simple's.
//
// Suspended: a wait goes on, and so does a KazooEntry. Lost: a wait goes on in the next session; a KazooEntry is over.
//
// A KazooLocking is safe for concurrent use, and gives every Get an item of its own; kazoo's has one item at a time.
//
// Source: kazoo 2.8, kazoo.recipe.queue.
type KazooLocking struct {
	entries *simpleCore // puts items; its listings are not used
	c       *client.Client
	path    string
	taken   string

	door simpleGate // one call waits
	wait simpleWait // the door's; of it the spread
}

// NewKazooLocking returns the queue at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take.
func NewKazooLocking(c *client.Client, path string) (*KazooLocking, error) {
	err := client.CheckPath(path)
	if err != nil {
		return nil, fmt.Errorf("queue: kazoo's locking at %q: %w", path, err)
	}
	entries, err := newKazooCore(c, client.Join(path, "entries"))
	if err != nil {
		return nil, fmt.Errorf("queue: kazoo's locking at %q: %w", path, err)
	}
	return &KazooLocking{entries: entries, c: c, path: path, taken: client.Join(path, "taken"), door: newSimpleGate()}, nil
}

// Put puts items with that priority (0 to 999; kazoo's default is KazooPriority), all or none of them, in one transaction, and returns their znodes. Errors are those
// of KazooQueue's Put.
func (q *KazooLocking) Put(ctx context.Context, priority int, items ...[]byte) ([]string, error) {
	paths, err := kazooPut(ctx, q.entries, priority, items)
	if err != nil {
		return nil, q.entries.fail(ctx, "put into", err)
	}
	return paths, nil
}

// Len is how many items there are, locked ones included: one request.
func (q *KazooLocking) Len(ctx context.Context) (int, error) {
	n, err := kazooLen(ctx, q.entries)
	if err != nil {
		return 0, q.entries.fail(ctx, "count", err)
	}
	return n, nil
}

// TryGet locks the first item that nobody has; the entry is nil if there is none. Errors: context.Cause(ctx), one that matches client.ErrSessionLost if the session
// ended meanwhile, client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrClosed. After an error nothing stays locked for longer than it takes to reach the
// server, or than the session.
func (q *KazooLocking) TryGet(ctx context.Context) (*KazooEntry, error) {
	entry, err := q.tryGet(ctx)
	if err != nil {
		return nil, q.fail(ctx, "get from", err)
	}
	return entry, nil
}

// Get is TryGet that waits for an item, through disconnections and from one session to the next. Errors: context.Cause(ctx), zk.ErrNoAuth, client.ErrClosed.
func (q *KazooLocking) Get(ctx context.Context) (*KazooEntry, error) {
	if err := q.door.enter(ctx); err != nil {
		return nil, err
	}
	defer q.door.leave()
	for {
		entry, err := q.await(ctx)
		switch {
		case err == nil:
			return entry, nil
		case ctx.Err() != nil || !client.Retryable(err):
			return nil, q.fail(ctx, "get from", err)
		}
		if err := q.entries.pause(ctx, simplePause); err != nil {
			return nil, err
		}
		if err := q.c.WaitConnected(ctx); err != nil {
			return nil, q.fail(ctx, "get from", err)
		}
	}
}

// fail names the queue, unless it was the caller's own context that ended.
func (q *KazooLocking) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("queue: %s %s: %w", verb, q.path, err)
}

// tryGet locks the first item that nobody has.
func (q *KazooLocking) tryGet(ctx context.Context) (*KazooEntry, error) {
	for {
		free, err := q.free(ctx)
		if err != nil || len(free) == 0 {
			return nil, err
		}
		for _, name := range free {
			entry, err := q.lock(ctx, name)
			if !errors.Is(err, errSimpleAgain) {
				return entry, err
			}
		}
	}
}

// free lists the items that nobody has.
func (q *KazooLocking) free(ctx context.Context) ([]string, error) {
	res, err := q.entries.multiRead(ctx, []client.Read{q.c.Children(q.entries.path), q.c.Children(q.taken)})
	if err != nil {
		return nil, err
	}
	for i := range res {
		if err := simpleIgnore(res[i].Err, zk.ErrNoNode); err != nil {
			return nil, err
		}
	}
	return kazooFree(res[0].Names, res[1].Names), nil
}

// kazooFree are the items that nobody has, in order.
func kazooFree(entries, taken []string) []string {
	has := make(map[string]bool, len(taken))
	for _, name := range taken {
		has[name] = true
	}
	free := slices.DeleteFunc(slices.Clone(entries), func(name string) bool { return has[name] || !strings.HasPrefix(name, kazooPrefix) })
	slices.Sort(free)
	return free
}

// await waits until an item is free, and locks it.
func (q *KazooLocking) await(ctx context.Context) (*KazooEntry, error) {
	woken := false
	for {
		if !woken || q.wait.spread == 0 { // else looking with watches does
			entry, err := q.tryGet(ctx)
			if err != nil || entry != nil {
				q.wait.won()
				return entry, err
			}
			if woken {
				q.wait.lost()
			}
		}
		free, events, stop, err := q.watch(ctx)
		if err != nil {
			return nil, err
		}
		for _, name := range free {
			entry, err := q.lock(ctx, name)
			if !errors.Is(err, errSimpleAgain) {
				stop()
				q.wait.won()
				return entry, err
			}
		}
		if len(free) == 0 {
			select {
			case <-events[0]:
			case <-events[1]:
			case <-ctx.Done():
			}
		}
		stop()
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if woken = true; q.wait.spread > 0 {
			if err := q.entries.pause(ctx, rand.N(q.wait.spread)); err != nil { //nolint:gosec // no secret
				return nil, err
			}
		}
	}
}

// watch lists the items that are free, and watches what may change that.
func (q *KazooLocking) watch(ctx context.Context) (free []string, events [2]<-chan zk.Event, stop func(), err error) {
	watching, cancel := context.WithCancel(ctx)
	defer func() {
		if err != nil {
			cancel()
		}
	}()
	entries, _, first, err := q.c.Children(q.entries.path).DoW(watching)
	if errors.Is(err, zk.ErrNoNode) {
		if err = q.entries.ensure(ctx); err == nil {
			entries, _, first, err = q.c.Children(q.entries.path).DoW(watching)
		}
	}
	if err != nil {
		return nil, events, cancel, err
	}
	events[0] = first.Events()
	if len(entries) == 0 {
		return nil, events, cancel, nil
	}
	taken, _, second, err := q.c.Children(q.taken).DoW(watching)
	if errors.Is(err, zk.ErrNoNode) {
		if err = q.ensureTaken(ctx); err == nil {
			taken, _, second, err = q.c.Children(q.taken).DoW(watching)
		}
	}
	if err != nil {
		return nil, events, cancel, err
	}
	events[1] = second.Events()
	return kazooFree(entries, taken), events, cancel, nil
}

func (q *KazooLocking) ensureTaken(ctx context.Context) error {
	_, err := q.c.Create(q.taken).Data([]byte{}).Parents().Do(ctx)
	return simpleIgnore(err, zk.ErrNodeExists)
}
