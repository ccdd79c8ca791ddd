package queue

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// simplePatience is how long a call whose context has ended waits for the answer to what it has sent.
const simplePatience = time.Second

// simpleCore is what Simple and KazooQueue have in common: sequential znodes that are taken by deleting the first.
type simpleCore struct {
	c          *client.Client
	path       string
	prefix     string // of the items' names; what is sorted is the whole name
	length     int    // of the items' names
	fresh      bool   // a new item may come before an old one, so that no listing serves twice
	persistent bool   // path and its ancestors are no containers
	folder     string // of the receipts; "" without

	life context.Context // the standing watches end with it
	end  context.CancelFunc

	turn simpleGate // looking, and sending deletes in order; guards what follows
	look simpleLook
	sent []*simpleSent // deletes whose fate may not be known yet

	door simpleGate // waiting for an item: one call for all
	wait simpleWait // the door's

	slots simpleSlots
}

func newSimpleCore(c *client.Client, path, prefix string) (*simpleCore, error) {
	if err := client.CheckPath(path); err != nil {
		return nil, err
	}
	q := &simpleCore{c: c, path: path, prefix: prefix, length: len(prefix) + 10, turn: newSimpleGate(), door: newSimpleGate()}
	q.life, q.end = context.WithCancel(context.Background())
	return q, nil
}

// bound is ctx that also ends when the queue is closed.
func (q *simpleCore) bound(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	if q.life.Err() != nil {
		cancel(ErrClosed)
	}
	stop := context.AfterFunc(q.life, func() { cancel(ErrClosed) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

func (q *simpleCore) join(name string) string { return client.Join(q.path, name) }

// ensure makes the queue's path.
func (q *simpleCore) ensure(ctx context.Context) error {
	create := q.c.Create(q.path).Data([]byte{})
	var old *client.UnsupportedError
	var err error
	if !q.persistent {
		if _, err = create.Container().ParentContainers().Do(ctx); !errors.As(err, &old) {
			return simpleIgnore(err, zk.ErrNodeExists)
		}
	}
	_, err = create.Parents().Do(ctx)
	return simpleIgnore(err, zk.ErrNodeExists)
}

func (q *simpleCore) close(ctx context.Context) error {
	q.end()
	return q.slots.close(ctx, q.c)
}

// simpleIgnore is nil instead of one error.
func simpleIgnore(err, not error) error {
	if errors.Is(err, not) {
		return nil
	}
	return err
}

// simpleUnsure tells whether a write may have been done although it failed.
func simpleUnsure(err error) bool { return client.MayHaveApplied(err) }

// simpleGate lets one in at a time, and those that wait in order.
type simpleGate chan struct{}

func newSimpleGate() simpleGate { return make(simpleGate, 1) }

func (g simpleGate) enter(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g simpleGate) tryEnter() bool {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g simpleGate) leave() { <-g }

// simpleGrace is a context that ends a moment after ctx, for what must not be left in doubt.
func simpleGrace(ctx context.Context) (context.Context, func()) {
	grace, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	var mu sync.Mutex // guards timer
	var timer *time.Timer
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		timer = time.AfterFunc(simplePatience, func() { cancel(context.Cause(ctx)) })
	})
	return grace, func() {
		stop()
		mu.Lock()
		defer mu.Unlock()
		if timer != nil {
			timer.Stop()
		}
		cancel(nil)
	}
}
