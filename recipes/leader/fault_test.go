package leader_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/zktest"
)

// swept says where an election's znodes are, and that none may stay when a scenario is over.
var swept = []zktest.SweepOption{zktest.WithFolders(path), zktest.LeavesNothing(0)}

// referee sees that there is one leader at a time, and that epochs grow. Where the server can give the lead away before its loser can
// know, a term may even begin behind a later one: that is what epochs are for, and it must end.
type referee struct {
	sudden    bool
	mu        sync.Mutex // guards what follows
	last      *leader.Term
	overtaken []*leader.Term
}

func (r *referee) begins(t *testing.T, term *leader.Term) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last != nil && r.last.Path() != term.Path() {
		if r.last.Context().Err() == nil && term.Context().Err() == nil && !r.sudden {
			t.Errorf("two leaders: %s and %s", r.last.Path(), term.Path())
		}
		if term.Epoch() <= r.last.Epoch() {
			if !r.sudden {
				t.Errorf("epochs %d, then %d", r.last.Epoch(), term.Epoch())
			}
			r.overtaken = append(r.overtaken, term)
			return
		}
	}
	r.last = term
}

// settled checks, at the end, that no term outlived one that was given later.
func (r *referee) settled(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, term := range r.overtaken {
		if term.Context().Err() == nil {
			t.Errorf("epoch %d goes on behind %d", term.Epoch(), r.last.Epoch())
		}
	}
}

// watch lets the referee hear of a latch's terms until it is closed.
func (r *referee) watch(t *testing.T, l *leader.Latch) {
	t.Helper()
	heard := l.Changes(t.Context())
	go func() {
		for c := range heard {
			if c.Term != nil {
				r.begins(t, c.Term)
			}
		}
	}()
}

// Two latches, a fault at one of them: one leads at a time, somebody does in the end, and nothing is left.
func TestSweepLatch(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		r := &referee{sudden: s.Fault.Robs}
		a, b := s.Client(t), s.Connect(t, "b")
		one := start(t, a)
		r.watch(t, one)
		two := start(t, b)
		r.watch(t, two)
		time.Sleep(10 * time.Second)
		if (one.Term() == nil) == (two.Term() == nil) {
			t.Errorf("after the fault: %v, %v", one.Term(), two.Term())
		}
		_ = one.Close(t.Context()) // may not be confirmed
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		if _, err := two.Await(ctx); err != nil {
			t.Errorf("the other one: %v", err)
		}
		_ = two.Close(t.Context())
		time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew; less than the session timeout
		r.settled(t)
	}, swept...)
}

// The same from behind: the one with the fault waits first.
func TestSweepLatchBehind(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		r := &referee{sudden: s.Fault.Robs}
		a, b := s.Client(t), s.Connect(t, "b")
		first := start(t, b)
		r.watch(t, first)
		await(t, first)
		behind := start(t, a)
		r.watch(t, behind)
		time.Sleep(10 * time.Second)
		if s.Fault.Name != zktest.ServerRestarted && behind.Term() != nil {
			t.Errorf("leads at %s, and the first is %v", behind.Term().Path(), first.Term())
		}
		_ = first.Close(t.Context())
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := behind.Await(ctx); err != nil {
			t.Errorf("the one behind: %v", err)
		}
		_ = behind.Close(t.Context())
		time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew; less than the session timeout
		r.settled(t)
	}, swept...)
}

// A Selector that goes on until it has led twice to the end, beside another.
func TestSweepSelector(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		r := &referee{sudden: s.Fault.Robs}
		a, b := s.Client(t), s.Connect(t, "b")
		var all sync.WaitGroup
		for _, c := range []*client.Client{a, b} {
			sel := selector(t, c, leader.WithRequeue())
			all.Go(func() {
				enough, terms := errors.New("enough"), 0
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				err := sel.Run(ctx, func(ctx context.Context) error {
					r.begins(t, leader.FromContext(ctx))
					select {
					case <-time.After(500 * time.Millisecond):
					case <-ctx.Done():
						return context.Cause(ctx)
					}
					if terms++; terms == 2 {
						return enough
					}
					return nil
				})
				if !errors.Is(err, enough) {
					t.Errorf("ended with %v after %d terms", err, terms)
				}
			})
		}
		all.Wait()
		time.Sleep(8 * time.Second) // a dropped frame is noticed, and the connection made anew; less than the session timeout
		r.settled(t)
	}, swept...)
}

// Golden names: what Curator and its users see.
func TestNames(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		for _, tt := range []struct {
			suffix string
			begin  func() (end func())
		}{
			{"-latch-0000000000", func() func() {
				l := start(t, c)
				return func() { must(t, l.Close(t.Context())) }
			}},
			{"-lock-0000000001", func() func() {
				ctx, cancel := context.WithCancel(t.Context())
				var all sync.WaitGroup
				s := selector(t, c)
				all.Go(func() { _ = s.Run(ctx, func(ctx context.Context) error { <-ctx.Done(); return nil }) })
				return func() { cancel(); all.Wait() }
			}},
		} {
			end := tt.begin()
			time.Sleep(time.Second)
			if got := names(t, c); len(got) != 1 || len(got[0]) != len("_c_")+36+len(tt.suffix) ||
				!strings.HasPrefix(got[0], "_c_") || !strings.HasSuffix(got[0], tt.suffix) {
				t.Errorf("%v, want _c_<uuid>%s", got, tt.suffix)
			}
			end()
		}
	})
}
