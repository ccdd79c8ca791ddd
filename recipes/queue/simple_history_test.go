package queue_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/history"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

type simpleLog = history.Log[history.QueueCall, history.QueueAnswer]

// Simple is a queue, whatever happens: one order of all offers, polls and peeks explains their answers.
func TestSimpleHistory(t *testing.T) {
	for _, receipts := range []bool{false, true} {
		t.Run(fmt.Sprintf("receipts %v", receipts), func(t *testing.T) {
			history.Seeds(t, 15, func(t *testing.T, r *rand.Rand) {
				var log simpleLog
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					var opts []queue.SimpleOption
					if receipts {
						opts = append(opts, queue.SimpleReceipts(simpleReceipts))
					}
					simpleChaos(t, w, r, &log, opts)
				})
				if known, _ := log.Len(); known < 20 {
					t.Errorf("only %d calls were answered", known)
				}
				history.Check(t, &log, history.Queue())
			})
		})
	}
}

// simpleChaos has processes offer, poll and peek while things go wrong, two goroutines in one of them.
func simpleChaos(t *testing.T, w *zktest.World, r *rand.Rand, log *simpleLog, opts []queue.SimpleOption) {
	t.Helper()
	const calls = 12
	hosts := []string{"a", "b", "c"}
	var all sync.WaitGroup
	for i, host := range hosts {
		q := simple(t, w.Connect(t, host), opts...)
		for g := range 1 + i%2 {
			seed := rand.New(rand.NewPCG(r.Uint64(), 0)) //nolint:gosec // chance, not secrets
			id := 10*i + g
			all.Go(func() {
				for n := range calls {
					time.Sleep(time.Duration(seed.IntN(1500)) * time.Millisecond)
					simpleCall(t, log, id, fmt.Sprint(id, ".", n), q, seed)
				}
			})
		}
	}
	chaos := history.Begin(t, w, r, history.Faults{Hosts: hosts, Every: time.Second, Robs: true})
	all.Wait()
	chaos.End()
}

// simpleCall makes one call and notes how it ended.
func simpleCall(t *testing.T, log *simpleLog, id int, item string, q *queue.Simple, r *rand.Rand) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+r.IntN(20))*time.Second)
	defer cancel()
	in := history.QueueCall{Verb: history.Put, Item: item}
	switch r.IntN(9) {
	case 0, 1, 2, 3:
		in = history.QueueCall{Verb: history.Poll}
	case 4:
		in = history.QueueCall{Verb: history.Peek}
	}
	call := log.Begin(id, in)
	var out history.QueueAnswer
	var data []byte
	var err error
	switch in.Verb {
	case history.Put:
		_, err = q.Offer(ctx, []byte(item))
	case history.Poll:
		data, out.Found, err = q.Poll(ctx)
	case history.Peek:
		data, out.Found, err = q.Peek(ctx)
	}
	out.Item = string(data)
	switch {
	case err == nil:
		call.End(out)
	case errors.Is(err, queue.ErrUnknown), client.MayHaveApplied(err):
		call.Unknown()
	case client.Retryable(err), errors.Is(err, context.DeadlineExceeded):
		call.Failed()
	default:
		t.Error(err)
	}
}
