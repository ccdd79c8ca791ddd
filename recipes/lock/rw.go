package lock

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/internal/contend"
)

// Curator's names for the two sides of a RWMutex.
const (
	readers = "__READ__"
	writers = "__WRIT__"
)

// ErrDowngraded is the cause with which a WriteHeld's context ends when it is downgraded.
var ErrDowngraded = errors.New("lock: downgraded to a read lock")

// RWMutex is a fair lock that one writer holds, or any number of readers. It shares its znodes with Curator's InterProcessReadWriteLock.
//
// Shape: one ephemeral znode per contender, path/_c_<uuid>-__WRIT__<10 digits> or path/_c_<uuid>-__READ__<10 digits>; its data is what
// WithData says. A writer holds when its number is the lowest of all, a reader when no writer's is lower. Equal numbers are a writer's and that of the
// reader that it was downgraded to. path and its missing ancestors are made as containers, which takes a server of 3.5 or later; make
// path yourself for an older one. Keep path for this lock alone.
//
// Cost: uncontended 3 requests in 2 round trips, for either side. Behind others 5 requests and one watch event: a writer watches who is right
// before it, a reader the last writer before it; readers that wait for one writer are woken together. Downgrade is 3 requests in 2 round
// trips. A hold or a wait longer than 250 ms also watches its own znode: one request and one event more.
//
// Suspended: a hold goes on, since the session may live; a waiter keeps its place. Lost: a hold ends, and Lock and RLock return an error that
// matches client.ErrSessionLost.
//
// A reader cannot become a writer: it would wait for itself. Release the read lock first, and look again afterwards. A RWMutex is safe for
// concurrent use. Two calls are two contenders; it is not re-entrant, which ReentrantRW is.
//
// Curator before 5.5 downgrades with a new number, so that a writer that queues between the two is let in, by any implementation, beside
// the Java reader. Downgrade here, or with Curator 5.5 and later, keeps the writer's number and place.
//
// Source: the shared lock recipe of ZooKeeper's documentation; names, order and parents as in Curator 5.5.
type RWMutex struct {
	read, write *Mutex
}

// NewRWMutex returns the lock at path. It does no I/O; the error is zk.ErrInvalidPath for a path that no server would take, or an
// option's: kazoo's read and write locks are others than Curator's, so WithNames(Kazoo) and WithPatterns are refused.
func NewRWMutex(c *client.Client, path string, opts ...Option) (*RWMutex, error) {
	s, err := settle(opts)
	if err == nil {
		err = s.refuseKazoo()
	}
	if err == nil {
		err = client.CheckPath(path)
	}
	if err != nil {
		return nil, fmt.Errorf("lock: RW mutex at %q: %w", path, err)
	}
	write := &Mutex{s.queue(c, path)}
	write.q.Name, write.q.Key = writers, place
	read := &Mutex{write.q}
	read.q.Name = readers
	read.q.Blocks = func(child string) bool { return strings.Contains(child, writers) }
	return &RWMutex{read, write}, nil
}

// place orders by number, the writer before the reader that it becomes.
func place(child string) string {
	if strings.Contains(child, writers) {
		return number(child) + "\x00" // before \x01; a path has neither
	}
	return number(child) + "\x01"
}

func number(child string) string { return tail(tail(child, readers), writers) }

func tail(child, token string) string {
	if i := strings.LastIndex(child, token); i >= 0 {
		return child[i+len(token):]
	}
	return child
}

// Lock waits for the write lock. It is Mutex's Lock in all else: contexts, errors, and what it leaves.
func (m *RWMutex) Lock(ctx context.Context) (*WriteHeld, error) { return m.writer(m.write.Lock(ctx)) }

// TryLock takes the write lock if nobody holds either or waits, and returns ErrNotAcquired otherwise. It costs what Mutex's TryLock does.
func (m *RWMutex) TryLock(ctx context.Context) (*WriteHeld, error) {
	return m.writer(m.write.TryLock(ctx))
}

// RLock waits for a read lock. It is Mutex's Lock in all else.
func (m *RWMutex) RLock(ctx context.Context) (*Held, error) { return m.read.Lock(ctx) }

// TryRLock takes a read lock if no writer holds or waits, and returns ErrNotAcquired otherwise. It costs what Mutex's TryLock does.
func (m *RWMutex) TryRLock(ctx context.Context) (*Held, error) { return m.read.TryLock(ctx) }

// Do calls f while it holds the write lock. It is Mutex's Do in all else.
func (m *RWMutex) Do(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, m.Lock, f)
}

// RDo calls f while it holds a read lock. It is Mutex's Do in all else.
func (m *RWMutex) RDo(ctx context.Context, f func(ctx context.Context) error) error {
	return do(ctx, m.RLock, f)
}

// RLocker is the read side, for a Multi. The RWMutex itself is its write side there.
func (m *RWMutex) RLocker() Locker { return m.read }

// Participants lists who holds either side and who waits, in order. It is Mutex's Participants in all else.
func (m *RWMutex) Participants(ctx context.Context) ([]Participant, error) {
	all, err := participants(ctx, m.write.q)
	if err != nil {
		return nil, m.write.fail("list", ctx, err)
	}
	writer := "" // the first one's number
	for i := range all {
		p := &all[i]
		p.Reads = strings.Contains(client.Base(p.Path), readers)
		p.Holds = i == 0 || p.Reads && (writer == "" || number(p.Path) == writer) // a writer that reads as well holds both
		if writer == "" && !p.Reads {
			writer = number(p.Path)
		}
	}
	return all, nil
}

func (m *RWMutex) take(ctx context.Context) (holding, error) { return asHolding(m.Lock(ctx)) }
func (m *RWMutex) try(ctx context.Context) (holding, error)  { return asHolding(m.TryLock(ctx)) }

func (m *RWMutex) writer(held *Held, err error) (*WriteHeld, error) {
	if err != nil {
		return nil, err
	}
	return &WriteHeld{held, m}, nil
}

// WriteHeld is a write lock that is held.
type WriteHeld struct {
	*Held
	m *RWMutex
}

// Downgrade turns the write lock into a read lock, without letting another writer in between: readers that wait come in beside it. The
// write hold's Context ends with ErrDowngraded. If it fails the write lock stays as it is: because it was lost already, with the
// cause of that; because ctx ended; or for the reasons that Mutex's Lock has.
func (h *WriteHeld) Downgrade(ctx context.Context) (*Held, error) {
	read, err := h.join(ctx, "downgrade")
	if err != nil {
		return nil, err
	}
	h.place.End(ErrDowngraded)
	_ = h.place.Leave() // as long as it is there others wait, so it is safe
	return read, nil
}

// join takes the read side as well, at the writer's place.
func (h *WriteHeld) join(ctx context.Context, verb string) (*Held, error) {
	if h.Context().Err() != nil {
		return nil, h.m.read.fail(verb, context.Background(), context.Cause(h.Context()))
	}
	q := h.m.read.q
	q.Number = h.place.Number()
	// Of those ahead none counts but the writer that this is: it must still be there.
	own := client.Base(h.Path())
	q.Blocks = func(child string) bool { return child == own }
	read, err := q.Enter(ctx)
	if err != nil {
		return nil, h.m.read.fail(verb, ctx, err)
	}
	if read.First() {
		h.place.End(contend.ErrGone)
	}
	if h.Context().Err() != nil {
		_ = read.Leave() // what could not be deleted now is deleted in the background
		return nil, h.m.read.fail(verb, context.Background(), context.Cause(h.Context()))
	}
	return &Held{c: h.c, place: read, token: h.Token()}, nil
}
