package counter

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/zookit-go/zookit/client"
)

// Result is what became of a change.
type Result[T any] struct {
	Before  T    // what it was made from; for a change that was not made, what was there instead
	After   T    // what is there now, Before if it was not made
	Applied bool // false if CompareAndSet found another value, or Init a znode
	Stats
}

// Stats says what a change took.
type Stats struct {
	Attempts       int           // writes that were tried without a turn in the queue
	LockedAttempts int           // writes that were tried in a turn of WithLock
	Optimistic     time.Duration // the time of the first, pauses included
	Locked         time.Duration // the time of the second, waiting for the turn included
}

// maxPause is the longest pause between two attempts.
const maxPause = 100 * time.Millisecond

// atom changes one znode atomically, one change of this process at a time: the others would only make each other lose.
type atom struct {
	cell
	cfg    config
	gate   chan struct{} // of capacity 1: who is in it changes what follows
	known  *state        // the znode as our last call left it; nil if that is not known
	turns  *turns        // nil without WithLock
	busy   bool          // others changed it at the same time, so a change begins with a turn
	run    int           // changes without a turn
	closed bool
}

func newAtom(c *client.Client, path string, opts []Option) (*atom, error) {
	cfg, err := newConfig(path, opts)
	if err != nil {
		return nil, err
	}
	a := &atom{cell: cell{c: c, path: path}, cfg: cfg, gate: make(chan struct{}, 1)}
	if cfg.lock != "" {
		a.turns = newTurns(c, cfg.lock, a.gate)
	}
	if cfg.receipts != "" {
		a.receipt = &receipt{c: c, folder: cfg.receipts, target: path}
	}
	return a, nil
}

// enter waits for the gate.
func (a *atom) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	select {
	case a.gate <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if a.closed {
		<-a.gate
		return ErrClosed
	}
	return nil
}

func (a *atom) exit() { <-a.gate }

// errKept is what a change's function returns to leave things as they are.
var errKept = errors.New("kept")

// change replaces the znode's data by what next makes of it. next may be called several times; when it returns errKept for data that was
// just read, nothing is changed, and seen is what it was called with last.
func (a *atom) change(ctx context.Context, next func(seen *state) ([]byte, error)) (stats Stats, applied bool, seen *state, err error) {
	if err := a.enter(ctx); err != nil {
		return stats, false, nil, err
	}
	defer a.exit()
	begin := time.Now()
	turn := false
	if a.turns != nil {
		turn = a.turns.hold() || a.busy || a.behind()
	}
	if !turn {
		seen, err = a.optimistic(ctx, next, &stats)
		stats.Optimistic = time.Since(begin)
		if !errors.Is(err, ErrContended) {
			return stats, err == nil, seen, kept(err)
		}
		if a.turns == nil {
			return stats, false, nil, fmt.Errorf("%d attempts: %w", stats.Attempts, ErrContended)
		}
		begin = time.Now()
	}
	seen, err = a.locked(ctx, next, &stats)
	stats.Locked = time.Since(begin)
	return stats, err == nil, seen, kept(err)
}

// rereads is how many changes in a row are made from memory, if there is a queue of which the answers do not tell. Who changes from memory is
// faster than who has to read first, even one whose turn it is; reading first gives that one its chance.
const rereads = 16

// behind keeps a busy process from overtaking the queue for ever. It tells whether somebody queues.
func (a *atom) behind() bool {
	if a.cfg.lock == a.path {
		return a.known != nil && a.known.others > 0
	}
	if a.run++; a.run%rereads == 0 {
		a.known = nil
	}
	return false
}

func kept(err error) error {
	if errors.Is(err, errKept) {
		return nil
	}
	return err
}

// optimistic tries as often as it may, with pauses that grow, so that many contenders do not all lose to each other for long.
func (a *atom) optimistic(ctx context.Context, next func(*state) ([]byte, error), stats *Stats) (*state, error) {
	for {
		began := time.Now()
		stats.Attempts++
		seen, err := a.try(ctx, next)
		if !errors.Is(err, ErrContended) {
			return seen, err
		}
		if a.cfg.attempts > 0 && stats.Attempts >= a.cfg.attempts {
			return nil, err
		}
		// Somebody else's change takes a round trip, as ours did: a pause between none and twice as many each time.
		most := max(time.Since(began), time.Millisecond) << min(stats.Attempts-1, 10)
		if err := sleep(ctx, rand.N(min(most, maxPause))); err != nil { //nolint:gosec // chance, not secrecy
			return nil, err
		}
	}
}

// locked tries in a turn, until it works: only those who do not queue can be in the way.
func (a *atom) locked(ctx context.Context, next func(*state) ([]byte, error), stats *Stats) (seen *state, err error) {
	if a.turns.place == nil {
		before := a.known
		if err := a.turns.take(ctx); err != nil {
			return nil, err
		}
		defer func() {
			// Nobody has changed it since our last turn: there is no contention any more.
			a.busy = before == nil || seen == nil || before.version != seen.version || before.czxid != seen.czxid
		}()
		a.known = nil // somebody had a turn meanwhile
	}
	for err = ErrContended; errors.Is(err, ErrContended); {
		stats.LockedAttempts++
		seen, err = a.try(ctx, next)
	}
	if a.known != nil && a.known.others > 0 {
		a.known.others-- // our own place
	}
	if left := a.turns.rest(); left != nil && err == nil {
		a.busy = true // the change is made; the client cleans up in the background
	}
	return seen, err
}

// try is one attempt: one request if the last one told what is there, else two.
func (a *atom) try(ctx context.Context, next func(*state) ([]byte, error)) (seen *state, err error) {
	seen, a.known = a.known, nil
	fresh := seen == nil
	if fresh {
		if seen, err = a.read(ctx); err != nil {
			return nil, err
		}
	}
	data, err := next(seen)
	if err != nil && !fresh { // that may have been said of what is no longer there
		if seen, err = a.read(ctx); err != nil {
			return nil, err
		}
		data, err = next(seen)
	}
	if err != nil {
		a.remember(seen)
		return seen, err
	}
	now, err := a.write(ctx, seen, data)
	if err != nil {
		return nil, err
	}
	a.remember(now)
	return seen, nil
}

// remember keeps what the next change may begin with. A missing znode is looked for again.
func (a *atom) remember(s *state) {
	if s != nil && !s.missing {
		a.known = s
	}
}

// get reads, for everybody: one request. It does not wait for changes that are under way.
func (a *atom) look(ctx context.Context) (*state, error) { return a.read(ctx) }

// set overwrites.
func (a *atom) put(ctx context.Context, data []byte) error {
	if err := a.enter(ctx); err != nil {
		return err
	}
	defer a.exit()
	a.known = nil
	return a.force(ctx, data)
}

// init makes the znode if it is not there.
func (a *atom) init(ctx context.Context, data []byte) (Stats, bool, error) {
	stats, applied, _, err := a.change(ctx, func(seen *state) ([]byte, error) {
		if !seen.missing {
			return nil, errKept
		}
		return data, nil
	})
	return stats, applied, err
}

// close gives back what is held at the server.
func (a *atom) close(ctx context.Context) error {
	select {
	case a.gate <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer a.exit()
	a.closed = true
	var errs []error
	if a.turns != nil {
		a.turns.hold() // stops the timer
		errs = append(errs, a.turns.leave())
	}
	if a.receipt != nil {
		errs = append(errs, a.receipt.leave(ctx))
	}
	return errors.Join(errs...)
}

// fail names the counter, unless it was the caller's own context that ended, with nothing changed.
func (a *atom) fail(verb string, ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && !errors.Is(err, ErrUnknown) && !client.MayHaveApplied(err):
		return context.Cause(ctx)
	}
	return fmt.Errorf("counter: %s %s: %w", verb, a.path, err)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
