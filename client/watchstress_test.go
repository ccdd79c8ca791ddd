package client_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Users who come and go at the same time, while requests of the others are under way, and a writer who never stops: nobody loses an event
// and nobody hears one twice, whichever of the users' watches the server has at the moment.
func TestWatchersComeAndGoAtOnce(t *testing.T) {
	for _, version := range []server.Version{server.V36, server.V38, server.V39} {
		for seed := range uint64(8) {
			t.Run(fmt.Sprintf("%v/%d", version, seed), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) { comeAndGo(t, w, seed) },
					zktest.Version(version), zktest.WithNetwork(fault.WithLatency(time.Millisecond)))
			})
		}
	}
}

// watcher is a user who stays until the writer has stopped.
type watcher struct {
	what        string
	w           *client.Watch
	least, most int // the versions between which it came
}

func comeAndGo(t *testing.T, w *zktest.World, seed uint64) {
	ctx := t.Context()
	c, other := w.Connect(t, "a"), w.Connect(t, "writer")
	_, err := other.Create("/n").Do(ctx)
	must(t, err)
	writing, stop := context.WithCancel(ctx)
	var writer, users sync.WaitGroup
	writer.Go(func() {
		rnd := rand.New(rand.NewPCG(seed, 99))
		for writing.Err() == nil {
			if _, err := other.Set("/n").Do(ctx); err != nil {
				t.Error(err)
			}
			if rnd.IntN(3) == 0 {
				time.Sleep(time.Duration(rnd.IntN(10)) * time.Millisecond)
			}
		}
	})
	var mu sync.Mutex
	var stay []watcher
	for user := range uint64(6) {
		users.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, user))
			for range 30 {
				came, err := comeToWatch(ctx, c, rnd)
				if err != nil {
					t.Error(err)
					return
				}
				time.Sleep(time.Duration(rnd.IntN(5)) * time.Millisecond)
				switch rnd.IntN(8) {
				case 0:
					mu.Lock()
					stay = append(stay, came)
					mu.Unlock()
				case 1, 2, 3:
					must(t, came.w.Close(ctx))
				default:
					came.w.Stop()
				}
			}
		})
	}
	users.Wait()
	stop()
	writer.Wait()
	_, err = other.Set("/n").Do(ctx) // so that every one-shot has something to tell
	must(t, err)
	_, stat, err := c.Get("/n").Do(ctx)
	must(t, err)
	last := int(stat.Version)
	for _, came := range stay {
		heard := 0
		if came.what == "one-shot" {
			for range came.w.Events() {
				heard++
			}
			if heard != 1 {
				t.Errorf("a one-shot of version %d heard %d events up to version %d", came.least, heard, last)
			}
			continue
		}
		came.w.Stop()
		for ev := range came.w.Events() {
			if ev.Type == zk.EventNodeDataChanged {
				heard++
			}
		}
		if heard < last-came.most || heard > last-came.least {
			t.Errorf("%s came between versions %d and %d and heard %d events up to version %d",
				came.what, came.least, came.most, heard, last)
		}
	}
	for _, came := range stay {
		must(t, came.w.Close(ctx))
	}
	time.Sleep(time.Second) // what was stopped without waiting
	if has, err := c.CheckWatches("/n").Do(ctx); has || err != nil {
		t.Errorf("the server still has a watch: %v, %v", has, err)
	}
}

func comeToWatch(ctx context.Context, c *client.Client, rnd *rand.Rand) (watcher, error) {
	_, before, err := c.Get("/n").Do(ctx)
	if err != nil {
		return watcher{}, err
	}
	came := watcher{what: "one-shot", least: int(before.Version)}
	var after *zk.Stat
	b := c.Watch("/n").Buffer(1 << 12)
	switch rnd.IntN(4) {
	case 0:
		came.what = "persistent"
		came.w, err = b.Do(ctx)
	case 1:
		came.what = "recursive"
		came.w, err = b.Recursive().Do(ctx)
	default:
		_, after, came.w, err = c.Get("/n").DoW(ctx)
	}
	if err == nil && after == nil {
		_, after, err = c.Get("/n").Do(ctx)
	}
	if err == nil {
		came.most = int(after.Version)
	}
	return came, err
}
