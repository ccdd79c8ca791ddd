package party

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/latest"
	"github.com/zookit-go/zookit/recipes/lock"
)

// Partitioner divides a set of items among all members that name the same path and the same items, and divides them anew when members come or
// go. It shares its znodes with kazoo's SetPartitioner.
//
// Shape: a shallow party at path/party, and for each item that is owned a lock with kazoo's names at path/locks/<item>: one ephemeral
// sequential znode per owner and waiter, <32 hex>__lock__<10 digits>, with the member's id as its data. All parents are persistent. Keep path for this
// alone: any other child of path/party counts as a member, in Go as in Python, and what falls to it nobody owns.
//
// An item has one owner at a time: who is to have it locks it first, and gets the lock only when the owner before has given it up or lost its
// session. The znode of the lock is the fencing token. A change of members ends all shares; each member brings its work to an end and calls Release,
// waits until the members have been the same for a while (WithTimeBoundary), and takes its new share. One that does not release keeps the next owners
// of its items waiting; see WithMaxReaction.
//
// Cost, for each member: to join as for Party; a change of members 1 event and 1 request; a share 2 requests for each item, in one round trip for 128 of
// them, 2 and 1 event more for each that another has, 1 and 1 event more for each that is held or waited for longer than 250 ms, and 1 for each to
// release.
//
// Suspended: a share goes on, since the session may live; a member that allocates waits. kazoo's members release their shares then. Lost: the
// share ends, before the server can give an item to another; the Partitioner fails, or joins again with WithRejoin.
//
// A Partitioner is safe for concurrent use, and is for one life: after Close or a failure make another.
//
// Source: kazoo's recipe.partitioner.
type Partitioner struct {
	items  []string
	locks  []*lock.Mutex // of the items
	party  *Party
	id     string
	weight int
	divide Partition

	boundary  time.Duration
	reaction  time.Duration
	comesBack bool

	changes latest.Latest[Allocation]
	mu      sync.Mutex // guards what follows
	started bool
	closed  bool
	life    context.Context // ends with Close
	end     context.CancelCauseFunc
	done    chan struct{} // closed when the goroutine has ended
}

// defaultBoundary is kazoo's.
const defaultBoundary = 30 * time.Second

// NewPartitioner returns a member of the set of items at path. The items are names of znodes: not empty, no slash, each one once; their order does not
// matter, and all members must name the same. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or says what is
// wrong with an item, the id or an option.
func NewPartitioner(c *client.Client, path string, items []string, opts ...PartitionerOption) (*Partitioner, error) {
	p := &Partitioner{
		items: slices.Sorted(slices.Values(items)), id: defaultID(), divide: Weighted,
		boundary: defaultBoundary, done: make(chan struct{}),
	}
	if err := p.prepare(c, path, opts); err != nil {
		return nil, fmt.Errorf("party: partitioner at %q: %w", path, err)
	}
	p.life, p.end = context.WithCancelCause(context.Background())
	return p, nil
}

func (p *Partitioner) prepare(c *client.Client, path string, opts []PartitionerOption) error {
	if err := client.CheckPath(path); err != nil {
		return err
	}
	for _, opt := range opts {
		if err := opt.partitioner(p); err != nil {
			return err
		}
	}
	if p.weight > 0 {
		p.id = weighted(p.id, p.weight)
	}
	for i, item := range p.items {
		if item == "" || strings.Contains(item, "/") || i > 0 && item == p.items[i-1] {
			return fmt.Errorf("%w %q", errItem, item)
		}
		m, err := lock.NewMutex(c, client.Join(path, "locks", item), lock.WithNames(lock.Kazoo), lock.WithData([]byte(p.id)))
		if err != nil {
			return err
		}
		p.locks = append(p.locks, m)
	}
	var err error
	p.party, err = NewShallow(c, client.Join(path, "party"), WithID(p.id))
	return err
}

// Start joins the party and returns when the others can see that; the first share takes a while more. ctx bounds the call only. A failed
// Start leaves nothing behind and can be repeated. Errors: those of Party.Join, ErrStarted, ErrClosed.
func (p *Partitioner) Start(ctx context.Context) error {
	if err := p.begin(); err != nil {
		return p.fail("start", err)
	}
	joining, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(p.life, func() { cancel(ErrClosed) })()
	m, err := p.party.Join(joining)

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		if err == nil {
			_ = m.Leave()
		}
		p.changes.Finish(Allocation{State: Failure, Err: ErrClosed})
		close(p.done)
		return p.fail("start", ErrClosed)
	}
	if err != nil {
		p.started = false
		return err
	}
	go p.run(m)
	return nil
}

func (p *Partitioner) begin() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return ErrClosed
	case p.started:
		return ErrStarted
	}
	p.started = true
	return nil
}

// Close ends the share, gives its items up and leaves the party. Call it when the work is over: it does not wait for Release. It returns when nothing of
// the Partitioner runs any more, in a second or a few; if ctx ends first, with context.Cause(ctx). It is safe to call twice.
func (p *Partitioner) Close(ctx context.Context) error {
	p.mu.Lock()
	idle := !p.closed && !p.started
	p.closed = true
	p.mu.Unlock()
	p.end(ErrClosed)
	if idle {
		p.changes.Finish(Allocation{State: Failure, Err: ErrClosed})
		close(p.done)
	}
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Changes tells how the Partitioner stands, and then every change. A listener that is slow gets the newest and not those between; no listener keeps
// anybody waiting. The channel is closed when ctx ends, and behind Failure, which is the last.
func (p *Partitioner) Changes(ctx context.Context) <-chan Allocation { return p.changes.Listen(ctx) }

// Acquire waits for the next share, or returns the present one. Who gets a share must Release it. Errors: context.Cause(ctx), ErrNotStarted, and why the Partitioner failed:
// ErrClosed, ErrSlow, one that matches client.ErrSessionLost (without WithRejoin) or client.ErrClosed, or what the server refused.
func (p *Partitioner) Acquire(ctx context.Context) (*Share, error) {
	p.mu.Lock()
	ready := p.started || p.closed
	p.mu.Unlock()
	if !ready {
		return nil, p.fail("acquire", ErrNotStarted)
	}
	listening, cancel := context.WithCancel(ctx)
	defer cancel()
	for now := range p.Changes(listening) {
		if now.State != Acquired {
			continue
		}
		first := now.Share.taken.CompareAndSwap(false, true)
		if now.Share.ctx.Err() == nil {
			return now.Share, nil
		}
		if first {
			now.Share.Release() // it ended before anybody had it
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, p.Err()
}

// Err is nil until the Partitioner has failed or was closed. The errors are those of Acquire.
func (p *Partitioner) Err() error {
	now := p.changes.Get()
	if now.State != Failure {
		return nil
	}
	return p.fail("acquire", now.Err)
}

// fail names the partitioner.
func (p *Partitioner) fail(verb string, err error) error {
	return fmt.Errorf("party: %s partitioner %s: %w", verb, client.Parent(p.party.path), err)
}
