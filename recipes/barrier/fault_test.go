package barrier_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/barrier"
	"github.com/zookit-go/zookit/testing/zktest"
)

// enterAnyhow enters again as long as sessions are lost and connections do not come back.
func enterAnyhow(ctx context.Context, d *barrier.Double) (*barrier.Member, error) {
	for {
		m, err := d.Enter(ctx)
		if err == nil || !client.Retryable(err) {
			return m, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func leaveAnyhow(ctx context.Context, m *barrier.Member) error {
	for {
		err := m.Leave(ctx)
		if err == nil || !client.Retryable(err) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// sweptDouble says where a double barrier's znodes are, and that none may stay. A foreign child counts as a member, see TestDoubleForeignMembers.
var sweptDouble = []zktest.SweepOption{
	zktest.WithFolders(path), zktest.WithoutFaults(zktest.ForeignChild), zktest.LeavesNothing(8 * time.Second),
}

// Two rounds of two members, a fault at one of them. In the first round the one with the fault waits for the other, in the second the other
// way round. Nobody is in before both came, nobody is out before both left, and nothing is left.
func TestSweepDouble(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		a, b := s.Client(t), s.Connect(t, "b")
		var came, left [2]atomic.Int32
		var all sync.WaitGroup
		for i, c := range []*client.Client{a, b} {
			d := double(t, c, 2)
			all.Go(func() {
				for round := range 2 {
					if round != i {
						time.Sleep(15 * time.Second) // a dropped frame is noticed, and the connection made anew
					}
					came[round].Add(1)
					m, err := enterAnyhow(ctx, d)
					if err != nil && s.Fault.Robs && left[round].Load() == 1 {
						return // robbed when the barrier had opened: the other one was let in, and has left
					}
					if err != nil {
						t.Errorf("round %d: %d does not enter: %v", round, i, err)
						return
					}
					if n := came[round].Load(); n != 2 {
						t.Errorf("round %d: %d enters, and %d came", round, i, n)
					}
					if round != i {
						time.Sleep(15 * time.Second)
					}
					left[round].Add(1)
					if err := leaveAnyhow(ctx, m); err != nil {
						t.Errorf("round %d: %d does not leave: %v", round, i, err)
						return
					}
					if n := left[round].Load(); n != 2 && !s.Fault.Robs {
						t.Errorf("round %d: %d leaves, and %d left", round, i, n)
					}
				}
			})
		}
		all.Wait()
	}, sweptDouble...)
}

// An Enter that is cancelled, with a fault on the way: nothing stays.
func TestSweepDoubleCancelled(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		a := s.Client(t)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := enterAnyhow(ctx, double(t, a, 2)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d > 3*time.Second {
			t.Errorf("cancelling took %v", d-time.Second)
		}
	}, sweptDouble...)
}

// A barrier that is set, waited at and removed, with a fault at each frame.
func TestSweepBarrier(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		a, b := s.Client(t), s.Connect(t, "b")
		anyhow := func(verb func(context.Context) error) error {
			for {
				err := verb(ctx)
				if err == nil || !client.Retryable(err) {
					return err
				}
				time.Sleep(100 * time.Millisecond)
			}
		}
		here, there := simple(t, a), simple(t, b)
		must(t, anyhow(here.Set))
		var opened atomic.Bool
		var all sync.WaitGroup
		for _, wait := range []func(context.Context) error{here.Wait, there.Wait} {
			all.Go(func() {
				if err := anyhow(wait); err != nil {
					t.Errorf("waiting: %v", err)
				}
				if !opened.Load() {
					t.Error("passed a closed barrier")
				}
			})
		}
		time.Sleep(10 * time.Second)
		opened.Store(true)
		must(t, anyhow(here.Remove))
		all.Wait()
		if ok, _, err := b.Exists(path).Do(ctx); err != nil || ok {
			t.Errorf("closed still: %v, %v", ok, err)
		}
	}, zktest.WithFolders("/barriers"), zktest.LeavesNothing(0))
}
