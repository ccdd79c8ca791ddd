package contend

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/own"
)

// ErrGone means that a contender's znode was deleted by somebody else.
var ErrGone = errors.New("its znode was deleted by another client")

const (
	// ownWatchAfter is how old a place gets before it watches its own znode.
	ownWatchAfter = 250 * time.Millisecond
	// leaveTimeout bounds how long leaving waits for the answer; the client finishes in the background.
	leaveTimeout = time.Second
)

// Place is one contender's znode.
type Place struct {
	q     Queue
	path  string
	czxid int64
	ahead []string // who stood before it and blocks it, at the last look, nearest last
	total int      // how many there were in all

	ctx context.Context // the place's life: ends when it is left, its znode is deleted, or its session ends
	end context.CancelCauseFunc

	timer    *time.Timer     // starts the watch over the own znode
	watching context.Context // that watch's life, which is longer than the place's: the delete shall end it, and not one more request
	unwatch  context.CancelFunc
	own      chan struct{} // closed when that watch has ended
	revoked  chan struct{}
	asked    bool // for the watch over the own znode alone
	leave    sync.Once
	left     error
}

// settle takes the first look at who is ahead.
func (p *Place) settle(ctx context.Context, listed *client.Future[client.ChildrenResult]) error {
	if listed != nil {
		res, err := listed.Wait(ctx)
		if err == nil {
			return p.sort(res.Names)
		}
		if !client.Retryable(err) {
			return err
		}
	}
	return p.look(ctx)
}

// look lists who is ahead.
func (p *Place) look(ctx context.Context) error {
	names, _, err := p.q.Client.Children(p.q.Parent).Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return ErrGone
	}
	if err != nil {
		return err
	}
	return p.sort(names)
}

// LookW is look with a watch on the parent's children, for who waits for their number.
func (p *Place) LookW(ctx context.Context) (*client.Watch, error) {
	names, _, watch, err := p.q.Client.Children(p.q.Parent).DoW(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil, ErrGone
	}
	if err != nil {
		return nil, err
	}
	if err := p.sort(names); err != nil {
		watch.Stop()
		return nil, err
	}
	return watch, nil
}

func (p *Place) sort(names []string) error {
	order(names, p.q.key)
	at := slices.Index(names, client.Base(p.path))
	if at < 0 {
		p.end(ErrGone)
		return ErrGone
	}
	p.total, p.ahead = len(names), names[:at]
	if p.q.Blocks != nil {
		p.ahead = slices.DeleteFunc(p.ahead, func(child string) bool { return !p.q.Blocks(child) })
	}
	return nil
}

func (q Queue) key(child string) string {
	if q.Key != nil {
		return q.Key(child)
	}
	return key(child, q.Name)
}

// Number is the place's digits.
func (p *Place) Number() string { return p.path[strings.LastIndex(p.path, p.q.Name)+len(p.q.Name):] }

// Total is how many children the parent had at the last look.
func (p *Place) Total() int { return p.total }

// First tells whether nobody was ahead at the last look.
func (p *Place) First() bool { return len(p.ahead) == 0 }

// Await waits until nobody is ahead. It returns the cause if the place's life or ctx ends first; the place must then still be left.
func (p *Place) Await(ctx context.Context) error {
	both, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.ctx, func() { cancel(context.Cause(p.ctx)) })()

	var err error
	for err == nil && !p.First() {
		if err = p.awaitPredecessor(both); err == nil {
			err = p.look(both)
		}
	}
	switch {
	case p.ctx.Err() != nil: // also when the last listing is older than the session's end
		return context.Cause(p.ctx)
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}

// awaitPredecessor returns when something happened to the znode right ahead.
func (p *Place) awaitPredecessor(ctx context.Context) error {
	// Get, not Exists: on a znode that has gone meanwhile it leaves no watch behind.
	_, _, watch, err := p.q.Client.Get(client.Join(p.q.Parent, p.ahead[len(p.ahead)-1])).DoW(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	if err != nil {
		return err
	}
	select {
	case <-watch.Events():
		return nil
	case <-ctx.Done():
		watch.Stop()
		return context.Cause(ctx)
	}
}

// watchOwn ends the place when its znode is deleted. It runs in the timer's goroutine, until the place has been left.
func (p *Place) watchOwn() {
	defer close(p.own)
	if own.Gone(p.ctx, p.watching, p.q.Client, p.path, p.heard) {
		p.end(ErrGone)
	}
}

// Path is the place's znode.
func (p *Place) Path() string { return p.path }

// Czxid is the transaction that made the znode: larger for every later place.
func (p *Place) Czxid() int64 { return p.czxid }

// Context ends with the place; its cause says why.
func (p *Place) Context() context.Context { return p.ctx }

// End ends the place's life with a cause, without touching the znode.
func (p *Place) End(cause error) { p.end(cause) }

// Leave ends the place and deletes its znode: one request. It is not bound to the context of any caller, and waits a second at
// most: if there is no answer by then it returns an error, and the client goes on in the background. A znode that is already gone is no error.
// Later calls return what the first did.
func (p *Place) Leave() error {
	p.leave.Do(func() { p.left = p.doLeave() })
	return p.left
}

func (p *Place) doLeave() error {
	ended := context.Cause(p.ctx)
	p.end(context.Canceled)
	defer p.stop()
	if errors.Is(ended, ErrGone) || errors.Is(ended, client.ErrSessionLost) || errors.Is(ended, client.ErrClosed) {
		return nil // the znode is gone, or goes with its session
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaveTimeout)
	defer cancel()
	err := p.q.Client.Delete(p.path).Guaranteed().Do(ctx)
	if errors.Is(err, zk.ErrNoNode) {
		return nil
	}
	return err
}

// stop ends the watch over the own znode and waits for that. A delete that was answered has ended it already.
func (p *Place) stop() {
	p.unwatch()
	if p.timer != nil && !p.timer.Stop() {
		<-p.own
	}
}
