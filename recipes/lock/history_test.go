package lock_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/lock"
	"github.com/zookit-go/zookit/testing/zktest"
)

// lockLog is what clients saw of a lock.
type lockLog = history.Log[history.LockCall, int64]

// worker does one round with its lock, and notes what it saw. It relies on a hold until it is told that it has ended.
type worker func(ctx context.Context, log *lockLog, client int, r *rand.Rand)

// holds has three clients, and then each of them alone, take and give back at random, while the network and the server fail at random. Nobody's
// session is ended by an administrator: then only fencing tokens tell who holds.
func holds(t *testing.T, r *rand.Rand, log *lockLog, of func(c *client.Client) worker) {
	t.Helper()
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		hosts := []string{"a", "b", "c"}
		var all, last sync.WaitGroup
		var workers []worker
		for _, host := range hosts {
			workers = append(workers, of(w.Connect(t, host)))
		}
		for i, work := range workers {
			mine := rand.New(rand.NewPCG(r.Uint64(), 0)) //nolint:gosec // chance, not secrets
			all.Go(func() {
				for range 10 {
					time.Sleep(time.Duration(mine.IntN(1000)) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
					work(ctx, log, i, mine)
					cancel()
				}
			})
		}
		chaos := history.Begin(t, w, r, history.Faults{Hosts: hosts, Every: 2 * time.Second})
		all.Wait()
		chaos.End()
		time.Sleep(15 * time.Second) // for what the faults have left behind
		before, _ := log.Len()
		for i, work := range workers {
			last.Go(func() { work(t.Context(), log, i, rand.New(rand.NewPCG(1, 0))) }) //nolint:gosec // chance, not secrets
		}
		last.Wait()
		if after, _ := log.Len(); after < before+2*len(workers) {
			t.Errorf("after the faults %d of %d calls succeed", after-before, 2*len(workers))
		}
	})
}

// hold works under a hold for a while, and ends it.
func hold(log *lockLog, client int, held *lock.Held, verb history.LockVerb, r *rand.Rand) {
	select {
	case <-time.After(time.Duration(r.IntN(3000)) * time.Millisecond):
	case <-held.Context().Done():
	}
	end := log.Begin(client, history.LockCall{Verb: verb, Token: held.Token()})
	if held.Unlock() == nil {
		end.End(0)
	}
	// Else it ends at some time, which may be that of the session.
}

func TestHistoryMutex(t *testing.T) {
	history.Seeds(t, 20, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, &log, func(c *client.Client) worker {
			m := mutex(t, c)
			return func(ctx context.Context, log *lockLog, client int, r *rand.Rand) {
				call := log.Begin(client, history.LockCall{Verb: history.Acquire})
				held, err := m.Lock(ctx)
				if err != nil {
					call.Failed()
					return
				}
				call.End(held.Token())
				hold(log, client, held, history.Release, r)
			}
		})
		history.Check(t, &log, history.Lock())
	})
}

func TestHistoryRW(t *testing.T) {
	history.Seeds(t, 20, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, &log, func(c *client.Client) worker {
			m := rw(t, c)
			return func(ctx context.Context, log *lockLog, client int, r *rand.Rand) {
				if r.IntN(2) == 0 {
					call := log.Begin(client, history.LockCall{Verb: history.Read})
					held, err := m.RLock(ctx)
					if err != nil {
						call.Failed()
						return
					}
					call.End(held.Token())
					hold(log, client, held, history.ReadRelease, r)
					return
				}
				call := log.Begin(client, history.LockCall{Verb: history.Acquire})
				held, err := m.Lock(ctx)
				if err != nil {
					call.Failed()
					return
				}
				call.End(held.Token())
				if r.IntN(2) == 0 {
					down := log.Begin(client, history.LockCall{Verb: history.Downgrade, Token: held.Token()})
					read, err := held.Downgrade(ctx)
					if err == nil {
						down.End(read.Token())
						hold(log, client, read, history.ReadRelease, r)
						return
					}
					down.Failed()
				}
				hold(log, client, held.Held, history.Release, r)
			}
		})
		history.Check(t, &log, history.Lock())
	})
}

func TestHistorySemaphore(t *testing.T) {
	history.Seeds(t, 20, func(t *testing.T, r *rand.Rand) {
		var log lockLog
		holds(t, r, &log, func(c *client.Client) worker {
			s := semaphore(t, c, 2)
			return func(ctx context.Context, log *lockLog, client int, r *rand.Rand) {
				call := log.Begin(client, history.LockCall{Verb: history.Acquire})
				held, err := s.Acquire(ctx)
				if err != nil {
					call.Failed()
					return
				}
				call.End(held.Token())
				hold(log, client, held, history.Release, r)
			}
		})
		history.Check(t, &log, history.Semaphore(2))
	})
}
