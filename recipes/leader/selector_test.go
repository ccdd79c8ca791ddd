package leader_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/leader"
	"github.com/zookit-go/zookit/testing/zktest"
)

func selector(t *testing.T, c *client.Client, opts ...leader.SelectorOption) *leader.Selector {
	t.Helper()
	s, err := leader.NewSelector(c, path, opts...)
	must(t, err)
	return s
}

func TestSelector(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		boom := errors.New("boom")
		for _, want := range []error{nil, boom} {
			calls := 0
			err := selector(t, c, leader.WithID("ada")).Run(t.Context(), func(ctx context.Context) error {
				calls++
				term := leader.FromContext(ctx)
				data, stat, err := c.Get(term.Path()).Do(ctx)
				must(t, err)
				if string(data) != "ada" || stat.Czxid != term.Epoch() || ctx.Err() != nil || term.Context().Err() != nil {
					t.Errorf("%q %+v, epoch %d", data, stat, term.Epoch())
				}
				return want
			})
			if err != want || calls != 1 { //nolint:errorlint // exactly what the function returned
				t.Errorf("%v after %d calls, want %v", err, calls, want)
			}
		}
		if folder := names(t, c); len(folder) != 0 {
			t.Errorf("left: %v", folder)
		}
		if leader.FromContext(t.Context()) != nil {
			t.Error("a term from nowhere")
		}
	})
}

// A cancelled Run: while it waits, and while it leads.
func TestSelectorCancelled(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		cause := errors.New("enough")
		for _, requeue := range []bool{false, true} {
			var opts []leader.SelectorOption
			if requeue {
				opts = append(opts, leader.WithRequeue())
			}
			s := selector(t, c, opts...)
			ctx, cancel := context.WithCancelCause(t.Context())
			leading, ended := make(chan error, 1), make(chan error, 2)
			go func() {
				ended <- s.Run(ctx, func(ctx context.Context) error {
					<-ctx.Done()
					leading <- context.Cause(ctx)
					return context.Cause(ctx)
				})
			}()
			synctest.Wait()
			go func() {
				ended <- s.Run(ctx, func(context.Context) error { return errors.New("called without leading") })
			}()
			synctest.Wait()
			if len(names(t, c)) != 2 {
				t.Errorf("folder: %v", names(t, c))
			}
			cancel(cause)
			if err := <-leading; !errors.Is(err, cause) {
				t.Errorf("the function: %v", err)
			}
			for range 2 {
				if err := <-ended; !errors.Is(err, cause) {
					t.Errorf("run: %v", err)
				}
			}
			if folder := names(t, c); len(folder) != 0 {
				t.Errorf("left: %v", folder)
			}
		}
	})
}

// What ends a term interrupts the function, with the cause; requeueing goes on in spite of it.
func TestSelectorInterrupted(t *testing.T) {
	for _, tt := range []struct {
		name  string
		do    func(w *zktest.World, c *client.Client, term *leader.Term)
		cause error
	}{
		{"suspended", func(w *zktest.World, _ *client.Client, _ *leader.Term) { w.Net.CutAll() }, leader.ErrSuspended},
		{"expired", func(w *zktest.World, c *client.Client, _ *leader.Term) { w.Server.ExpireSession(c.Session().ID()) }, nil},
		{"deleted", func(_ *zktest.World, c *client.Client, term *leader.Term) {
			_ = c.Delete(term.Path()).Do(context.Background())
		}, leader.ErrDeleted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				c := w.Connect(t, "a")
				interrupt := func(ctx context.Context) error {
					time.Sleep(time.Second)
					tt.do(w, c, leader.FromContext(ctx))
					<-ctx.Done()
					return ctx.Err()
				}
				err := selector(t, c).Run(t.Context(), interrupt)
				if err == nil || tt.cause != nil && !errors.Is(err, tt.cause) {
					t.Errorf("got %v, want %v", err, tt.cause)
				}
				calls, done := 0, errors.New("done")
				var epochs []int64
				err = selector(t, c, leader.WithRequeue()).Run(t.Context(), func(ctx context.Context) error {
					epochs = append(epochs, leader.FromContext(ctx).Epoch())
					if calls++; calls < 3 {
						return interrupt(ctx)
					}
					return done
				})
				if !errors.Is(err, done) || calls != 3 || epochs[0] >= epochs[1] || epochs[1] >= epochs[2] {
					t.Errorf("%v after %d calls, epochs %v", err, calls, epochs)
				}
				time.Sleep(3 * time.Second)
				if folder := names(t, c); len(folder) != 0 {
					t.Errorf("left: %v", folder)
				}
			})
		})
	}
}

// A client that closes ends Run, requeueing or not.
func TestSelectorClientCloses(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		err := selector(t, c, leader.WithRequeue()).Run(t.Context(), func(ctx context.Context) error {
			must(t, c.Close(context.WithoutCancel(ctx)))
			<-ctx.Done()
			return nil
		})
		if !errors.Is(err, client.ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

// A panic passes, and leaves nothing behind.
func TestSelectorPanics(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a")
		func() {
			defer func() {
				if got := recover(); got != "boom" {
					t.Errorf("recovered %v", got)
				}
			}()
			_ = selector(t, c).Run(t.Context(), func(context.Context) error { panic("boom") })
		}()
		if folder := names(t, c); len(folder) != 0 {
			t.Errorf("left: %v", folder)
		}
	})
}
