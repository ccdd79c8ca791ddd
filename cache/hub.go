package cache

import (
	"context"
	"iter"
	"slices"
	"sync"
)

// hub holds the present snapshot and hands what leads to it to those who listen. The engine never waits for any of them.
type hub struct {
	lag    int       // how many events wait for a listener before it is told differences instead
	origin *Snapshot // before anything was read

	mu      sync.Mutex // guards what follows
	now     *Snapshot
	told    int   // events since the beginning
	tail    *link // the last one; the next is hung on it
	subs    map[*listener]struct{}
	waiters []*waiter
	over    error
}

// link is a step from one snapshot to the next. Who listens holds the one behind which nothing was told to it yet; what all have heard is
// garbage.
type link struct {
	events []Event
	leap   bool // no events: the difference of the snapshots is what happened
	after  *Snapshot
	next   *link
}

type listener struct {
	at    *link // nil: too far behind
	told  int
	base  *Snapshot
	wake  chan struct{}
	fresh bool // has still to be told Initialized
}

type waiter struct {
	zxid int64
	done chan struct{}
}

func newHub(empty *Snapshot, lag int) *hub {
	return &hub{lag: lag, origin: empty, now: empty, tail: &link{after: empty}, subs: map[*listener]struct{}{}}
}

func (h *hub) snapshot() *Snapshot {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// publish makes a snapshot the present one. With leap the events are the difference.
func (h *hub) publish(next *Snapshot, events []Event, leap bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = next
	if len(events) > 0 || leap {
		l := &link{events: events, leap: leap, after: next}
		h.tail.next = l
		h.tail = l
		h.told += max(len(events), 1)
		for s := range h.subs {
			if s.at != nil && h.told-s.told > h.lag {
				s.at = nil
			}
			s.nudge()
		}
	}
	h.waiters = slices.DeleteFunc(h.waiters, func(w *waiter) bool {
		if w.zxid > next.zxid {
			return false
		}
		close(w.done)
		return true
	})
}

func (s *listener) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// stop ends all listening and waiting.
func (h *hub) stop(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over != nil {
		return
	}
	h.over = err
	for s := range h.subs {
		s.nudge()
	}
	for _, w := range h.waiters {
		close(w.done)
	}
	h.waiters = nil
}

// wanted is the highest zxid that somebody waits for, 0 if nobody waits.
func (h *hub) wanted() (zxid int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, w := range h.waiters {
		zxid = max(zxid, w.zxid)
	}
	return zxid
}

// await returns when the snapshot stands at zxid. poke is called if it has to be waited for.
func (h *hub) await(ctx context.Context, zxid int64, poke func()) error {
	h.mu.Lock()
	if !h.now.first && h.now.zxid >= zxid {
		h.mu.Unlock()
		return nil
	}
	if h.over != nil {
		h.mu.Unlock()
		return h.over
	}
	w := &waiter{zxid, make(chan struct{})}
	h.waiters = append(h.waiters, w)
	h.mu.Unlock()
	poke()
	select {
	case <-w.done:
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.now.first || h.now.zxid < zxid {
			return h.over
		}
		return nil
	case <-ctx.Done():
		h.mu.Lock()
		defer h.mu.Unlock()
		h.waiters = slices.DeleteFunc(h.waiters, func(other *waiter) bool { return other == w })
		return context.Cause(ctx)
	}
}

// listen yields what leads from base to the present and what comes then, until ctx ends or the cache is closed.
func (h *hub) listen(ctx context.Context, base *Snapshot) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		s := &listener{base: base, wake: make(chan struct{}, 1), fresh: base.first}
		h.mu.Lock()
		h.subs[s] = struct{}{}
		h.mu.Unlock()
		defer func() {
			h.mu.Lock()
			delete(h.subs, s)
			h.mu.Unlock()
		}()
		for {
			events, ok := h.next(s)
			if !ok {
				return
			}
			for _, ev := range events {
				if ctx.Err() != nil || !yield(ev) {
					return
				}
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-s.wake:
			case <-ctx.Done():
				return
			}
		}
	}
}

// next is what a listener is told now: nothing if it has heard all. Differences are made out in the listener's goroutine.
func (h *hub) next(s *listener) (events []Event, ok bool) {
	h.mu.Lock()
	var older, newer *Snapshot
	switch {
	case h.now.first && h.over == nil:
	case s.at == nil:
		older, newer = s.base, h.now
		s.at, s.told = h.tail, h.told
	case s.at.next != nil:
		s.at = s.at.next
		if s.at.leap {
			older, newer = s.base, s.at.after
		} else {
			events, newer = s.at.events, s.at.after
		}
		s.told += max(len(s.at.events), 1)
	}
	over := h.over
	h.mu.Unlock()
	if newer == nil {
		return nil, over == nil
	}
	s.base = newer
	if older != nil {
		events = catchUp(older, newer)
	}
	if s.fresh && !newer.first {
		s.fresh = false
		events = append(slices.Clip(events), Event{Kind: Initialized})
	}
	if len(events) == 0 {
		s.nudge() // there may be more
	}
	return events, true
}
