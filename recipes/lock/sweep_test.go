package lock_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

// anyHold is what every kind of lock gives.
type anyHold interface {
	Context() context.Context
	Unlock() error
}

// taker is a way to take a lock.
type taker func(context.Context) (anyHold, error)

func taking[H anyHold](take func(context.Context) (H, error)) taker {
	return func(ctx context.Context) (anyHold, error) {
		held, err := take(ctx)
		if err != nil {
			return nil, err
		}
		return held, nil
	}
}

// tokens are a hold's.
func tokens(held anyHold) []int64 {
	if one, ok := held.(interface{ Token() int64 }); ok {
		return []int64{one.Token()}
	}
	var all []int64
	for _, part := range held.(*lock.MultiHeld).Parts() {
		all = append(all, part.Token())
	}
	return all
}

// swept is a kind of lock under a sweep: how the swept client takes it, and how one does who shares it with nobody.
type swept struct {
	app   func(t *testing.T, c *client.Client) taker
	other func(t *testing.T, c *client.Client) taker // nil: as app
}

func alone(app func(t *testing.T, c *client.Client) taker) swept { return swept{app, app} }

// sweptKinds are all of them.
var sweptKinds = map[string]swept{
	"mutex": alone(func(t *testing.T, c *client.Client) taker { t.Helper(); return taking(mutex(t, c).Lock) }),
	"kazoo's names": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		return taking(mutex(t, c, lock.WithNames(lock.Kazoo)).Lock)
	}),
	"revocable": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		return taking(mutex(t, c, lock.WithRevocation()).Lock)
	}),
	"reentrant": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		r := reentrant(t, c)
		return taking(func(ctx context.Context) (*lock.ReentrantHeld, error) {
			first, err := r.Lock(ctx)
			if err != nil {
				return nil, err
			}
			defer func() { _ = first.Unlock() }()
			return first.Reenter()
		})
	}),
	"write": alone(func(t *testing.T, c *client.Client) taker { t.Helper(); return taking(rw(t, c).Lock) }),
	"read": {
		func(t *testing.T, c *client.Client) taker { t.Helper(); return taking(rw(t, c).RLock) },
		func(t *testing.T, c *client.Client) taker { t.Helper(); return taking(rw(t, c).Lock) },
	},
	"reentrant rw": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		r := reentrantRW(t, c)
		return taking(func(ctx context.Context) (*lock.ReentrantHeld, error) { return downgraded(ctx, r) })
	}),
	"semaphore": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		return taking(semaphoreAt(t, c, path, 1).Acquire)
	}),
	"semaphore mutex": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		m, err := lock.NewSemaphoreMutex(c, path)
		must(t, err)
		return taking(m.Lock)
	}),
	"multi": alone(func(t *testing.T, c *client.Client) taker {
		t.Helper()
		return taking(multi(t, at(t, c, path+"/1"), semaphoreAt(t, c, path+"/2", 1)).Lock)
	}),
}

func semaphoreAt(t *testing.T, c *client.Client, path string, limit int) *lock.Semaphore {
	t.Helper()
	s, err := lock.NewSemaphore(c, path, limit)
	must(t, err)
	return s
}

// Whatever happens to whichever message of one who takes a lock, waits for it, holds it and lets go: there are never two holders but where one
// was robbed, and then it is told; tokens grow; whoever waits gets it; nothing is left.
func TestSweepKinds(t *testing.T) {
	for name, kind := range sweptKinds {
		if name == "semaphore" {
			continue // its mutex is the same
		}
		t.Run(name, func(t *testing.T) {
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
				app, other := kind.app(t, s.Client(t)), kind.other(t, s.Connect(t, "other"))
				uncontended := takeSwept(t, s, app)
				last := excludes(t, s, uncontended, other)
				next := startSwept(t, s, app)
				time.Sleep(8 * time.Second) // a dropped message is noticed, and the connection made anew
				if len(next) != 0 {
					t.Fatal("two holders")
				}
				grows(t, uncontended, last)
				_ = last.Unlock() // may not be confirmed while the server restarts
				held := sure(t, next)
				grows(t, last, held)
				last = excludes(t, s, held, other)
				grows(t, held, last)
				_ = last.Unlock()
			}, zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second, leaves(name)...))
		})
	}
}

// downgraded takes the write side, and through it the read side. A writer that was robbed of its znode meanwhile tries again.
func downgraded(ctx context.Context, r *lock.ReentrantRW) (*lock.ReentrantHeld, error) {
	for {
		write, err := r.Lock(ctx)
		if err != nil {
			return nil, err
		}
		read, err := r.RLock(write.With(ctx))
		_ = write.Unlock() // may not be confirmed; others wait for both
		if !errors.Is(err, lock.ErrDeleted) {
			return read, err
		}
	}
}

// leaves are the folders that a kind's znodes are in; they stay themselves.
func leaves(kind string) []string {
	switch kind {
	case "semaphore", "semaphore mutex":
		return []string{path + "/locks", path + "/leases"}
	case "multi":
		return []string{path + "/1", path + "/2/locks", path + "/2/leases"}
	}
	return []string{path}
}

// startSwept takes a lock; who loses the session while it waits tries again.
func startSwept(t *testing.T, s *zktest.Swept, take taker) <-chan sweptResult {
	t.Helper()
	done := make(chan sweptResult, 1)
	go func() {
		held, err := take(t.Context())
		for s.Fault.Robs && robbed(err) {
			held, err = take(t.Context())
		}
		done <- sweptResult{held, err}
	}()
	return done
}

// robbed tells whether a Lock may end so because of a robbery. Only a Multi's does for a znode that was deleted: of another of its locks.
func robbed(err error) bool {
	return errors.Is(err, client.ErrSessionLost) || errors.Is(err, lock.ErrDeleted) && strings.HasPrefix(err.Error(), "lock: multi lock, ")
}

type sweptResult struct {
	held anyHold
	err  error
}

func takeSwept(t *testing.T, s *zktest.Swept, take taker) anyHold {
	t.Helper()
	return sure(t, startSwept(t, s, take))
}

func sure(t *testing.T, next <-chan sweptResult) anyHold {
	t.Helper()
	r := <-next
	must(t, r.err)
	return r.held
}

// excludes checks that nobody else gets the lock while it is held, lets go, and returns the next hold, which somebody else has waited for.
func excludes(t *testing.T, s *zktest.Swept, held anyHold, other taker) anyHold {
	t.Helper()
	next := startSwept(t, s, other)
	time.Sleep(8 * time.Second)
	ended := context.Cause(held.Context())
	switch {
	case len(next) != 0 && (!s.Fault.Robs || ended == nil):
		t.Errorf("two holders: %v", ended)
	case ended != nil && !s.Fault.Robs:
		t.Errorf("a hold has ended: %v", ended)
	case ended != nil && !errors.Is(ended, lock.ErrDeleted) && !errors.Is(ended, client.ErrSessionLost):
		t.Errorf("a hold was lost, but says %v", ended)
	}
	_ = held.Unlock() // may not be confirmed
	if held.Context().Err() == nil {
		t.Error("an unlocked hold goes on")
	}
	return sure(t, next)
}

func grows(t *testing.T, before, after anyHold) {
	t.Helper()
	if slices.Compare(tokens(before), tokens(after)) >= 0 {
		t.Errorf("tokens %v, then %v", tokens(before), tokens(after))
	}
}
