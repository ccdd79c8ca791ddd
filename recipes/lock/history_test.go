package lock_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

// lockLog is what clients saw of a lock.
type lockLog = history.Log[history.LockCall, int64]

// worker does one round with its lock, notes what it saw, and tells whether it held. It relies on a hold until it is told that it has ended.
type worker func(ctx context.Context, client int, r *rand.Rand) bool

// holds has three clients, and then each of them alone, take and give back at random, while the network and the server fail at random; and
// with robs, while an administrator ends sessions: then only fencing tokens tell who holds.
func holds(t *testing.T, r *rand.Rand, robs bool, of func(t *testing.T, c *client.Client) worker) {
	t.Helper()
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		hosts := []string{"a", "b", "c"}
		var all, last sync.WaitGroup
		var workers []worker
		for _, host := range hosts {
			workers = append(workers, of(t, w.Connect(t, host)))
		}
		for i, work := range workers {
			mine := rand.New(rand.NewPCG(r.Uint64(), 0)) //nolint:gosec // chance, not secrets
			all.Go(func() {
				for range 10 {
					time.Sleep(time.Duration(mine.IntN(1000)) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
					work(ctx, i, mine)
					cancel()
				}
			})
		}
		chaos := history.Begin(t, w, r, history.Faults{Hosts: hosts, Every: 2 * time.Second, Robs: robs})
		all.Wait()
		chaos.End()
		time.Sleep(15 * time.Second) // for what the faults have left behind
		for i, work := range workers {
			last.Go(func() {
				if !work(t.Context(), i, rand.New(rand.NewPCG(1, 0))) { //nolint:gosec // chance, not secrets
					t.Errorf("%s does not hold after the faults", hosts[i])
				}
			})
		}
		last.Wait()
	})
}

// take acquires a hold and notes how that ended.
func take[H interface{ Token() int64 }](
	ctx context.Context, log *lockLog, client int, verb history.LockVerb, acquire func(context.Context) (H, error),
) (held H, ok bool) {
	call := log.Begin(client, history.LockCall{Verb: verb})
	held, err := acquire(ctx)
	if err != nil {
		call.Failed()
		return held, false
	}
	call.End(held.Token())
	return held, true
}

// hold works under a hold for a while, and ends it.
func hold(log *lockLog, client int, held *lock.Held, verb history.LockVerb, r *rand.Rand) {
	work := time.Duration(r.IntN(2000)) * time.Millisecond
	if r.IntN(4) == 0 {
		work += 15 * time.Second // longer than a session that is cut off
	}
	select {
	case <-time.After(work):
	case <-held.Context().Done():
	}
	end := log.Begin(client, history.LockCall{Verb: verb, Token: held.Token()})
	if held.Unlock() == nil {
		end.End(0)
	}
	// Else it ends at some time, which may be that of the session.
}

func TestHistoryMutex(t *testing.T) {
	history.Seeds(t, 10, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, false, func(t *testing.T, c *client.Client) worker {
			m := mutex(t, c)
			return func(ctx context.Context, client int, r *rand.Rand) bool {
				held, ok := take(ctx, &log, client, history.Acquire, m.Lock)
				if !ok {
					return false
				}
				hold(&log, client, held, history.Release, r)
				return true
			}
		})
		history.Check(t, &log, history.Lock())
	})
}

func TestHistoryRW(t *testing.T) {
	history.Seeds(t, 10, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, false, func(t *testing.T, c *client.Client) worker {
			m := rw(t, c)
			return func(ctx context.Context, client int, r *rand.Rand) bool {
				if r.IntN(2) == 0 {
					held, ok := take(ctx, &log, client, history.Read, m.RLock)
					if !ok {
						return false
					}
					hold(&log, client, held, history.ReadRelease, r)
					return true
				}
				held, ok := take(ctx, &log, client, history.Acquire, m.Lock)
				if !ok {
					return false
				}
				if r.IntN(2) == 0 {
					down := log.Begin(client, history.LockCall{Verb: history.Downgrade, Token: held.Token()})
					read, err := held.Downgrade(ctx)
					if err == nil {
						down.End(read.Token())
						hold(&log, client, read, history.ReadRelease, r)
						return true
					}
					down.Failed()
				}
				hold(&log, client, held.Held, history.Release, r)
				return true
			}
		})
		history.Check(t, &log, history.Lock())
	})
}

func TestHistorySemaphore(t *testing.T) {
	history.Seeds(t, 10, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, false, func(t *testing.T, c *client.Client) worker {
			s := semaphore(t, c, 2)
			return func(ctx context.Context, client int, r *rand.Rand) bool {
				held, ok := take(ctx, &log, client, history.Acquire, s.Acquire)
				if !ok {
					return false
				}
				hold(&log, client, held, history.Release, r)
				return true
			}
		})
		history.Check(t, &log, history.Semaphore(2))
	})
}

// With an administrator who ends sessions, two may believe to hold; but what they write under Guard is written in the order of their tokens.
func TestHistoryGuard(t *testing.T) {
	history.Seeds(t, 10, func(t *testing.T, r *rand.Rand) {
		var log history.Log[history.FenceCall, struct{}]
		holds(t, r, true, func(t *testing.T, c *client.Client) worker {
			m := mutex(t, c)
			return func(ctx context.Context, client int, r *rand.Rand) bool {
				held, err := m.Lock(ctx)
				if err != nil {
					return false
				}
				for range 3 {
					time.Sleep(time.Duration(r.IntN(500)) * time.Millisecond)
					guarded(t, &log, c, client, held)
				}
				_ = held.Unlock() // may not be confirmed
				return true
			}
		})
		if known, _ := log.Len(); known < 10 {
			t.Errorf("only %d writes", known)
		}
		history.Check(t, &log, history.Fence())
	})
}

// guarded writes under a hold's Guard, whether it holds still or not.
func guarded(t *testing.T, log *history.Log[history.FenceCall, struct{}], c *client.Client, number int, held *lock.Held) {
	t.Helper()
	call := log.Begin(number, history.FenceCall{Token: held.Token()})
	_, err := c.Txn(held.Guard(), c.Set("/").Data([]byte(held.Path()))).Do(t.Context())
	switch {
	case err == nil:
		call.End(struct{}{})
	case errors.Is(err, zk.ErrNoNode) && !client.MayHaveApplied(err), client.Retryable(err) && !client.MayHaveApplied(err):
		call.Failed()
	case client.MayHaveApplied(err):
		call.Unknown()
	default:
		t.Errorf("guarded: %v", err)
	}
}
