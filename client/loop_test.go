package client_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// Retry runs its calls again after a loss; their pauses are the loop's, so attempts do not multiply.
func TestRetry(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.RetryNTimes(4, time.Second)))
		rule := fault.Always(fault.Reply("getData"), fault.Cut)
		remove := w.Net.Inject(rule)
		runs := 0
		err := c.Retry(t.Context(), func(ctx context.Context) error {
			runs++
			_, _, err := c.Namespace("/zookeeper").Get("/").Do(ctx)
			return err
		})
		if !errors.Is(err, client.ErrConnectionLoss) || rule.Fired() != 5 || runs != 1 {
			t.Errorf("%d attempts in %d runs: %v", rule.Fired(), runs, err)
		}
		remove()
		// An Async has no retries of its own: the loop has.
		rule = fault.Nth(1, fault.Reply("setData"), fault.Cut)
		w.Net.Inject(rule)
		_, err = c.Create("/n").Do(t.Context())
		must(t, err)
		runs = 0
		must(t, c.Retry(t.Context(), func(ctx context.Context) error {
			runs++
			_, err := c.Set("/n").Async(ctx).Wait(ctx)
			return err
		}))
		if runs != 2 || rule.Fired() != 1 {
			t.Errorf("%d runs", runs)
		}
		refusal := errors.New("no")
		if err := c.Retry(t.Context(), func(context.Context) error { return refusal }); !errors.Is(err, refusal) {
			t.Errorf("got %v", err)
		}
	})
}

// Retry fails when the session ends inside, even if nobody noticed, and its context ends with the session.
func TestRetryIsOneSession(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.RetryForever(time.Second)))
		runs := 0
		err := c.Retry(t.Context(), func(ctx context.Context) error {
			runs++
			first := c.Session()
			w.Server.ExpireSession(first.ID())
			<-ctx.Done()
			if !errors.Is(context.Cause(ctx), client.ErrSessionLost) {
				t.Errorf("cause %v", context.Cause(ctx))
			}
			_, _, err := c.Get("/").Do(t.Context()) // goes on in the next session
			return err
		})
		if !errors.Is(err, zk.ErrSessionExpired) || !errors.Is(err, client.ErrSessionLost) || runs != 1 {
			t.Errorf("%d runs: %v", runs, err)
		}
		must(t, c.Retry(t.Context(), func(ctx context.Context) error {
			_, _, err := c.Get("/").Do(ctx)
			return err
		}))
		w.Net.Refuse("zk", true)
		w.Net.CutAll()
		synctest.Wait() // until the client has seen it
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Retry(ctx, func(context.Context) error { t.Error("without a connection"); return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
