package client_test

import (
	"context"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A server that hangs costs a writer three tenths of the session timeout, one who only holds two thirds; the session is kept.
func TestHang(t *testing.T) {
	for name, tt := range map[string]struct {
		writes bool
		most   time.Duration
	}{
		"a writer": {true, 3 * time.Second}, "a holder": {false, 6 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				ctx := t.Context()
				gate(t, w, "10.0.0.1:2181")
				gate(t, w, "10.0.0.2:2181")
				c, err := client.Connect(ctx, "10.0.0.1,10.0.0.2", client.WithDial(w.Host("a").DialContext),
					client.WithSessionTimeout(9*time.Second))
				must(t, err)
				defer c.Close(ctx)
				_, err = c.Create("/x").Do(ctx)
				must(t, err)
				session := c.Session()
				changes := c.States(ctx)
				states(t, changes, client.Connected)
				time.Sleep(1500 * time.Millisecond)
				start := time.Now()
				w.Net.Partition(c.Conn().Server()) // it accepts, and says nothing
				if tt.writes {
					_, err = c.Set("/x").Do(ctx)
					must(t, err)
				} else {
					states(t, changes, client.Suspended, client.Reconnected)
				}
				if d := time.Since(start); d > tt.most || d < 2*time.Second {
					t.Errorf("it took %v", d)
				}
				if c.Session() != session {
					t.Errorf("session %v, was %v", c.Session(), session)
				}
			})
		})
	}
}

// Answers that come late, but before three tenths of the session timeout, are answers.
func TestSlowIsNotHung(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := w.Connect(t, "a", client.WithSessionTimeout(9*time.Second), client.WithRetry(client.NoRetry))
		w.Net.Inject(fault.Always(fault.Reply("getData"), fault.Delay(2600*time.Millisecond)))
		changes := c.States(ctx)
		states(t, changes, client.Connected)
		for range 10 {
			_, _, err := c.Get("/").Do(ctx)
			must(t, err)
			time.Sleep(700 * time.Millisecond)
		}
		if len(changes) != 0 {
			t.Errorf("change %v", <-changes)
		}
	})
}
