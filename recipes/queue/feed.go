package queue

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

const (
	// firstPause and lastPause bound how long it takes from the end of somebody else's lock until the next look at the locks: ever longer as
	// long as a look finds nothing to take.
	firstPause = 10 * time.Millisecond
	lastPause  = time.Second
)

// feed is what is known of a queue's items, for all takers of this process: one of them at a time picks from it, lists the queue when
// nothing is left, or waits with a watch.
type feed struct {
	e    *engine
	turn chan struct{}

	// Guarded by turn.
	names     []string      // nobody here has tried them yet; in order
	picked    int           // since the last listing
	watch     *sight        // of the queue's children; nil if it has fired
	locks     *sight        // of the lock path's; nil if nothing depends on it
	look      time.Time     // when to look at the locks again; zero if there is no need
	pause     time.Duration // before the next such look
	contested bool          // others have locks
	vain      bool          // the last look after a put found nothing
	lone      bool          // the last one found the item that was foreseen, and no other
	next      string        // the name that the next item is likely to have; "" if unknown
	last      string        // an item that was listed

	nudge chan struct{} // has an element when others than the server ask for a listing

	mu    sync.Mutex // guards what follows
	mine  map[string]struct{}
	met   bool // a lock of somebody else's, since the last listing
	cache map[string]client.GetResult
	size  int // of the largest item seen lately
}

// sight is a watch that lives until its end is called.
type sight struct {
	*client.Watch
	stop context.CancelCauseFunc
}

func (s *sight) end() {
	s.Stop()
	s.stop(nil)
}

func newFeed(e *engine) *feed {
	return &feed{
		e: e, turn: make(chan struct{}, 1), nudge: make(chan struct{}, 1), pause: firstPause,
		mine: make(map[string]struct{}), cache: make(map[string]client.GetResult),
	}
}

// picked is what to try: together at least one item.
type picked struct {
	names []string // nobody else here will try them until they are dropped
	next  []string // likely to be next
	begun *claim   // for an item before names; nil if there is none
}

// pick returns at least one and at most so many items to try.
func (f *feed) pick(ctx context.Context, most int) (picked, error) {
	var none picked
	select {
	case f.turn <- struct{}{}:
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-f.e.life.Done():
		return none, ErrClosed
	}
	defer func() { <-f.turn }()
	for {
		if err := context.Cause(ctx); err != nil {
			return none, err
		}
		if f.e.life.Err() != nil {
			return none, ErrClosed
		}
		select {
		case <-f.nudge: // something is back in its place, or there is something to tell
			if f.e.hasNotes() {
				f.again()
				return none, errNoted
			}
			if err := f.list(ctx); err != nil {
				f.again()
				return none, err
			}
		default:
		}
		n, due := f.ready(most)
		if n == 0 || f.e.refresh > 0 && f.picked >= f.e.refresh {
			if f.stale() {
				if err := f.list(ctx); err != nil {
					return none, err
				}
				continue
			}
		}
		if n > 0 {
			return f.give(n, nil), nil
		}
		put, err := f.wait(ctx, due)
		if err != nil {
			return none, err
		}
		if put && f.spare() {
			if begun := f.woken(ctx); begun != nil {
				n, _ = f.ready(most - 1)
				return f.give(n, begun), nil
			}
		}
	}
}

// give takes so many off names.
func (f *feed) give(n int, begun *claim) picked {
	p := picked{names: f.names[:n:n], begun: begun}
	f.picked += n
	f.pause = firstPause
	f.names = f.names[n:]
	f.own(p.names)
	n, _ = f.ready(ahead)
	p.next = f.names[:n:n]
	return p
}

// ready is how many of names may be taken now, and when the next may.
func (f *feed) ready(most int) (n int, due time.Time) {
	most = min(most, len(f.names))
	if f.e.kind.due == nil {
		return most, due
	}
	now := time.Now().UnixMilli()
	for n < most && f.e.kind.due(f.names[n]) <= now {
		n++
	}
	if n < len(f.names) {
		due = time.UnixMilli(f.e.kind.due(f.names[n]))
	}
	return n, due
}

// stale tells whether there may be items that are not among names.
func (f *feed) stale() bool {
	if f.watch == nil {
		return true
	}
	select {
	case <-f.watch.Events():
		f.watch.end()
		f.watch = nil
		return true
	default:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.met || !f.look.IsZero() && !time.Now().Before(f.look)
}

// list lists the queue and leaves a watch, and the locks if others have some.
func (f *feed) list(ctx context.Context) error {
	f.anew()
	names, folder, watch, err := f.children(ctx, f.e.path)
	if err != nil {
		return err
	}
	f.watch = watch
	names = f.e.kind.sort(names)
	f.remember(names)
	f.next = f.guess(folder)
	f.vain = f.vain && len(names) == 0
	f.names = f.others(names)
	if !f.contested || len(f.names) == 0 {
		return nil
	}
	if f.locks != nil {
		f.locks.end()
		f.locks = nil
	}
	locked, _, locks, err := f.children(ctx, f.e.lockPath)
	if err != nil {
		f.watch.end() // the listing is not complete
		f.watch = nil
		return err
	}
	held := make(map[string]bool, len(locked))
	for _, name := range locked {
		held[name] = true
	}
	free := f.names[:0]
	for _, name := range f.names {
		if !held[name] {
			free = append(free, name)
		}
	}
	f.contested = len(free) < len(f.names)
	f.names = free
	f.locks = locks
	return nil
}

// anew forgets what was listed.
func (f *feed) anew() {
	f.mu.Lock()
	f.contested = f.contested || f.met
	f.met, f.look = false, time.Time{}
	clear(f.cache) // others may have taken what was read
	f.mu.Unlock()
	f.names, f.picked = nil, 0
	if f.watch != nil {
		f.watch.end()
		f.watch = nil
	}
}

// children lists a folder, and makes it if it is missing. The watch lives as long as the queue, not only as long as ctx.
func (f *feed) children(ctx context.Context, path string) ([]string, *zk.Stat, *sight, error) {
	for {
		life, stop := context.WithCancelCause(f.e.life)
		release := context.AfterFunc(ctx, func() { stop(context.Cause(ctx)) })
		names, folder, watch, err := f.e.c.Children(path).DoW(life)
		if !release() && err == nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			return names, folder, &sight{watch, stop}, nil
		}
		stop(err)
		if !errors.Is(err, zk.ErrNoNode) {
			return nil, nil, nil, err
		}
		if err := f.e.makeFolder(ctx, path); err != nil {
			return nil, nil, nil, err
		}
	}
}

// wait waits until there may be something to take: the queue has changed, which it tells, an item is due, or a lock of somebody else's has
// ended and the item is still there.
func (f *feed) wait(ctx context.Context, due time.Time) (changed bool, err error) {
	var locks <-chan zk.Event
	if f.locks != nil {
		locks = f.locks.Events()
	}
	if due.IsZero() || !f.look.IsZero() && f.look.Before(due) {
		due = f.look
	}
	var timer <-chan time.Time
	if !due.IsZero() {
		t := time.NewTimer(time.Until(due))
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-f.watch.Events():
		f.watch.end()
		f.watch = nil
		return true, nil
	case <-locks:
		f.locks.end()
		f.locks = nil
		f.look = time.Now().Add(f.pause)
		f.pause = min(2*f.pause, lastPause)
	case <-f.nudge:
		f.again()
	case <-timer:
	case <-ctx.Done():
		return false, context.Cause(ctx)
	case <-f.e.life.Done():
		return false, ErrClosed
	}
	return false, nil
}

// again asks for a listing.
func (f *feed) again() {
	select {
	case f.nudge <- struct{}{}:
	default:
	}
}

// own notes items that are tried or held here.
func (f *feed) own(names []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, name := range names {
		f.mine[name] = struct{}{}
	}
}

// others leaves the items that nobody here tries or holds.
func (f *feed) others(names []string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	left := names[:0]
	for _, name := range names {
		if _, ok := f.mine[name]; !ok {
			left = append(left, name)
		}
	}
	return left
}

// drop ends what own began. If the item may still be there, somebody here or elsewhere is to try it again.
func (f *feed) drop(name string, there bool) {
	f.mu.Lock()
	delete(f.mine, name)
	delete(f.cache, name)
	f.mu.Unlock()
	if there {
		f.again()
	}
}

// taken notes an item that another consumer has locked.
func (f *feed) taken(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.mine, name)
	f.met = true
}

// stop takes the watches away. The queue's life has ended.
func (f *feed) stop() {
	f.turn <- struct{}{}
	defer func() { <-f.turn }()
	for _, w := range []*sight{f.watch, f.locks} {
		if w != nil {
			w.end()
		}
	}
	f.watch, f.locks = nil, nil
}
