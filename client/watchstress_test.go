package client_test

import (
	"context"
	"errors"
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
	t.Helper()
	ctx := t.Context()
	c, other := w.Connect(t, "a"), w.Connect(t, "writer")
	_, err := other.Create("/n").Do(ctx)
	must(t, err)
	writing, stop := context.WithCancel(ctx)
	var writer, users sync.WaitGroup
	writer.Go(func() {
		rnd := rand.New(rand.NewPCG(seed, 99))
		for writing.Err() == nil {
			write(t, other)
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
					if err := came.w.Close(ctx); err != nil {
						t.Error(err)
					}
				default:
					came.w.Stop()
				}
			}
		})
	}
	users.Wait()
	stop()
	writer.Wait()
	write(t, other) // so that every one-shot has something to tell
	_, stat, err := c.Get("/n").Do(ctx)
	must(t, err)
	last := int(stat.Version)
	for _, came := range stay {
		heard := 0
		if came.what == "one-shot" {
			select {
			case <-came.w.Events():
				if _, more := <-came.w.Events(); more {
					t.Error("a one-shot heard two events")
				}
			case <-time.After(time.Second):
				t.Errorf("a one-shot of version %d heard nothing up to version %d", came.least, last)
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

// write changes the data and the list of children.
func write(t *testing.T, c *client.Client) {
	t.Helper()
	ctx := t.Context()
	_, err := c.Set("/n").Do(ctx)
	path, also := c.Create("/n/c-").Sequential().Do(ctx)
	if err := errors.Join(err, also, c.Delete(path).Do(ctx)); err != nil {
		t.Error(err)
	}
}

// A request that sets a one-shot is under way when somebody changes what the server has on its path.
func TestOneShotUnderWay(t *testing.T) {
	type setter = func(ctx context.Context, c *client.Client) (*client.Watch, error)
	get := func(ctx context.Context, c *client.Client) (*client.Watch, error) {
		_, _, w, err := c.Get("/n").DoW(ctx)
		return w, err
	}
	children := func(ctx context.Context, c *client.Client) (*client.Watch, error) {
		_, _, w, err := c.Children("/n").DoW(ctx)
		return w, err
	}
	persistent := func(ctx context.Context, c *client.Client) (*client.Watch, error) { return c.Watch("/n").Do(ctx) }
	recursive := func(ctx context.Context, c *client.Client) (*client.Watch, error) {
		return c.Watch("/n").Recursive().Do(ctx)
	}
	for _, tt := range []struct {
		name     string
		first    setter // nil: nobody
		underWay setter
		then     setter // nil: the first one goes
		changed  zk.EventType
	}{
		{"get, then persistent", nil, get, persistent, zk.EventNodeDataChanged},
		{"get, then recursive", nil, get, recursive, zk.EventNodeDataChanged},
		{"children, then persistent", nil, children, persistent, zk.EventNodeChildrenChanged},
		{"children, then recursive", nil, children, recursive, zk.EventNodeChildrenChanged},
		{"children on persistent, then recursive", persistent, children, recursive, zk.EventNodeChildrenChanged},
		{"get, and the other goes", get, get, nil, zk.EventNodeDataChanged},
		{"children, and the other goes", children, children, nil, zk.EventNodeChildrenChanged},
		{"get, and the persistent goes", persistent, get, nil, zk.EventNodeDataChanged},
		{"children, and the persistent goes", persistent, children, nil, zk.EventNodeChildrenChanged},
		{"get, and the recursive goes", recursive, get, nil, zk.EventNodeDataChanged},
		{"children, and the recursive goes", recursive, children, nil, zk.EventNodeChildrenChanged},
	} {
		for _, version := range []server.Version{server.V36, server.V38, server.V39} {
			t.Run(tt.name+"/"+version.String(), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					ctx := t.Context()
					c, other := w.Connect(t, "a"), w.Connect(t, "writer")
					_, err := other.Create("/n").Do(ctx)
					must(t, err)
					var first *client.Watch
					if tt.first != nil {
						first, err = tt.first(ctx, c)
						must(t, err)
						// Removing needs to know the server, which is asked for once.
						_, _, once, err := c.Exists("/else").DoW(ctx)
						must(t, err)
						must(t, once.Close(ctx))
					}
					var shot *client.Watch
					var calls sync.WaitGroup
					calls.Go(func() {
						var err error
						if shot, err = tt.underWay(ctx, c); err != nil {
							t.Error(err)
						}
					})
					time.Sleep(time.Millisecond)
					if tt.then != nil {
						_, err = tt.then(ctx, c)
						must(t, err)
					} else {
						first.Stop()
					}
					calls.Wait()
					time.Sleep(time.Second)
					write(t, other)
					time.Sleep(time.Second)
					select {
					case ev := <-shot.Events():
						if ev.Type != tt.changed {
							t.Errorf("heard %+v", ev)
						}
					default:
						t.Error("heard nothing")
					}
				}, zktest.Version(version), zktest.WithNetwork(fault.WithLatency(10*time.Millisecond)))
			})
		}
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
	switch rnd.IntN(5) {
	case 4:
		_, after, came.w, err = c.Children("/n").DoW(ctx)
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
