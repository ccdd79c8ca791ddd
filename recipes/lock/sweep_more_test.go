package lock_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Whatever happens to a wait that is given up: it ends in time, and only the holder's znodes stay.
func TestSweepKindsGivingUp(t *testing.T) {
	for name, kind := range sweptKinds {
		if name == "semaphore" {
			continue // its mutex is the same
		}
		t.Run(name, func(t *testing.T) {
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
				app, other := kind.app(t, s.Client(t)), kind.other(t, s.Connect(t, "other"))
				held, err := other(t.Context())
				must(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
				defer cancel()
				start := time.Now()
				_, err = app(ctx)
				if !errors.Is(err, context.DeadlineExceeded) && (!s.Fault.Robs || !robbed(err)) {
					t.Errorf("got %v", err)
				}
				if d := time.Since(start); d > 9*time.Second {
					t.Errorf("giving up took %v", d-8*time.Second)
				}
				time.Sleep(9 * time.Second) // less than the session timeout
				if held.Context().Err() != nil {
					t.Errorf("the holder's: %v", context.Cause(held.Context()))
				}
				mine := len(s.Left(t, leaves(name)...))
				unlocked(t, held.Unlock())
				if left := s.Left(t, leaves(name)...); len(left) != 0 || mine != len(tokens(held)) {
					t.Errorf("left: %d znodes of %d, then %v", mine, len(tokens(held)), left)
				}
			}, zktest.WithFolders(path))
		})
	}
}

// Whatever happens to the holder's messages, it learns that it is asked to let go, or that it has lost the lock.
func TestSweepRevocation(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		other := s.Connect(t, "other")
		held := takeSwept(t, s, taking(mutex(t, s.Client(t), lock.WithRevocation()).Lock)).(*lock.Held)
		if err := lock.Revoke(t.Context(), other, held.Path()); err != nil && !client.Retryable(err) {
			t.Fatal(err)
		}
		select {
		case <-held.Revoked():
		case <-held.Context().Done():
			if !s.Fault.Robs {
				t.Errorf("lost: %v", context.Cause(held.Context()))
			}
		case <-time.After(time.Minute):
			t.Error("deaf")
		}
		_ = held.Unlock()
	}, zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second),
		zktest.WithoutFaults(zktest.WrittenByHand)) // it overwrites the asking
}

// Whatever happens, Do calls its function once and while the lock is held, tells it of a loss, and reports what it returns.
func TestSweepDo(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		other := mutex(t, s.Connect(t, "other"))
		done := errors.New("done")
		calls := 0
		do := mutex(t, s.Client(t)).Do
		work := func(ctx context.Context) error {
			calls++
			next := startSwept(t, s, taking(other.Lock))
			time.Sleep(8 * time.Second)
			if lost := context.Cause(ctx); (lost != nil || len(next) != 0) && (!s.Fault.Robs || lost == nil) {
				t.Errorf("lost %v, while %d others hold", lost, len(next))
			}
			go func() {
				if r := <-next; r.err == nil {
					_ = r.held.Unlock()
				}
			}()
			return done
		}
		err := do(t.Context(), work)
		for calls == 0 && s.Fault.Robs && robbed(err) {
			err = do(t.Context(), work)
		}
		if calls != 1 || !errors.Is(err, done) || err.Error() != "done" && !s.Fault.Robs {
			t.Errorf("%d calls, %v", calls, err)
		}
	}, zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second))
}

// Whatever happens to who looks, it sees who holds and who waits, or says why not.
func TestSweepParticipants(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		other := s.Connect(t, "other")
		held, err := semaphoreAt(t, other, path, 1).Acquire(t.Context())
		must(t, err)
		next := startSwept(t, s, taking(semaphoreAt(t, other, path, 1).Acquire))
		time.Sleep(time.Second)
		all, err := semaphoreAt(t, s.Client(t), path, 1).Participants(t.Context())
		if err != nil || len(all) != 2 || all[0].Path != held.Path() || !all[0].Holds || all[1].Holds {
			t.Errorf("%+v, %v", all, err)
		}
		_ = held.Unlock()
		_ = sure(t, next).Unlock()
	}, zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second, path+"/locks", path+"/leases"))
}
