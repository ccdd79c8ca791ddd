package leader_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The answer that makes a leader is late, and meanwhile its znode is deleted by hand and another leads: a term begins behind a later one. To look once
// more would not help, since that answer could be as late. Its epoch is smaller, its Guard refuses, and it ends within 250 ms.
func TestTermBehindEnds(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		w.Net.Inject(fault.Once(fault.Reply("").Host("a").When("of a listing", func(f fault.Frame) bool { return strings.HasPrefix(f.Op, "getChildren") && f.Err == 0 }),
			fault.Delay(time.Second)))
		var behind *leader.Term
		var took time.Duration
		var all sync.WaitGroup
		s := selector(t, a)
		all.Go(func() {
			err := s.Run(t.Context(), func(ctx context.Context) error {
				behind = leader.FromContext(ctx)
				if _, err := a.Txn(behind.Guard()).Do(ctx); !errors.Is(err, zk.ErrNoNode) {
					t.Errorf("guarded: %v", err)
				}
				start := time.Now()
				<-ctx.Done()
				took = time.Since(start)
				return nil
			})
			if !errors.Is(err, leader.ErrDeleted) {
				t.Errorf("ended with %v", err)
			}
		})
		time.Sleep(500 * time.Millisecond)
		first := names(t, b)
		if len(first) != 1 {
			t.Fatalf("folder %v", first)
		}
		must(t, b.Delete(path+"/"+first[0]).Do(t.Context()))
		var epoch int64
		must(t, selector(t, b).Run(t.Context(), func(ctx context.Context) error {
			epoch = leader.FromContext(ctx).Epoch()
			all.Wait()
			return nil
		}))
		if behind == nil || behind.Epoch() >= epoch || took > 250*time.Millisecond {
			t.Errorf("term %v, epoch %d behind it, ended after %v", behind, epoch, took)
		}
	})
}

// A create that is under way when a latch is closed is undone, at whatever moment that is.
func TestLatchClosedWhileItJoins(t *testing.T) {
	const oneWay = 10 * time.Millisecond
	for _, after := range []time.Duration{0, oneWay / 2, oneWay, 3 * oneWay / 2, 2 * oneWay, 3 * oneWay, 4 * oneWay} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			a, b := w.Connect(t, "a"), w.Connect(t, "b")
			l, err := leader.NewLatch(a, path)
			must(t, err)
			started := make(chan error, 1)
			go func() { started <- l.Start(t.Context()) }()
			time.Sleep(after)
			_ = l.Close(t.Context()) // perhaps before Start has begun
			if err := <-started; err != nil && !errors.Is(err, leader.ErrClosed) {
				t.Errorf("after %v: %v", after, err)
			}
			time.Sleep(2 * time.Second)
			if all := names(t, b); len(all) != 0 {
				t.Errorf("after %v: left %v", after, all)
			}
		}, zktest.WithNetwork(fault.WithLatency(oneWay)))
	}
}

// A participant that goes between being listed and being read is none, and no error.
func TestParticipantVanishes(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		goes := start(t, a, leader.WithID("goes"))
		stays := start(t, a, leader.WithID("stays"))
		o, err := leader.NewLatchObserver(b, path)
		must(t, err)
		var ids []string
		w.Net.Inject(fault.Once(fault.Reply("").Host("b"), fault.Delay(time.Second))) // the listing
		all := make(chan error, 1)
		go func() {
			list, err := o.Participants(t.Context())
			for _, p := range list {
				ids = append(ids, p.ID)
			}
			all <- err
		}()
		time.Sleep(500 * time.Millisecond)
		must(t, goes.Close(t.Context()))
		must(t, <-all)
		if !slices.Equal(ids, []string{"stays"}) {
			t.Errorf("participants %q", ids)
		}
		must(t, stays.Close(t.Context()))
	})
}
