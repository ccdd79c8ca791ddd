package counter_test

import (
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/counter"
	"github.com/zookit-go/zookit/testing/zktest"
)

// tally is what changes of one and the same size should have come to.
type tally struct{ made, unknown int64 }

func (c *tally) count(t *testing.T, res counter.Result[int64], err error) {
	t.Helper()
	switch {
	case err == nil && res.Applied && res.After == res.Before+1:
		c.made++
	case errors.Is(err, counter.ErrUnknown):
		c.unknown++
	case client.Retryable(err) && !client.MayHaveApplied(err): // said to have done nothing
	default:
		t.Errorf("got %+v, %v", res, err)
	}
}

func (c *tally) check(t *testing.T, n *counter.Int64) {
	t.Helper()
	v, err := n.Get(t.Context())
	must(t, err)
	if v < c.made || v > c.made+c.unknown {
		t.Errorf("%d: %d changes were made, and %d perhaps", v, c.made, c.unknown)
	}
}

// swept are the folders that a number may have.
var swept = zktest.WithFolders(path, lockPath, "/receipts")

// Whatever the fault, nothing is added twice or lost, and what is unknown is said to be. b changes the number between and while a
// does, by as much, so that a lost write and another's look alike.
func TestSweep(t *testing.T) {
	for name, opts := range map[string][]counter.Option{
		"plain":    nil,
		"lock":     {counter.WithLock(lockPath), counter.WithAttempts(1)},
		"receipts": {counter.WithReceipts("/receipts")},
		"all":      {counter.WithReceipts("/receipts"), counter.WithLock(path), counter.WithAttempts(1)},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
				ours, theirs := number(t, s.Client(t), opts...), number(t, s.Connect(t, "b"))
				var sum tally
				for range 2 { // the first makes the znode, the second is in the known
					res, err := ours.Add(t.Context(), 1)
					sum.count(t, res, err)
				}
				res, err := theirs.Add(t.Context(), 1)
				sum.count(t, res, err)
				over := make(chan struct{})
				go func() {
					defer close(over)
					for range 3 {
						time.Sleep(2 * time.Second) // a dropped frame takes seconds to be noticed
						res, err := theirs.Add(t.Context(), 1)
						sum.count(t, res, err)
					}
				}()
				res, err = ours.Add(t.Context(), 1)
				<-over
				sum.count(t, res, err)
				res, err = ours.Add(t.Context(), 1)
				sum.count(t, res, err)
				sum.check(t, theirs)
				if sum.made+sum.unknown < 7 {
					t.Errorf("%d made and %d unknown of 8", sum.made, sum.unknown)
				}
				// The znode's making is not covered by receipts; no other change may stay unknown with them, but for one whose session ended.
				if name == "receipts" && sum.unknown > 1 {
					t.Errorf("%d unknown", sum.unknown)
				}
				_ = ours.Close(t.Context()) // may not be confirmed
			}, zktest.InParallel(), swept, zktest.LeavesNothing(8*time.Second))
		})
	}
}

// With receipts, on a znode that is there, nothing stays unknown as long as the session lives and nobody takes the receipt away.
func TestSweepReceipts(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		theirs := number(t, s.Connect(t, "b"))
		ours := number(t, s.Client(t), counter.WithReceipts("/receipts"))
		add(t, theirs, 1)
		for i := range int64(3) {
			over := make(chan struct{})
			go func() {
				defer close(over)
				time.Sleep(time.Second)
				add(t, theirs, 1)
			}()
			res, err := ours.Add(t.Context(), 1)
			<-over
			if err != nil && s.Fault.Robs {
				var sum tally
				sum.count(t, res, err) // said to be unknown, or to have done nothing
				return
			}
			if err != nil && (client.MayHaveApplied(err) || errors.Is(err, counter.ErrUnknown)) {
				t.Errorf("unknown: %v", err)
			}
			must(t, err)
			if v, err := theirs.Get(t.Context()); v != 3+2*i || err != nil {
				t.Errorf("%d after %+v, %v", v, res, err)
			}
		}
	}, zktest.InParallel(), swept)
}

// A lost answer, in the plain case that nobody else was there: it is not added twice, and not passed over in silence.
func TestLostReply(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		n := number(t, w.Connect(t, "a"))
		add(t, n, 0)
		add(t, n, 1)
		w.Net.Inject(fault1("a"))
		if _, err := n.Add(t.Context(), 1); !errors.Is(err, counter.ErrUnknown) {
			t.Errorf("got %v", err)
		}
		if v, err := n.Get(t.Context()); v != 2 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	})
}

// Deleted: counted from nothing. Deleted and made anew at the very same version: told, since that cannot be undone.
func TestDeleted(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		n := number(t, c)
		add(t, n, 7)
		must(t, c.Delete(path).Do(t.Context()))
		if res := add(t, n, 1); res.After != 1 {
			t.Errorf("got %+v", res)
		}
		must(t, c.Delete(path).Do(t.Context()))
		store(t, c, []byte{0, 0, 0, 0, 0, 0, 0, 100})
		if _, err := n.Add(t.Context(), 1); !errors.Is(err, counter.ErrReplaced) {
			t.Errorf("got %v", err)
		}
	})
}
