package counter_test

import (
	"encoding/hex"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

func TestInt32(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		n, err := counter.NewInt32(c, path)
		must(t, err)
		if v, err := n.Get(ctx); v != 0 || err != nil {
			t.Errorf("missing: %d, %v", v, err)
		}
		if res, err := n.CompareAndSet(ctx, 0, 1); res.Applied || err != nil {
			t.Errorf("compare and set of what is missing: %+v, %v", res, err)
		}
		if res, err := n.Init(ctx, 9); !res.Applied || err != nil {
			t.Errorf("init: %+v, %v", res, err)
		}
		if res, err := n.Add(ctx, -10); res.Before != 9 || res.After != -1 || err != nil {
			t.Errorf("add: %+v, %v", res, err)
		}
		if res, err := n.CompareAndSet(ctx, -1, math.MaxInt32); !res.Applied || err != nil {
			t.Errorf("compare and set: %+v, %v", res, err)
		}
		if res, err := n.Add(ctx, 1); res.After != math.MinInt32 || err != nil {
			t.Errorf("overflow: %+v, %v", res, err)
		}
		must(t, n.Close(ctx))
		if err := n.Set(ctx, 1); !errors.Is(err, counter.ErrClosed) {
			t.Errorf("after close: %v", err)
		}
		if _, err := counter.NewInt32(c, path, counter.WithText()); err == nil {
			t.Error("text is fine")
		}
	})
}

// The bytes are Curator's, and a SharedCount's; empty data, as kazoo makes it, is 0.
func TestGoldenInt32(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		n, err := counter.NewInt32(c, path)
		must(t, err)
		count, err := counter.NewSharedCount(c, path, 0)
		must(t, err)
		must(t, count.Start(ctx))
		defer count.Close()
		for v, want := range map[int32]string{7: "00000007", -2: "fffffffe", -1: "ffffffff", math.MinInt32: "80000000"} {
			must(t, n.Set(ctx, v))
			if got := hex.EncodeToString(stored(t, c)); got != want {
				t.Errorf("%d: %s", v, got)
			}
			if got, err := n.Get(ctx); got != v || err != nil {
				t.Errorf("%d: read %d, %v", v, got, err)
			}
			for now, err := range count.Changes(ctx) {
				must(t, err)
				if now.Value == v {
					break
				}
			}
		}
		if _, err := count.Set(ctx, 5); err != nil {
			t.Error(err)
		}
		if res, err := n.Add(ctx, 1); res.Before != 5 || res.After != 6 || err != nil {
			t.Errorf("beside a SharedCount: %+v, %v", res, err)
		}
		store(t, c, nil)
		if res, err := n.Add(ctx, 3); res.Before != 0 || res.After != 3 || err != nil {
			t.Errorf("on empty data: %+v, %v", res, err)
		}
		for _, data := range []string{"7", "\x00\x00\x00\x00\x00\x00\x00\x07"} {
			store(t, c, []byte(data))
			if _, err := n.Add(ctx, 1); !errors.Is(err, counter.ErrCorrupt) || string(stored(t, c)) != data {
				t.Errorf("%q added to: %v", data, err)
			}
		}
	})
}

// The text is kazoo's.
func TestGoldenText(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx := t.Context()
		c := w.Connect(t, "a")
		n := number(t, c, counter.WithText())
		for v, want := range map[int64]string{7: "7", -2: "-2", math.MinInt64: "-9223372036854775808"} {
			must(t, n.Set(ctx, v))
			if got := string(stored(t, c)); got != want {
				t.Errorf("%d: %q", v, got)
			}
			if got, err := n.Get(ctx); got != v || err != nil {
				t.Errorf("%d: read %d, %v", v, got, err)
			}
		}
		store(t, c, nil)
		if res := add(t, n, 3); res.Before != 0 || res.After != 3 {
			t.Errorf("on empty data: %+v", res)
		}
		for _, data := range []string{"2.5", "\x00\x00\x00\x00\x00\x00\x00\x07", "9223372036854775808", " 1"} {
			store(t, c, []byte(data))
			if _, err := n.Add(ctx, 1); !errors.Is(err, counter.ErrCorrupt) || string(stored(t, c)) != data {
				t.Errorf("%q added to: %v", data, err)
			}
		}
		if _, err := counter.NewValue(c, path, counter.WithText()); err == nil {
			t.Error("a value as text is fine")
		}
	})
}

// Whatever is lost, nothing is added twice, and what is unknown is said to be.
func TestSweepInt32(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ours, err := counter.NewInt32(s.Client(t), path, counter.WithReceipts("/receipts"), counter.WithLock(lockPath), counter.WithAttempts(1))
		must(t, err)
		theirs, err := counter.NewInt32(s.Connect(t, "b"), path)
		must(t, err)
		var made, unknown int32
		for range 3 {
			for _, n := range []*counter.Int32{ours, theirs} {
				switch res, err := n.Add(t.Context(), 1); {
				case err == nil && res.Applied && res.After == res.Before+1:
					made++
				case errors.Is(err, counter.ErrUnknown):
					unknown++
				case !client.Retryable(err) || client.MayHaveApplied(err):
					t.Errorf("got %+v, %v", res, err)
				}
			}
		}
		if v, err := theirs.Get(t.Context()); v < made || v > made+unknown || made+unknown < 5 || err != nil {
			t.Errorf("%d, %v: %d changes were made, and %d perhaps", v, err, made, unknown)
		}
		_ = ours.Close(t.Context()) // may not be confirmed
	}, zktest.InParallel(), zktest.WithFolders("/receipts", lockPath), zktest.LeavesNothing(9*time.Second, "/receipts", lockPath))
}
