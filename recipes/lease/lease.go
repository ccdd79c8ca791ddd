package lease

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
	"unicode/utf8"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Lease is a lease that one holder has at a time. It shares its znodes with kazoo's NonBlockingLease.
//
// Shape: path/lease_holder, persistent, says who has the lease until when, in JSON:
//
//	{"version": 1, "holder": "worker 7", "end": "2026-11-22T05:00:00"}
//
// The end is UTC in whole seconds. It is written under a lock with kazoo's names, the ephemeral sequential path/<32 hex>__lock__<10 digits>, which is
// held for the moment of writing only. path and its missing ancestors are persistent.
//
// Cost: 1 request for one who does not get the lease. 5 requests in 4 round trips for one who does: it reads, takes the lock, reads again, and in
// one transaction writes and gives the lock up. kazoo takes 7 and 9. Nothing is watched, and nobody is woken.
//
// Suspended and Lost: a grant goes on, since it is bound to the clock and to no session. TryAcquire waits for a connection, and goes on in the next
// session.
//
// A Lease is safe for concurrent use. It has no state of its own: two with one holder's name renew each other's lease.
//
// Source: kazoo's recipe.lease. See the package's page for the clocks.
type Lease struct {
	c        *client.Client
	path     string
	duration time.Duration
	settings
}

type settings struct {
	holder string
	margin time.Duration
	clock  func() time.Time
}

// Option configures a Lease or a Multi.
type Option func(*settings) error

// WithHolder is who has the lease. Who takes a lease that it has renews it, so the name is to be unique among those who must not have it together, and the
// same when a process begins anew. It is the host's name unless set, as in kazoo.
func WithHolder(name string) Option {
	return func(s *settings) error {
		if name == "" || !utf8.ValidString(name) {
			return fmt.Errorf("%w: holder %q", errOption, name)
		}
		s.holder = name
		return nil
	}
}

// WithMargin makes a Grant end this much before the lease does, so that a clock that is ahead by no more than this makes nobody overlap. It
// is 0 unless set.
func WithMargin(d time.Duration) Option {
	return func(s *settings) error {
		if d < 0 {
			return fmt.Errorf("%w: a margin of %v", errOption, d)
		}
		s.margin = d
		return nil
	}
}

// WithClock sets what tells the time, for tests. It is time.Now unless set. A Grant's Context measures its length by Go's timers whatever the clock.
func WithClock(now func() time.Time) Option {
	return func(s *settings) error {
		if now == nil {
			return fmt.Errorf("%w: no clock", errOption)
		}
		s.clock = now
		return nil
	}
}

var errOption = errors.New("bad option")

// ErrHeld means that another has the lease. It comes as a *HeldError, which says who.
var ErrHeld = errors.New("lease: held by another")

// HeldError says who has the lease. It matches ErrHeld.
type HeldError struct{ Info }

func (e *HeldError) Error() string {
	return fmt.Sprintf("%v: %q until %s", ErrHeld, e.Holder, e.End.UTC().Format(time.RFC3339))
}

// Is tells that it is ErrHeld.
func (e *HeldError) Is(target error) bool { return target == ErrHeld }

// New returns the lease at path, which is taken for a duration of a second at least, and a second more than the margin. It does no I/O;
// the error is zk.ErrInvalidPath for a path that no server would take, or says what is wrong with the duration or an option.
func New(c *client.Client, path string, duration time.Duration, opts ...Option) (*Lease, error) {
	s, err := settle(duration, opts)
	if err == nil {
		err = client.CheckPath(path)
	}
	if err != nil {
		return nil, fmt.Errorf("lease: at %q: %w", path, err)
	}
	return &Lease{c, path, duration, s}, nil
}

func settle(duration time.Duration, opts []Option) (settings, error) {
	s := settings{clock: time.Now}
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return s, err
		}
	}
	if s.holder == "" {
		host, err := os.Hostname()
		if err != nil {
			return s, fmt.Errorf("the holder's name: %w", err)
		}
		s.holder = host
	}
	if duration < s.margin+time.Second {
		return s, fmt.Errorf("%w: a duration of %v, with a margin of %v", errOption, duration, s.margin)
	}
	return s, nil
}

// Info is what a lease's znode says.
type Info struct {
	Holder string
	End    time.Time // UTC, whole seconds
}

// Look tells who has or had the lease: 1 request. The zero Info says that nobody had it yet, or that it was released. It is over when End has
// come. Errors: context.Cause(ctx), ErrFormat, client.ErrConnectionLoss, zk.ErrNoAuth, client.ErrClosed.
func (l *Lease) Look(ctx context.Context) (Info, error) {
	at, err := l.read(ctx)
	if err != nil {
		return Info{}, l.fail(ctx, "look at", err)
	}
	return at.Info, nil
}

// TryAcquire takes the lease, or renews it if it is this holder's, and fails with an error that matches ErrHeld if it is another's. It does not wait
// for the lease; it may wait for a connection, and for others who are just writing: one who dies in that moment keeps it waiting for as long as
// that one's session lasts.
//
// Other errors: context.Cause(ctx), ErrFormat, zk.ErrNoAuth, client.ErrClosed. After any of them the lease may have been taken all the same, if
// client.MayHaveApplied says so; then it is free when it ends, or renewed by the next TryAcquire.
func (l *Lease) TryAcquire(ctx context.Context) (*Grant, error) {
	at, err := l.read(ctx)
	if err == nil {
		err = l.free(at.Info, l.clock())
	}
	var g *Grant
	if err == nil {
		g, err = l.take(ctx)
	}
	if err != nil {
		return nil, l.fail(ctx, "take", err)
	}
	return g, nil
}

// free tells whether the lease can be taken.
func (l *Lease) free(now Info, at time.Time) error {
	if now.Holder != l.holder && at.Before(now.End) {
		return &HeldError{now}
	}
	return nil
}

func (l *Lease) join(name string) string { return client.Join(l.path, name) }

func (l *Lease) queue() contend.Queue {
	const name = "__lock__"
	return contend.Queue{Client: l.c, Parent: l.path, Data: []byte(l.holder)}.Kazoo(name, name)
}

// fail names the lease, unless it was the caller's own context that ended or another who has it.
func (l *Lease) fail(ctx context.Context, verb string, err error) error {
	if ctx.Err() != nil && !client.MayHaveApplied(err) {
		return context.Cause(ctx)
	}
	if errors.Is(err, ErrHeld) {
		return err
	}
	return fmt.Errorf("lease: %s %s: %w", verb, l.path, err)
}
