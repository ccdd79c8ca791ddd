package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/queue"
	"github.com/zookit-go/zookit/testing/zktest"
)

// simpleLedger notes what was offered and what was taken.
type simpleLedger struct {
	exact   bool // nothing may be in doubt
	offered []string
	maybe   []string // offered, or not
	taken   []string
	doubt   []string // taken here or by another
}

func (l *simpleLedger) offer(tb testing.TB, q *queue.Simple, items ...string) {
	tb.Helper()
	data := make([][]byte, len(items))
	for i, item := range items {
		data[i] = []byte(item)
	}
	for {
		_, err := q.OfferMany(tb.Context(), data...)
		switch {
		case err == nil:
			l.offered = append(l.offered, items...)
			return
		case client.MayHaveApplied(err):
			if l.exact {
				tb.Errorf("offer in doubt: %v", err)
			}
			l.maybe = append(l.maybe, items...)
			return
		case !client.Retryable(err):
			tb.Errorf("offering %q: %v", items, err)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// took notes what a poll or a take returned, and tells whether to go on.
func (l *simpleLedger) took(tb testing.TB, items [][]byte, err error) bool {
	tb.Helper()
	var doubt *queue.SimpleDoubtError
	switch {
	case err == nil:
		for _, item := range items {
			l.taken = append(l.taken, string(item))
		}
	case errors.As(err, &doubt):
		if l.exact {
			tb.Errorf("in doubt: %v", err)
		}
		for _, item := range doubt.Items {
			l.doubt = append(l.doubt, string(item))
		}
	case !client.Retryable(err):
		tb.Errorf("taking: %v", err)
		return false
	default:
		time.Sleep(100 * time.Millisecond)
	}
	return true
}

// drain polls until the queue is empty.
func (l *simpleLedger) drain(tb testing.TB, q *queue.Simple, n int) {
	tb.Helper()
	for {
		items, err := q.PollMany(tb.Context(), n)
		if !l.took(tb, items, err) || err == nil && len(items) == 0 {
			return
		}
	}
}

// check compares: nothing vanishes, nothing is taken twice, nothing is out of order.
func (l *simpleLedger) check(tb testing.TB) {
	tb.Helper()
	if !slices.IsSorted(l.taken) {
		tb.Errorf("out of order: %q", l.taken)
	}
	count := make(map[string]int)
	for _, item := range l.taken {
		if count[item]++; count[item] > 1 {
			tb.Errorf("%q twice: %q", item, l.taken)
		}
	}
	for _, item := range l.offered {
		if count[item] == 0 && !slices.Contains(l.doubt, item) {
			tb.Errorf("%q is lost: took %q, in doubt %q", item, l.taken, l.doubt)
		}
	}
	for item := range count {
		if !slices.Contains(l.offered, item) && !slices.Contains(l.maybe, item) {
			tb.Errorf("%q was never offered", item)
		}
	}
}

// simpleSweep sweeps a scenario with and without receipts. Exactly once holds with receipts as long as nothing robs the session.
func simpleSweep(t *testing.T, scenario func(t *testing.T, s *zktest.Swept, app, other *queue.Simple, l *simpleLedger)) {
	t.Helper()
	for _, receipts := range []bool{false, true} {
		t.Run(fmt.Sprintf("receipts %v", receipts), func(t *testing.T) {
			folders := []string{simplePath}
			var opts []queue.SimpleOption
			if receipts {
				folders = append(folders, simpleReceipts)
				opts = append(opts, queue.SimpleReceipts(simpleReceipts))
			}
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
				app, other := simple(t, s.Client(t), opts...), simple(t, s.Connect(t, "other"), opts...)
				l := &simpleLedger{exact: receipts && !s.Fault.Robs}
				scenario(t, s, app, other, l)
				l.drain(t, other, 1)
				l.check(t)
				_ = app.Close(t.Context()) // may not be confirmed
				_ = other.Close(t.Context())
			}, zktest.InParallel(), zktest.WithFolders(folders...), zktest.LeavesNothing(8*time.Second))
		})
	}
}

// Both offer, the app polls.
func TestSimpleSweepPoll(t *testing.T) {
	simpleSweep(t, func(t *testing.T, _ *zktest.Swept, app, other *queue.Simple, l *simpleLedger) {
		l.offer(t, app, "1")
		l.offer(t, other, "2")
		l.offer(t, app, "3")
		l.drain(t, app, 1)
		l.offer(t, other, "4")
		l.drain(t, app, 1)
	})
}

// In batches.
func TestSimpleSweepMany(t *testing.T) {
	simpleSweep(t, func(t *testing.T, _ *zktest.Swept, app, other *queue.Simple, l *simpleLedger) {
		l.offer(t, app, "1", "2", "3")
		l.offer(t, other, "4", "5", "6")
		l.drain(t, app, 4)
	})
}

// The app waits for items that the other one offers.
func TestSimpleSweepTake(t *testing.T) {
	simpleSweep(t, func(t *testing.T, _ *zktest.Swept, app, other *queue.Simple, l *simpleLedger) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for len(l.taken)+len(l.doubt) < 3 {
				items, err := app.TakeMany(t.Context(), 1)
				if !l.took(t, items, err) {
					return
				}
			}
		}()
		var offers simpleLedger
		for _, item := range []string{"1", "2", "3"} {
			time.Sleep(8 * time.Second)
			offers.offer(t, other, item)
		}
		<-done
		l.offered = offers.offered
	})
}

// A Take whose context ends while the fault happens: what it has taken it returns, and it does not stay for long.
func TestSimpleSweepCancelled(t *testing.T) {
	simpleSweep(t, func(t *testing.T, _ *zktest.Swept, app, other *queue.Simple, l *simpleLedger) {
		l.offer(t, other, "1", "2")
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for ctx.Err() == nil {
			items, err := app.TakeMany(ctx, 1)
			if errors.Is(err, context.DeadlineExceeded) && !client.MayHaveApplied(err) {
				break
			}
			l.exact = l.exact && ctx.Err() == nil // a second was not enough
			if !l.took(t, items, err) {
				return
			}
		}
		if d := time.Since(start); d > 1200*time.Millisecond {
			t.Errorf("cancelling took %v", d)
		}
		time.Sleep(8 * time.Second)
	})
}
