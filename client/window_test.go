package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// The window bounds what is in flight; who waits for room is served in order, and gives up with its context.
func TestWindow(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithWindow(3))
		_, err := c.Create("/n").Do(t.Context())
		must(t, err)
		w.Host("a").PartitionReceive()
		requests := fault.Always(fault.Request("setData"), fault.Pass)
		w.Net.Inject(requests)
		var futures []*client.Future[string]
		for i := range 3 {
			futures = append(futures, c.Create("/n/"+string(rune('a'+i))).Async(t.Context()))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err = c.Set("/n").Async(ctx).Wait(t.Context())
		if !errors.Is(err, context.DeadlineExceeded) || client.MayHaveApplied(err) || time.Since(start) != time.Second || requests.Fired() != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		// Those that wait go on when there is room.
		sent := make(chan int, 3)
		go func() {
			defer close(sent)
			for i := range 3 {
				future := c.Set("/n").Data([]byte{byte(i)}).Async(t.Context())
				sent <- i
				if stat, err := future.Wait(t.Context()); err != nil || int(stat.Version) != i+1 {
					t.Errorf("set %d: %+v %v", i, stat, err)
				}
			}
		}()
		synctest.Wait()
		if len(sent) != 0 || requests.Fired() != 0 {
			t.Error("sent beyond the window")
		}
		w.Host("a").Heal()
		for _, f := range futures {
			_, err := f.Wait(t.Context())
			must(t, err)
		}
		for range sent {
		}
		// A connection that ends gives all places back.
		w.Net.Inject(fault.Once(fault.Reply("sync"), fault.Cut))
		if err := c.Sync("/").Do(t.Context()); err != nil {
			t.Error(err)
		}
		for range 10 {
			must(t, c.Sync("/").Do(t.Context()))
		}
	})
	if _, err := client.NewDialer(client.WithWindow(0)); err == nil {
		t.Error("a window of nothing")
	}
}

// A thousand writes in flight from one goroutine are done in the order in which they were made.
func TestWindowKeepsOrder(t *testing.T) {
	for _, window := range []int{1, 16, 4096} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			c := w.Connect(t, "a", client.WithWindow(window))
			_, err := c.Create("/n").Do(t.Context())
			must(t, err)
			sets := make([]interface {
				Zxid() int64
				Done() <-chan struct{}
			}, 1000)
			for i := range sets {
				sets[i] = c.Set("/n").Async(t.Context())
			}
			last := int64(0)
			for i, set := range sets {
				<-set.Done()
				if set.Zxid() <= last {
					t.Fatalf("window %d: set %d at 0x%x, after 0x%x", window, i, set.Zxid(), last)
				}
				last = set.Zxid()
			}
		}, zktest.WithNetwork(fault.WithLatency(time.Millisecond)))
	}
}
