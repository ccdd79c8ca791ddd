package party

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-zookeeper/zk"
	"golang.org/x/sync/errgroup"

	"github.com/zookit-go/zookit/client"
)

// State is where a Partitioner stands.
type State int

// The states of a Partitioner.
const (
	Allocating State = iota // it waits until the members settle, and then for its items
	Acquired                // it has a share
	Release                 // its share has ended and must be released; not told of one that nobody took
	Failure                 // it is over
)

func (s State) String() string {
	switch s {
	case Allocating:
		return "Allocating"
	case Acquired:
		return "Acquired"
	case Release:
		return "Release"
	case Failure:
		return "Failure"
	}
	return fmt.Sprintf("State(%d)", int(s))
}

// Allocation is one step of a Partitioner.
type Allocation struct {
	State State
	Share *Share // in Acquired and Release
	Err   error  // in Release and Failure: why
}

// atOnce is how many items are locked or unlocked at the same time.
const atOnce = 128

// run takes part until Close or a failure. It is the Partitioner's only goroutine, but for those of lockAll and freeAll, which it waits for.
func (p *Partitioner) run(m *Membership) {
	defer close(p.done)
	name := client.Base(m.path)
	for {
		err := p.round(m, name)
		if errors.Is(err, ErrSlow) {
			p.over(err)
			return
		}
		if m.ctx.Err() != nil && p.life.Err() == nil {
			err = context.Cause(m.ctx)
			_ = m.Leave() // ends its watch; there is nothing to delete
			if p.returns(err) {
				p.changes.Set(Allocation{State: Allocating})
				m, err = p.party.rejoin(p.life, name)
			}
			if err != nil {
				p.over(err)
				return
			}
			continue
		}
		if err != nil && p.life.Err() == nil && client.Retryable(err) {
			err = p.party.c.WaitConnected(m.ctx)
			if m.ctx.Err() != nil {
				err = nil // told in the next round
			}
		}
		if err != nil || p.life.Err() != nil {
			_ = m.Leave() // what could not be deleted now is deleted in the background
			p.over(err)
			return
		}
	}
}

// over tells of the end.
func (p *Partitioner) over(err error) {
	if p.life.Err() != nil {
		err = context.Cause(p.life)
	}
	p.changes.Finish(Allocation{State: Failure, Err: err})
}

// round is one allocation and its share. nil means that the next is due.
func (p *Partitioner) round(m *Membership, name string) error {
	p.changes.Set(Allocation{State: Allocating})
	ctx, cancel := context.WithCancelCause(m.ctx)
	defer cancel(nil) // and with it the watch
	defer context.AfterFunc(p.life, func() { cancel(context.Cause(p.life)) })()

	members, watch, err := p.settle(ctx)
	if err != nil {
		return err
	}
	mine, ok := shareOf(p.divide, name, members, p.items)
	if !ok {
		select { // the member's own watch will tell, too
		case <-m.ctx.Done():
		case <-watch.Events():
		case <-p.life.Done():
		}
		return nil
	}
	share := newShare(ctx)
	defer share.end(ErrReleased)
	if err := p.acquire(share, watch, mine); err != nil {
		return err
	}
	if share.ctx.Err() != nil {
		return nil // the members changed before it was complete
	}
	p.changes.Set(Allocation{State: Acquired, Share: share})
	select {
	case ev := <-watch.Events():
		share.end(change(ev))
	case <-share.ctx.Done():
	}
	return p.release(m, share)
}

// change is what the end of the watch over the members means for a share. The session's end comes this way, too, and may come first.
func change(ev zk.Event) error {
	switch {
	case errors.Is(ev.Err, zk.ErrClosing):
		return client.ErrClosed
	case ev.Type == zk.EventNotWatching && ev.Err != nil:
		return fmt.Errorf("%w: %w", client.ErrSessionLost, ev.Err)
	}
	return ErrChanged
}

// settle waits until the members have been the same for as long as the time boundary.
func (p *Partitioner) settle(ctx context.Context) ([]Member, *client.Watch, error) {
	timer := time.NewTimer(p.boundary)
	defer timer.Stop()
	for {
		members, watch, err := p.party.look(ctx, nil)
		if err != nil {
			return nil, nil, err
		}
		timer.Reset(p.boundary)
		select {
		case <-watch.Events():
		case <-timer.C:
			return members, watch, nil
		case <-ctx.Done():
			return nil, nil, context.Cause(ctx)
		}
	}
}

// acquire locks what is this member's. If the share ends first nothing is held afterwards.
func (p *Partitioner) acquire(share *Share, watch *client.Watch, mine []string) error {
	locked := make(chan error, 1)
	go func() { locked <- p.lockAll(share, mine) }()
	var err error
	select {
	case err = <-locked:
	case ev := <-watch.Events():
		share.end(change(ev))
		err = <-locked
	}
	if share.ctx.Err() != nil {
		err = nil // it does not matter: who calls looks why the share ended
	} else if err != nil {
		share.end(ErrReleased)
	}
	if share.ctx.Err() != nil {
		freeAll(share)
	}
	return err
}

// lockAll locks the items, many at a time.
func (p *Partitioner) lockAll(share *Share, mine []string) error {
	items := make([]*Item, len(mine))
	work, ctx := errgroup.WithContext(share.ctx)
	work.SetLimit(atOnce)
	for i, name := range mine {
		work.Go(func() error {
			at, err := p.find(name)
			if err != nil {
				return err
			}
			held, err := p.locks[at].Lock(ctx)
			if err != nil {
				return err
			}
			items[i] = share.own(name, held)
			return nil
		})
	}
	err := work.Wait()
	for _, item := range items {
		if item != nil {
			share.items = append(share.items, item)
		}
	}
	return err
}

// release waits until the share's user is done with it, and gives the items up.
func (p *Partitioner) release(m *Membership, share *Share) error {
	defer freeAll(share)
	if p.life.Err() != nil || share.taken.CompareAndSwap(false, true) {
		return nil // the user has said that it is done, or there is none
	}
	select {
	case <-share.released:
		return nil
	default:
	}
	p.changes.Set(Allocation{State: Release, Share: share, Err: context.Cause(share.ctx)})
	var late <-chan time.Time
	if p.reaction > 0 {
		timer := time.NewTimer(p.reaction)
		defer timer.Stop()
		late = timer.C
	}
	over := m.ctx.Done()
	for {
		select {
		case <-share.released:
			return nil
		case <-p.life.Done():
			return nil
		case <-late:
			_ = m.Leave() // before the items go, so that they go to those who stay
			return ErrSlow
		case <-over:
			if !p.returns(context.Cause(m.ctx)) {
				return nil // there is nothing to give up any more, and no next share to wait for
			}
			over = nil
		}
	}
}

// returns tells whether the member joins again when its membership has ended so.
func (p *Partitioner) returns(cause error) bool {
	return errors.Is(cause, ErrDeleted) || p.comesBack && client.Retryable(cause)
}

// freeAll gives the items up, many at a time.
func freeAll(share *Share) {
	var work errgroup.Group
	work.SetLimit(atOnce)
	for _, item := range share.items {
		work.Go(func() error {
			item.free()
			return nil
		})
	}
	_ = work.Wait() // nobody fails
}
