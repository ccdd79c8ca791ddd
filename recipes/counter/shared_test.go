package counter_test

import (
	"context"
	"encoding/hex"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

// count starts a SharedCount that ends with the test.
func count(tb testing.TB, c *client.Client, seed int32) *counter.SharedCount {
	tb.Helper()
	s, err := counter.NewSharedCount(c, path, seed)
	must(tb, err)
	must(tb, s.Start(tb.Context()))
	tb.Cleanup(s.Close)
	return s
}

// settled waits until nothing moves, and tells the value.
func settled(s *counter.SharedCount) counter.Snapshot[int32] {
	synctest.Wait()
	return s.Get()
}

func TestSharedCount(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		bare := w.Connect(t, "c")
		a, b := count(t, w.Connect(t, "a"), 7), count(t, w.Connect(t, "b"), 8)
		if got := a.Get(); got.Value != 7 || got.Version != 0 || got.Zxid == 0 || got.Missing || got != b.Get() {
			t.Errorf("seed: %+v and %+v", got, b.Get())
		}
		if got := hex.EncodeToString(stored(t, bare)); got != "00000007" {
			t.Errorf("stored %s", got)
		}
		before := a.Get()
		set, err := b.Set(ctx, -2)
		must(t, err)
		if b.Get() != set || set.Value != -2 || set.Version != 1 || set.Zxid <= before.Zxid {
			t.Errorf("set: %+v, and %+v", set, b.Get())
		}
		if got := hex.EncodeToString(stored(t, bare)); got != "fffffffe" {
			t.Errorf("stored %s", got)
		}
		if got := settled(a); got != set {
			t.Errorf("elsewhere: %+v", got)
		}
		if ok, now, err := a.TrySet(ctx, before, 3); ok || now != set || err != nil {
			t.Errorf("try with an old one: %v %+v, %v", ok, now, err)
		}
		ok, now, err := a.TrySet(ctx, set, 3)
		if !ok || now.Value != 3 || now.Version != 2 || err != nil {
			t.Errorf("try: %v %+v, %v", ok, now, err)
		}
		// A write of which the event is not there yet.
		_, err = bare.Set(path).Data([]byte{0, 0, 1, 0}).Do(ctx)
		must(t, err)
		if ok, got, err := a.TrySet(ctx, now, 4); ok || got.Value != 256 || err != nil {
			t.Errorf("try too late: %v %+v, %v", ok, got, err)
		}
	})
}

// Changes tells each value once, in order, and ends with a reason.
func TestChanges(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		s := count(t, c, 0)
		ctx, cancel := context.WithCancelCause(t.Context())
		next, stop := iter.Pull2(s.Changes(ctx))
		defer stop()
		for want := range int32(5) {
			got, err, ok := next()
			if got.Value != want || got.Missing || err != nil || !ok {
				t.Errorf("got %+v, %v, %v; want %d", got, err, ok, want)
			}
			if want < 4 {
				store(t, c, []byte{0, 0, 0, byte(want + 1)})
			}
		}
		must(t, c.Delete(path).Do(ctx))
		if got, err, _ := next(); got.Value != 4 || !got.Missing || err != nil {
			t.Errorf("deleted: %+v, %v", got, err)
		}
		if ok, _, err := s.TrySet(ctx, s.Get(), 9); ok || err != nil {
			t.Errorf("try on what is missing: %v, %v", ok, err)
		}
		if _, err := s.Set(ctx, 9); !errors.Is(err, zk.ErrNoNode) {
			t.Errorf("set of what is missing: %v", err)
		}
		store(t, c, []byte{0, 0, 0, 6})
		if got, err, _ := next(); got.Value != 6 || got.Missing || got.Version != 0 || err != nil {
			t.Errorf("made anew: %+v, %v", got, err)
		}
		cause := errors.New("enough")
		cancel(cause)
		if _, err, ok := next(); !errors.Is(err, cause) || !ok {
			t.Errorf("got %v, %v", err, ok)
		}
		if _, _, ok := next(); ok {
			t.Error("it goes on")
		}
		// What others write is told as what it is.
		store(t, c, []byte("seven"))
		synctest.Wait()
		for got, err := range s.Changes(t.Context()) {
			if !errors.Is(err, counter.ErrCorrupt) || got.Value != 6 {
				t.Errorf("got %+v, %v", got, err)
			}
		}
	})
}

// A waiting loop ends when the count is closed.
func TestSharedClose(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		s := count(t, c, 0)
		ended := make(chan error, 1)
		go func() {
			for _, err := range s.Changes(t.Context()) {
				if err != nil {
					ended <- err
				}
			}
		}()
		synctest.Wait()
		s.Close()
		s.Close()
		if err := <-ended; !errors.Is(err, counter.ErrClosed) {
			t.Errorf("got %v", err)
		}
		if err := s.Start(t.Context()); !errors.Is(err, counter.ErrClosed) {
			t.Errorf("start after close: %v", err)
		}
		synctest.Wait()
		if left, err := c.CheckWatches(path).Data().Do(t.Context()); left || err != nil {
			t.Errorf("a watch left: %v, %v", left, err)
		}
	})
}

// A start that fails says why, and can be made again.
func TestSharedStart(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		store(t, c, []byte("seven"))
		s, err := counter.NewSharedCount(c, path, 0)
		must(t, err)
		if err := s.Start(t.Context()); !errors.Is(err, counter.ErrCorrupt) {
			t.Errorf("got %v", err)
		}
		store(t, c, nil) // as kazoo makes it
		w.Net.Refuse("zk", true)
		w.Host("a").Cut()
		cause := errors.New("no patience")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
		defer cancel()
		if err := s.Start(ctx); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		w.Net.Refuse("zk", false)
		must(t, s.Start(t.Context()))
		if got := s.Get(); got.Value != 0 || got.Missing {
			t.Errorf("got %+v", got)
		}
		if err := s.Start(t.Context()); err == nil {
			t.Error("started twice")
		}
		s.Close()
	})
}

func TestSharedValue(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		s, err := counter.NewSharedValue(c, path, []byte("x"))
		must(t, err)
		must(t, s.Start(t.Context()))
		defer s.Close()
		ok, now, err := s.TrySet(t.Context(), s.Get(), []byte("y"))
		if !ok || string(now.Value) != "y" || err != nil || string(stored(t, c)) != "y" {
			t.Errorf("got %v %+v, %v", ok, now, err)
		}
	})
}

// Two to start; then an event and a request for each change.
func TestSharedCost(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		store(t, b, []byte{0, 0, 0, 0})
		before := requests(w)
		s := count(t, a, 0)
		if n := requests(w) - before; n != 2 {
			t.Errorf("%d requests to start", n)
		}
		before, events := requests(w), w.Server.Stats().WatchEvents
		for i := range byte(10) {
			_, err := b.Set(path).Data([]byte{0, 0, 0, i + 1}).Do(t.Context())
			must(t, err)
			if got := settled(s); got.Value != int32(i+1) {
				t.Errorf("got %+v", got)
			}
		}
		if n, e := requests(w)-before, w.Server.Stats().WatchEvents-events; n != 20 || e != 10 {
			t.Errorf("%d requests and %d events for 10 changes", n, e)
		}
	})
}

// Whatever the fault while it starts, writes or hears of writes: in the end it knows the last value, and values never go back.
func TestSharedSweep(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		b := count(t, s.Connect(t, "b"), 1)
		a := count(t, s.Client(t), 2)
		var seen []counter.Snapshot[int32]
		told := make(chan struct{})
		go func() {
			defer close(told)
			for got, err := range a.Changes(t.Context()) {
				if err != nil {
					return
				}
				seen = append(seen, got)
			}
		}()
		_, err := b.Set(t.Context(), 10)
		must(t, err)
		time.Sleep(9 * time.Second) // a dropped frame takes seconds to be noticed
		ok, _, err := a.TrySet(t.Context(), a.Get(), 11)
		if err != nil && !errors.Is(err, counter.ErrUnknown) || err == nil && !ok {
			t.Errorf("try: %v, %v", ok, err)
		}
		time.Sleep(9 * time.Second)
		if b.Get().Value != 11 || a.Get() != b.Get() {
			t.Errorf("%+v and %+v", a.Get(), b.Get())
		}
		a.Close()
		<-told
		for i := range seen[1:] {
			if seen[i+1].Zxid <= seen[i].Zxid {
				t.Errorf("went back: %+v", seen)
			}
		}
		if last := seen[len(seen)-1]; last.Value != 11 {
			t.Errorf("told last: %+v", last)
		}
	}, zktest.InParallel(), swept)
}

// A new session, and a server that comes back, change nothing for who follows.
func TestSharedSurvives(t *testing.T) {
	for name, breaks := range map[string]func(t *testing.T, w *zktest.World, c *client.Client){
		"expiry": func(t *testing.T, w *zktest.World, c *client.Client) {
			t.Helper()
			w.Server.ExpireSession(c.Session().ID())
		},
		"restart": func(t *testing.T, w *zktest.World, _ *client.Client) {
			t.Helper()
			w.Server.Kill()
			time.Sleep(time.Second)
			must(t, w.Server.Start(t.Context()))
		},
		"partition": func(t *testing.T, w *zktest.World, _ *client.Client) {
			t.Helper()
			w.Host("a").Partition()
			time.Sleep(time.Minute)
			w.Host("a").Heal()
		},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ca, cb := w.Connect(t, "a"), w.Connect(t, "b")
				a, b := count(t, ca, 0), count(t, cb, 0)
				for i := range int32(3) {
					breaks(t, w, ca)
					_, err := b.Set(t.Context(), i+1)
					must(t, err)
					time.Sleep(20 * time.Second)
					if a.Get() != b.Get() || a.Get().Value != i+1 {
						t.Errorf("%+v and %+v", a.Get(), b.Get())
					}
				}
			})
		})
	}
}
