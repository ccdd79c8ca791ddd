package counter_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Some clients add, read, and compare and set, while the network and the server fail at random: one order explains all that they were told, with
// what they were told to be unknown done once or never.
func TestHistory(t *testing.T) {
	for name, opts := range map[string][]counter.Option{
		"plain":    nil,
		"lock":     {counter.WithLock(lockPath), counter.WithAttempts(1)},
		"receipts": {counter.WithReceipts("/receipts")},
		"all":      {counter.WithReceipts("/receipts"), counter.WithLock(path), counter.WithAttempts(1)},
	} {
		t.Run(name, func(t *testing.T) {
			history.Seeds(t, 10, func(t *testing.T, r *rand.Rand) {
				var log history.Log[history.CounterCall, history.CounterAnswer]
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) { changes(t, w, r, &log, opts) })
				if known, _ := log.Len(); known < 20 {
					t.Errorf("only %d calls were answered", known)
				}
				history.Check(t, &log, history.Counter())
			})
		})
	}
}

// changes has three clients call at random, with faults at random.
func changes(t *testing.T, w *zktest.World, r *rand.Rand, log *history.Log[history.CounterCall, history.CounterAnswer], opts []counter.Option) {
	t.Helper()
	hosts := []string{"a", "b", "c"}
	var numbers []*counter.Int64
	for _, host := range hosts {
		numbers = append(numbers, number(t, w.Connect(t, host), opts...))
	}
	add(t, numbers[0], 0) // on a missing znode a comparison fails whatever the number
	var all sync.WaitGroup
	for i, n := range numbers {
		mine := rand.New(rand.NewPCG(r.Uint64(), 0)) //nolint:gosec // chance, not secrets
		all.Go(func() {
			for range 12 {
				time.Sleep(time.Duration(mine.IntN(2000)) * time.Millisecond)
				call(t, log, i, n, mine)
			}
		})
	}
	chaos := history.Begin(t, w, r, history.Faults{Hosts: hosts, Every: time.Second, Robs: true})
	all.Wait()
	chaos.End()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	last := log.Begin(0, history.CounterCall{Verb: history.Get})
	v, err := numbers[0].Get(ctx)
	for ; err != nil && ctx.Err() == nil; v, err = numbers[0].Get(ctx) { // its session may have gone
		time.Sleep(time.Second)
	}
	must(t, err)
	last.End(history.CounterAnswer{After: v})
	for _, n := range numbers {
		_ = n.Close(ctx) // its session may have gone
	}
}

// call makes one call, and notes what became of it.
func call(t *testing.T, log *history.Log[history.CounterCall, history.CounterAnswer], client int, n *counter.Int64, r *rand.Rand) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	in := history.CounterCall{Verb: history.Add, Value: 1 + r.Int64N(3)}
	switch r.IntN(4) {
	case 0:
		in = history.CounterCall{Verb: history.Get}
	case 1:
		in = history.CounterCall{Verb: history.CompareAndSet, Expected: r.Int64N(20), Value: r.Int64N(20)}
		if v, err := n.Get(ctx); err == nil {
			in.Expected = v // or it would never be so
		}
	}
	c := log.Begin(client, in)
	var res counter.Result[int64]
	var err error
	switch in.Verb {
	case history.Get:
		res.After, err = n.Get(ctx)
	case history.CompareAndSet:
		res, err = n.CompareAndSet(ctx, in.Expected, in.Value)
	case history.Add, history.Set:
		res, err = n.Add(ctx, in.Value)
	}
	switch {
	case err == nil:
		c.End(history.CounterAnswer{Applied: res.Applied, Before: res.Before, After: res.After})
	case errors.Is(err, counter.ErrUnknown):
		c.Unknown()
	case in.Verb == history.Get || untouched(err):
		c.Failed()
	default:
		t.Errorf("%+v: %v", in, err)
	}
}

// untouched tells whether an error says that nothing was changed.
func untouched(err error) bool {
	return client.Retryable(err) && !client.MayHaveApplied(err) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, counter.ErrContended)
}
