package queue

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

var (
	// ErrKazooConsumed is the cause with which a KazooEntry's context ends when its item was consumed.
	ErrKazooConsumed = errors.New("queue: consumed")
	// ErrKazooReleased is the cause with which a KazooEntry's context ends when its item was given back.
	ErrKazooReleased = errors.New("queue: released")
	// ErrKazooGone means that somebody else deleted the item or its lock: another taker may have it, or have had it.
	ErrKazooGone = errors.New("the item or its lock was deleted by somebody else")
)

// KazooEntry is an item that is locked.
type KazooEntry struct {
	q       *KazooLocking
	name    string
	id      string // what the lock's znode holds
	data    []byte
	token   int64
	session *client.Session
	ctx     context.Context // its life
	end     context.CancelCauseFunc

	mu   sync.Mutex // held by the Consume or Release that is under way
	over bool
}

// Data is the item.
func (e *KazooEntry) Data() []byte { return e.data }

// Path is the item's znode.
func (e *KazooEntry) Path() string { return e.q.entries.join(e.name) }

// Token is a fencing token: that of a later taker of the same item is larger. It is the transaction id that made the lock's znode.
func (e *KazooEntry) Token() int64 { return e.token }

// Context ends with the lock: do the work under it. Its cause is ErrKazooConsumed or ErrKazooReleased, or matches client.ErrSessionLost or client.ErrClosed if the
// session ended; another may have the item then.
func (e *KazooEntry) Context() context.Context { return e.ctx }

// lockPath is the lock's znode.
func (e *KazooEntry) lockPath() string { return client.Join(e.q.taken, e.name) }

// lock locks an item and reads it. The error is errSimpleAgain if somebody else has it or had it.
func (q *KazooLocking) lock(ctx context.Context, name string) (*KazooEntry, error) {
	session, err := q.session(ctx)
	if err != nil {
		return nil, err
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	e := &KazooEntry{q: q, name: name, id: hex.EncodeToString(id[:]), session: session}
	for {
		err := e.try(ctx)
		var op *client.OpError
		switch {
		case err == nil:
			return e, nil
		case errors.Is(err, zk.ErrNodeExists):
			return nil, errSimpleAgain
		case !errors.Is(err, zk.ErrNoNode) || !errors.As(err, &op):
			return nil, err
		case op.TxnIndex() != 1: // the item, not the folder of locks
			return nil, errSimpleAgain
		}
		if err := q.ensureTaken(ctx); err != nil {
			return nil, err
		}
	}
}

// session is the present session, as soon as there is a connection.
func (q *KazooLocking) session(ctx context.Context) (*client.Session, error) {
	if err := q.c.WaitConnected(ctx); err != nil {
		return nil, err
	}
	session := q.c.Session()
	return session, session.Err()
}

// within is ctx that ends with the session, too: what is done in it is not done in the next.
func (e *KazooEntry) within(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(e.session.Context(), func() { cancel(e.session.Err()) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// try makes one attempt to lock, and reads in the same flight.
func (e *KazooEntry) try(ctx context.Context) error {
	within, release := e.within(ctx)
	defer release()
	c := e.q.c
	if err := e.session.Err(); err != nil {
		return err
	}
	locked := c.Txn(
		c.Check(e.Path()),
		c.Create(e.lockPath()).Ephemeral().Data([]byte(e.id)).Uncompressed(),
	).Async(within)
	read := c.Get(e.Path()).Async(within)
	_, err := locked.Wait(within)
	token := locked.Zxid()
	if simpleUnsure(err) {
		if token, err = e.resolve(within, err); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	data, err := read.Wait(within)
	if err == nil {
		err = e.session.Err() // then it may have been made in the next
	}
	if errors.Is(err, client.ErrConnectionLoss) {
		data.Data, data.Stat, err = c.Get(e.Path()).Do(within)
	}
	if err != nil {
		e.withdraw()
		return err
	}
	e.data, e.token = data.Data, token
	e.ctx, e.end = context.WithCancelCause(e.session.Context())
	return nil
}

// resolve finds out whether the lock was made although nobody said so: its transaction, if it was.
func (e *KazooEntry) resolve(ctx context.Context, lost error) (int64, error) {
	outcome, err := client.Resolve(ctx, lost)
	if err == nil && outcome == client.NotDone {
		return 0, errSimpleAgain
	}
	if err == nil {
		var mine bool
		var czxid int64
		if mine, czxid, err = e.mine(ctx); err == nil && mine {
			return czxid, nil
		}
	}
	if err == nil {
		return 0, errSimpleAgain // another's, or nobody's
	}
	e.withdraw()
	return 0, lost
}

// mine looks whether the lock is this entry's.
func (e *KazooEntry) mine(ctx context.Context) (mine bool, czxid int64, err error) {
	data, stat, err := e.q.c.Get(e.lockPath()).Uncompressed().Do(ctx)
	if err != nil {
		return false, 0, simpleIgnore(err, zk.ErrNoNode)
	}
	return string(data) == e.id, stat.Czxid, nil
}

// withdraw unlocks in the background, until the server has answered or the present session is over: then the lock goes by itself. It never
// deletes another's lock, which would have the same name.
func (e *KazooEntry) withdraw() {
	ctx := e.q.c.Session().Context()
	go func() {
		for ctx.Err() == nil {
			mine, _, err := e.mine(ctx)
			if err == nil && mine {
				err = simpleIgnore(e.q.c.Delete(e.lockPath()).Do(ctx), zk.ErrNoNode)
			}
			if err == nil || !client.Retryable(err) {
				return
			}
			_ = e.q.entries.pause(ctx, simplePause)
		}
	}()
}

// Consume deletes the item and its lock, in one transaction: the work is done. Call it once it is. If it fails with an error that
// matches client.ErrSessionLost the item was not consumed, or nobody knows: client.MayHaveApplied tells. With ErrKazooGone another may have done the work, too.
// After client.ErrConnectionLoss and after the end of ctx it may be called again, or Release. A second Consume does nothing.
func (e *KazooEntry) Consume(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return e.ended(ErrKazooConsumed)
	}
	err := e.consume(ctx)
	if err == nil {
		e.over = true
		e.end(ErrKazooConsumed)
		return nil
	}
	if errors.Is(err, ErrKazooGone) {
		e.over = true
		e.end(ErrKazooGone)
	}
	return fmt.Errorf("queue: consume %s: %w", e.Path(), err)
}

// ended is nil if the entry ended like that.
func (e *KazooEntry) ended(cause error) error {
	if now := context.Cause(e.ctx); !errors.Is(now, cause) {
		return fmt.Errorf("queue: %s: %w", e.Path(), now)
	}
	return nil
}

func (e *KazooEntry) consume(ctx context.Context) error {
	within, release := e.within(ctx)
	defer release()
	for {
		if err := e.session.Err(); err != nil {
			return err
		}
		_, err := e.q.c.Txn(e.q.c.Delete(e.Path()), e.q.c.Delete(e.lockPath())).Do(within)
		switch {
		case err == nil:
			return nil
		case !simpleUnsure(err):
			if errors.Is(err, zk.ErrNoNode) {
				e.withdraw() // one of them may be there
				return fmt.Errorf("%w: %w", ErrKazooGone, err)
			}
			return err
		}
		// While the session lives nobody else deletes the item: if it is gone, this did it.
		switch outcome, lookErr := client.Resolve(within, err); {
		case lookErr == nil && outcome == client.Done:
			return nil
		case lookErr != nil || outcome != client.NotDone:
			return err
		}
	}
}

// Release gives the item back: Context ends, then the lock is deleted. It takes one request and waits a second at most; then it goes on in
// the background, and at the latest the lock goes with the session. It is safe to defer, and does nothing after Consume.
func (e *KazooEntry) Release() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over {
		return nil
	}
	e.over = true
	e.end(ErrKazooReleased)
	ctx, cancel := context.WithTimeout(e.session.Context(), time.Second)
	defer cancel()
	err := e.q.c.Delete(e.lockPath()).Do(ctx)
	switch {
	case err == nil, errors.Is(err, zk.ErrNoNode), e.session.Err() != nil:
		return nil
	}
	e.withdraw()
	return fmt.Errorf("queue: release %s: %w", e.Path(), err)
}
