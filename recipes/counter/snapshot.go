package counter

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
)

// Get is the last value known, without a request. It is the zero Snapshot before Start.
func (s *Shared[T]) Get() Snapshot[T] {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// Changes yields the value as it is, and then each later one that is noticed, with a nil error. A loop that is slow gets the newest, not every one
// between. Any number of loops may listen; they cost no requests. It ends with one error: the cause of ctx, ErrClosed, or why the
// value is no longer followed, such as ErrCorrupt after somebody wrote data of another length.
func (s *Shared[T]) Changes(ctx context.Context) iter.Seq2[Snapshot[T], error] {
	return func(yield func(Snapshot[T], error) bool) {
		var told Snapshot[T]
		for first := true; ; first = false {
			changed := s.Changed()
			last, err := s.Get(), s.Err()
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				yield(last, err)
				return
			}
			if first || last.Zxid != told.Zxid || last.Missing != told.Missing {
				if told = last; !yield(last, nil) {
					return
				}
				continue
			}
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}
}

// Set overwrites the value, whatever it is: one request. Get tells it when Set has returned. After a lost answer it is written again,
// so a TrySet of another process that came between may be overwritten with it. It fails with zk.ErrNoNode if the znode is missing,
// zk.ErrNoAuth, or what the client's retry policy gave up on.
func (s *Shared[T]) Set(ctx context.Context, v T) (Snapshot[T], error) {
	return s.write(ctx, "set", -1, v)
}

// TrySet writes if nobody else has since prev, a snapshot of Get, Changes or Set: one request. If somebody has it returns false and
// what is there instead, with one request more. Errors are Set's, ErrVersions, and ErrUnknown after a lost answer.
func (s *Shared[T]) TrySet(ctx context.Context, prev Snapshot[T], v T) (bool, Snapshot[T], error) {
	if prev.Version == -1 {
		return false, s.Get(), fmt.Errorf("counter: set shared %s: %w", s.path, ErrVersions)
	}
	if last := s.Get(); last.Zxid != prev.Zxid || last.Missing {
		return false, last, nil
	}
	now, err := s.write(ctx, "set", prev.Version, v)
	switch {
	case err == nil:
		return true, now, nil
	case client.MayHaveApplied(err):
		return false, s.Get(), fmt.Errorf("%w: %w", ErrUnknown, err)
	case !errors.Is(err, zk.ErrBadVersion):
		return false, s.Get(), err
	}
	data, stat, err := s.c.Get(s.path).Do(ctx)
	if err == nil {
		err = s.take(data, stat)
	}
	if err != nil {
		return false, s.Get(), s.explain("set", ctx, err)
	}
	return false, s.Get(), nil
}

func (s *Shared[T]) write(ctx context.Context, verb string, version int32, v T) (Snapshot[T], error) {
	data := s.as.encode(v)
	stat, err := s.c.Set(s.path).Data(data).Version(version).Do(ctx)
	if err == nil {
		err = s.take(data, stat)
	}
	if err != nil {
		return s.Get(), s.explain(verb, ctx, err)
	}
	v, err = s.as.decode(data)
	return Snapshot[T]{Value: v, Version: stat.Version, Zxid: stat.Mzxid}, err
}

func (s *Shared[T]) explain(verb string, ctx context.Context, err error) error {
	if ctx.Err() != nil && !client.MayHaveApplied(err) {
		return context.Cause(ctx)
	}
	return fmt.Errorf("counter: %s shared %s: %w", verb, s.path, err)
}

// Changed is closed when Get may tell something new, or the count is closed: for who waits for more than one thing. Ask for it before Get.
func (s *Shared[T]) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Err is why the value is no longer followed: what Changes ends with. It is nil before Start and as long as all is well.
func (s *Shared[T]) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	return s.failed
}
