package counter_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

func TestInt64(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		a, b := w.Connect(t, "a"), w.Connect(t, "b")
		n := number(t, a)
		if v, err := n.Get(ctx); v != 0 || err != nil {
			t.Errorf("missing: %d, %v", v, err)
		}
		if res, err := n.CompareAndSet(ctx, 0, 1); res.Applied || err != nil {
			t.Errorf("compare and set of what is missing: %+v, %v", res, err)
		}
		if res := add(t, n, 5); !res.Applied || res.Before != 0 || res.After != 5 || res.Attempts != 1 || res.LockedAttempts != 0 {
			t.Errorf("first: %+v", res)
		}
		add(t, n, 0) // reads what was made together with its parents, and remembers it
		if res := add(t, number(t, b), -7); res.Before != 5 || res.After != -2 {
			t.Errorf("second: %+v", res)
		}
		if res := add(t, n, 1); res.After != -1 || res.Attempts != 2 { // it remembered the 5
			t.Errorf("third: %+v", res)
		}
		if res, err := n.CompareAndSet(ctx, 5, 6); res.Applied || res.Before != -1 || res.After != -1 || err != nil {
			t.Errorf("compare and set: %+v, %v", res, err)
		}
		if res, err := n.CompareAndSet(ctx, -1, 6); !res.Applied || res.Before != -1 || res.After != 6 || err != nil {
			t.Errorf("compare and set: %+v, %v", res, err)
		}
		if res, err := n.Init(ctx, 9); res.Applied || err != nil {
			t.Errorf("init: %+v, %v", res, err)
		}
		must(t, n.Set(ctx, math.MaxInt64))
		if res := add(t, n, 1); res.After != math.MinInt64 {
			t.Errorf("overflow: %+v", res)
		}
		must(t, n.Close(ctx))
		if _, err := n.Add(ctx, 1); !errors.Is(err, counter.ErrClosed) {
			t.Errorf("after close: %v", err)
		}
	})
}

// A comparison is never made with what is remembered alone.
func TestCompareWithWhatIsThere(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		n := number(t, w.Connect(t, "a"))
		add(t, n, 5)
		add(t, number(t, w.Connect(t, "b")), 1)
		if res, err := n.CompareAndSet(t.Context(), 6, 7); !res.Applied || err != nil {
			t.Errorf("got %+v, %v", res, err)
		}
	})
}

// The bytes are Curator's.
func TestGolden(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		n := number(t, c)
		for v, want := range map[int64]string{258: "0000000000000102", -1: "ffffffffffffffff", math.MinInt64: "8000000000000000"} {
			must(t, n.Set(ctx, v))
			if got := hex.EncodeToString(stored(t, c)); got != want {
				t.Errorf("%d: %s", v, got)
			}
			if got, err := n.Get(ctx); got != v || err != nil {
				t.Errorf("%d: read %d, %v", v, got, err)
			}
		}
		store(t, c, nil)
		if res := add(t, number(t, c), 3); res.Before != 0 || res.After != 3 {
			t.Errorf("on empty data: %+v", res)
		}
		for _, data := range []string{"7", "\x00\x00\x00\x07", "123456789"} { // kazoo's text, a count, and what Curator would cut off
			store(t, c, []byte(data))
			if _, err := n.Get(ctx); !errors.Is(err, counter.ErrCorrupt) {
				t.Errorf("%q read: %v", data, err)
			}
			if _, err := n.Add(ctx, 1); !errors.Is(err, counter.ErrCorrupt) {
				t.Errorf("%q added to: %v", data, err)
			}
			if !bytes.Equal(stored(t, c), []byte(data)) {
				t.Errorf("%q was changed to %q", data, stored(t, c))
			}
		}
	})
}

func TestValue(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		v, err := counter.NewValue(c, path)
		must(t, err)
		if res, err := v.Init(ctx, []byte("x")); !res.Applied || string(res.After) != "x" || err != nil {
			t.Errorf("init: %+v, %v", res, err)
		}
		res, err := v.Update(ctx, func(before []byte) []byte { return append(before, 'y') })
		if string(res.Before) != "x" || string(res.After) != "xy" || err != nil || string(stored(t, c)) != "xy" {
			t.Errorf("update: %+v, %v, stored %q", res, err, stored(t, c))
		}
		if res, err := v.CompareAndSet(ctx, []byte("x"), []byte("z")); res.Applied || string(res.Before) != "xy" || err != nil {
			t.Errorf("compare and set: %+v, %v", res, err)
		}
		if res, err := v.CompareAndSet(ctx, []byte("xy"), []byte("z")); !res.Applied || err != nil {
			t.Errorf("compare and set: %+v, %v", res, err)
		}
		must(t, v.Set(ctx, nil))
		if got, err := v.Get(ctx); len(got) != 0 || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		must(t, v.Close(ctx))
	})
}

func TestCached(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		n := number(t, w.Connect(t, "a"))
		one, err := counter.NewCached(n, 10)
		must(t, err)
		two, err := counter.NewCached(number(t, w.Connect(t, "b")), 10)
		must(t, err)
		seen := map[int64]bool{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for _, c := range []*counter.Cached{one, one, two, two} {
			all.Go(func() {
				for range 50 {
					v, err := c.Next(t.Context())
					mu.Lock()
					if err != nil || seen[v] || v < 0 || v >= 200 {
						t.Errorf("got %d, %v, again: %v", v, err, seen[v])
					}
					seen[v] = true
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if v, err := n.Get(t.Context()); v != 200 || err != nil {
			t.Errorf("20 blocks: %d, %v", v, err)
		}
		if _, err := counter.NewCached(n, 0); err == nil {
			t.Error("a block of nothing")
		}
	})
}

func TestArguments(t *testing.T) {
	for _, opts := range [][]counter.Option{{counter.WithLock("x")}, {counter.WithReceipts("/x/")}, {counter.WithAttempts(-1)}} {
		if _, err := counter.NewInt64(nil, path, opts...); err == nil {
			t.Error("accepted")
		}
	}
	if _, err := counter.NewInt64(nil, ""); !errors.Is(err, zk.ErrInvalidPath) {
		t.Errorf("got %v", err)
	}
	if _, err := counter.NewSharedCount(nil, "x", 0); !errors.Is(err, zk.ErrInvalidPath) {
		t.Errorf("got %v", err)
	}
}

// A change whose context ends while it waits for a turn leaves nothing.
func TestCancelledInTheQueue(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		b := w.Connect(t, "b")
		n := number(t, w.Connect(t, "a"), counter.WithLock(lockPath), counter.WithAttempts(1))
		add(t, n, 1)
		add(t, n, 0)
		// Somebody has the turn.
		turn, err := b.Create(lockPath + "/lock-").Ephemeral().Sequential().ParentContainers().Do(t.Context())
		must(t, err)
		add(t, number(t, b), 1) // so that n loses its first attempt
		cause := errors.New("no patience")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, cause)
		defer cancel()
		if _, err := n.Add(ctx, 1); !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		if names := children(t, b, lockPath); len(names) != 1 {
			t.Errorf("left: %v", names)
		}
		must(t, b.Delete(turn).Do(t.Context()))
		if res := add(t, n, 1); res.After != 3 {
			t.Errorf("got %+v", res)
		}
	})
}

// Without a queue, attempts can be limited.
func TestContended(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		n := number(t, w.Connect(t, "a"), counter.WithAttempts(1))
		add(t, n, 1)
		add(t, n, 0)
		add(t, number(t, w.Connect(t, "b")), 1)
		if _, err := n.Add(t.Context(), 1); !errors.Is(err, counter.ErrContended) {
			t.Errorf("got %v", err)
		}
		if res := add(t, n, 1); res.After != 3 {
			t.Errorf("got %+v", res)
		}
	})
}
