package counter_test

import (
	"errors"
	"fmt"
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

// Whatever frame is lost, nothing is added twice or lost, and what is unknown is said to be. b changes the number between and while a
// does, by as much, so that a lost write and another's look alike.
func TestSweep(t *testing.T) {
	for name, opts := range map[string][]counter.Option{
		"plain":    nil,
		"lock":     {counter.WithLock(lockPath), counter.WithAttempts(1)},
		"receipts": {counter.WithReceipts("/receipts")},
		"all":      {counter.WithReceipts("/receipts"), counter.WithLock(path), counter.WithAttempts(1)},
	} {
		t.Run(name, func(t *testing.T) {
			sweep(t, func(t *testing.T, w *zktest.World) {
				b := w.Connect(t, "b")
				ours, theirs := number(t, w.Connect(t, "a"), opts...), number(t, b)
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
				// The znode's making is not covered by receipts; no other change may stay unknown with them.
				if name == "receipts" && sum.unknown > 1 {
					t.Errorf("%d unknown", sum.unknown)
				}
				_ = ours.Close(t.Context()) // may not be confirmed
				time.Sleep(10 * time.Second)
				for _, folder := range []string{path, lockPath, "/receipts"} {
					if names := children(t, b, folder); len(names) != 0 {
						t.Errorf("left in %s: %v", folder, names)
					}
				}
			})
		})
	}
}

// With receipts, on a znode that is there, nothing stays unknown as long as the session lives.
func TestSweepReceipts(t *testing.T) {
	sweep(t, func(t *testing.T, w *zktest.World) {
		theirs := number(t, w.Connect(t, "b"))
		ours := number(t, w.Connect(t, "a"), counter.WithReceipts("/receipts"))
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
			if err != nil && (client.MayHaveApplied(err) || errors.Is(err, counter.ErrUnknown)) {
				t.Errorf("unknown: %v", err)
			}
			must(t, err)
			if v, err := theirs.Get(t.Context()); v != 3+2*i || err != nil {
				t.Errorf("%d after %+v, %v", v, res, err)
			}
		}
	})
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

// The server goes and comes, and the session ends, before each of the changes in turn.
func TestServerFaults(t *testing.T) {
	for name, breaks := range map[string]func(t *testing.T, w *zktest.World, c *client.Client){
		"restart": func(t *testing.T, w *zktest.World, _ *client.Client) {
			t.Helper()
			w.Server.Kill()
			must(t, w.Server.Start(t.Context()))
		},
		"expiry": func(t *testing.T, w *zktest.World, c *client.Client) {
			t.Helper()
			w.Server.ExpireSession(c.Session().ID())
		},
		"turn deleted": func(t *testing.T, w *zktest.World, c *client.Client) {
			t.Helper()
			for _, folder := range []string{lockPath, "/receipts"} {
				for _, name := range children(t, c, folder) {
					must(t, c.Delete(folder+"/"+name).Do(t.Context()))
				}
			}
		},
		"foreign child": func(t *testing.T, w *zktest.World, c *client.Client) {
			t.Helper()
			for _, folder := range []string{lockPath, "/receipts"} {
				_, err := c.Create(folder + "/readme").Sequential().ParentContainers().Do(t.Context())
				must(t, err)
			}
		},
	} {
		for at := range 6 {
			t.Run(fmt.Sprint(name, "/", at), func(t *testing.T) {
				zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
					a, b := w.Connect(t, "a"), w.Connect(t, "b")
					ours := number(t, a, counter.WithLock(lockPath), counter.WithReceipts("/receipts"), counter.WithAttempts(1))
					theirs := number(t, b)
					var sum tally
					for i := range 6 {
						if i == at {
							breaks(t, w, a)
						}
						for _, n := range []*counter.Int64{ours, theirs} {
							res, err := n.Add(t.Context(), 1)
							sum.count(t, res, err)
						}
					}
					sum.check(t, theirs)
					if sum.made+sum.unknown < 11 {
						t.Errorf("%d made and %d unknown of 12", sum.made, sum.unknown)
					}
					must(t, ours.Close(t.Context()))
				})
			})
		}
	}
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
