package party

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
)

// Share is what a member owns of the items, all of it locked, until its Context ends.
type Share struct {
	items []*Item
	ctx   context.Context
	end   context.CancelCauseFunc

	taken    atomic.Bool // somebody may work on it; what nobody took nobody has to release
	once     sync.Once
	released chan struct{} // closed by Release
}

func newShare(ctx context.Context) *Share {
	s := &Share{released: make(chan struct{})}
	s.ctx, s.end = context.WithCancelCause(ctx)
	return s
}

// Items are the items, sorted. There may be none: when there are more members than items.
func (s *Share) Items() []*Item {
	s.taken.Store(true)
	return s.items
}

// Context ends with the share. Work under it. Its cause says why: ErrChanged, ErrReleased, ErrClosed, ErrDeleted if somebody else deleted the
// member's znode, lock.ErrDeleted if it was an item's lock, the cause of Run's context, and one that matches client.ErrSessionLost or client.ErrClosed.
//
// The items stay locked until Release, unless the session is lost. So when it ended for another reason, the work can be brought to an orderly end
// before somebody else takes over.
func (s *Share) Context() context.Context { return s.ctx }

// Release must be called once the share was returned by Acquire, or its Items were asked for. It says that the work is over: Context ends, if it has not, and the items' locks are given up in the background, so that their next owners
// can begin. It does not wait, and is safe to defer and to call twice.
func (s *Share) Release() {
	s.end(ErrReleased)
	s.once.Do(func() { close(s.released) })
}

// Item is one that a member owns.
type Item struct {
	name string
	held *lock.Held
	ctx  context.Context
	end  context.CancelCauseFunc
	stop func() bool // ends the following of the lock
}

// own binds the item to its share and to its lock.
func (s *Share) own(name string, held *lock.Held) *Item {
	i := &Item{name: name, held: held}
	i.ctx, i.end = context.WithCancelCause(s.ctx)
	i.stop = context.AfterFunc(held.Context(), func() {
		cause := context.Cause(held.Context())
		i.end(cause)
		s.end(cause)
	})
	return i
}

// free gives the item's lock up.
func (i *Item) free() {
	i.stop()
	i.end(ErrReleased)
	_ = i.held.Unlock() // what could not be deleted now is deleted in the background
}

// Name is the item as it was given to NewPartitioner.
func (i *Item) Name() string { return i.name }

// Context ends when the item is lost, and with its share. The causes are those of Share.Context.
func (i *Item) Context() context.Context { return i.ctx }

// Token is a fencing token: every later owner's of this item is larger, be it in Go or in Python. A resource that remembers the largest token it has
// seen, and refuses smaller ones, is safe from an owner that does not know yet that it lost the item. It is the czxid of the lock's znode.
func (i *Item) Token() int64 { return i.held.Token() }

// Path is the znode of the item's lock.
func (i *Item) Path() string { return i.held.Path() }

// Guard is an operation for client.Txn that lets the transaction pass only while the item is locked for this owner. The transaction
// fails with zk.ErrNoNode otherwise.
func (i *Item) Guard() client.Op { return i.held.Guard() }
