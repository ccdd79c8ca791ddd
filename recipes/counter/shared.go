package counter

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Shared is a value that is kept up to date in every process that names the same path, and that tells its listeners of changes.
//
// Shape: one persistent znode, 4 bytes for a SharedCount, raw bytes for a SharedValue. path's missing ancestors are made as containers,
// which takes a server of 3.5 or later; make them yourself for an older one.
//
// Cost: 2 requests to start, then for each change, whoever makes it, 1 event and 1 request here, and 1 request for who makes it.
//
// Suspended: Get goes on telling the last value known, which may be old; client.Client's State says so. After every reconnect, and in
// every new session, the znode is read again before anything else can be missed; changes that followed each other quickly, or happened
// while there was no connection, are told as one. Lost: the same, since nothing is held. Deleted: Missing is told, and the value again
// when somebody makes the znode; it is not made again by itself.
//
// A Shared is safe for concurrent use.
//
// Source: Curator's SharedCount and SharedValue, ordered by transaction instead of by version as its 5.7 and later do.
type Shared[T any] struct {
	c    *client.Client
	path string
	seed []byte
	as   codec[T]

	mu      sync.Mutex
	last    Snapshot[T]
	started bool
	closed  bool
	stop    func()
	done    chan struct{} // closed when the watching goroutine is over
	changed chan struct{} // closed and made anew with each change
	failed  error         // why it stopped by itself
}

// SharedCount is a number that every process sees, and Curator's SharedCount and kazoo's Counter(support_curator=True), too.
type SharedCount = Shared[int32]

// SharedValue is bytes that every process sees, and Curator's SharedValue, too.
type SharedValue = Shared[[]byte]

// Snapshot is a value as it was at one transaction.
type Snapshot[T any] struct {
	Value   T     // the last one known, if Missing; bytes must not be changed
	Version int32 // of the znode's data
	Zxid    int64 // of the transaction that wrote it: larger for every later value
	Missing bool  // the znode has been deleted
}

// NewSharedCount returns the count at path; Start makes the znode with seed if it is missing. It does no I/O; the error is
// zk.ErrInvalidPath for a path that no server would take.
func NewSharedCount(c *client.Client, path string, seed int32) (*SharedCount, error) {
	return newShared(c, path, counts, seed)
}

// NewSharedValue returns the value at path; Start makes the znode with seed if it is missing. It does no I/O; the error is
// zk.ErrInvalidPath for a path that no server would take.
func NewSharedValue(c *client.Client, path string, seed []byte) (*SharedValue, error) {
	return newShared(c, path, raw, seed)
}

func newShared[T any](c *client.Client, path string, as codec[T], seed T) (*Shared[T], error) {
	if err := client.CheckPath(path); err != nil {
		return nil, fmt.Errorf("counter: shared %q: %w", path, err)
	}
	return &Shared[T]{
		c: c, path: path, seed: as.encode(seed), as: as,
		done: make(chan struct{}), changed: make(chan struct{}),
	}, nil
}

// Start makes the znode if it is missing, reads it, and keeps it up to date until Close: one goroutine. It may be called once, and
// again after it failed. It fails with ErrCorrupt for data of another length, zk.ErrNoAuth, what the client's retry policy gave up on,
// or the cause of ctx.
func (s *Shared[T]) Start(ctx context.Context) error {
	s.mu.Lock()
	switch {
	case s.closed:
		s.mu.Unlock()
		return ErrClosed
	case s.started:
		s.mu.Unlock()
		return fmt.Errorf("counter: shared %s: started twice", s.path)
	}
	s.started = true
	life, stop := context.WithCancelCause(context.Background())
	s.stop = func() { stop(ErrClosed) }
	s.mu.Unlock()

	// The watch lives as long as the context that it is made with, so the caller's ends it only until Start is over.
	release := context.AfterFunc(ctx, func() { stop(context.Cause(ctx)) })
	watch, err := s.first(life)
	if !release() && err == nil {
		err = context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && !s.closed {
		go s.follow(life, watch)
		return nil
	}
	stop(ErrClosed)
	switch s.started = false; {
	case s.closed:
		close(s.done)
		return ErrClosed
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return fmt.Errorf("counter: start shared %s: %w", s.path, err)
}

// first makes the znode if it is missing, and reads it.
func (s *Shared[T]) first(ctx context.Context) (*client.Watch, error) {
	_, err := s.c.Create(s.path).Data(s.seed).ParentContainers().Do(ctx)
	if err != nil && !errors.Is(err, zk.ErrNodeExists) {
		return nil, err
	}
	return s.read(ctx)
}

// read reads the znode and leaves a watch: on its data, or on its coming if it is missing.
func (s *Shared[T]) read(ctx context.Context) (*client.Watch, error) {
	for {
		data, stat, watch, err := s.c.Get(s.path).DoW(ctx)
		if err == nil {
			if err := s.take(data, stat); err != nil {
				watch.Stop()
				return nil, err
			}
			return watch, nil
		}
		if !errors.Is(err, zk.ErrNoNode) {
			return nil, err
		}
		ok, _, watch, err := s.c.Exists(s.path).DoW(ctx)
		if err != nil {
			return nil, err
		}
		if !ok {
			s.gone()
			return watch, nil
		}
		watch.Stop() // it has come meanwhile
	}
}

// follow reads again after every event, until life ends.
func (s *Shared[T]) follow(life context.Context, watch *client.Watch) {
	defer close(s.done)
	for {
		select {
		case <-watch.Events(): // a change, or the end of the session: look
		case <-life.Done():
			watch.Stop()
			return
		}
		for {
			next, err := s.read(life)
			if err == nil {
				watch = next
				break
			}
			if life.Err() != nil {
				return
			}
			if !client.Retryable(err) { // the client paces its attempts
				s.fail(err)
				return
			}
		}
	}
}

// take keeps what was read, if it is newer.
func (s *Shared[T]) take(data []byte, stat *zk.Stat) error {
	v, err := s.as.decode(data)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stat.Mzxid > s.last.Zxid {
		s.tell(Snapshot[T]{Value: v, Version: stat.Version, Zxid: stat.Mzxid})
	}
	return nil
}

func (s *Shared[T]) gone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.last.Missing {
		last := s.last
		last.Missing = true
		s.tell(last)
	}
}

// tell is called with mu.
func (s *Shared[T]) tell(last Snapshot[T]) {
	s.last = last
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Shared[T]) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = fmt.Errorf("counter: shared %s: %w", s.path, err)
	close(s.changed)
	s.changed = make(chan struct{})
}

// Close ends it: the goroutine and its watch are gone when it returns. The znode stays. It may be called twice.
func (s *Shared[T]) Close() {
	s.mu.Lock()
	started, closed := s.started, s.closed
	s.closed = true
	if !closed {
		close(s.changed)
		s.changed = make(chan struct{})
	}
	if started {
		s.stop()
	}
	s.mu.Unlock()
	if started {
		<-s.done
	}
}
