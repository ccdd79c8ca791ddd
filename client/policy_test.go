package client_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
	"github.com/zookit-go/zookit/testing/zktest"
)

// pauses are those of a policy, with nothing in between, up to a number.
func pauses(policy client.RetryPolicy, most int) []time.Duration {
	var all []time.Duration
	b := policy()
	for range most {
		d := b.NextBackOff()
		if d == backoff.Stop {
			break
		}
		all = append(all, d)
	}
	return all
}

// The formulas are Curator's: before retry n, base times a random integer below 2^(n+1), and 1 at least.
func TestExponentialBackoff(t *testing.T) {
	const base = 10 * time.Millisecond
	longest := [5]time.Duration{}
	for range 3000 {
		all := pauses(client.ExponentialBackoff(base, 5), 100)
		if len(all) != 5 {
			t.Fatalf("%d retries", len(all))
		}
		for n, d := range all {
			if limit := base * time.Duration(math.Pow(2, float64(n+1))-1); d < base || d > limit || d%base != 0 {
				t.Fatalf("retry %d after %v, at most %v", n, d, limit)
			}
			longest[n] = max(longest[n], d)
		}
	}
	if want := [5]time.Duration{base, 3 * base, 7 * base, 15 * base, 31 * base}; longest != want {
		t.Errorf("longest %v, want %v", longest, want)
	}
	if n := len(pauses(client.ExponentialBackoff(time.Hour, 1000), 2000)); n != 29 {
		t.Errorf("%d retries, want 29", n)
	}
	for _, d := range pauses(client.BoundedExponentialBackoff(time.Hour, 90*time.Minute, 29), 100) {
		if d != time.Hour && d != 90*time.Minute {
			t.Errorf("bounded: %v", d)
		}
	}
}

func TestCountedPolicies(t *testing.T) {
	for _, tt := range []struct {
		name   string
		policy client.RetryPolicy
		want   int
	}{
		{"n times", client.RetryNTimes(3, time.Second), 3},
		{"no times", client.RetryNTimes(0, time.Second), 0},
		{"one time", client.RetryOneTime(time.Second), 1},
		{"forever", client.RetryForever(time.Second), 1000},
	} {
		all := pauses(tt.policy, 1000)
		if len(all) != tt.want {
			t.Errorf("%s: %d retries", tt.name, len(all))
		}
		for _, d := range all {
			if d != time.Second {
				t.Errorf("%s: %v", tt.name, d)
			}
		}
	}
}

// RetryUntilElapsed counts the attempts as Curator does: the time before a pause decides.
func TestRetryUntilElapsed(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		c := w.Connect(t, "a", client.WithRetry(client.RetryUntilElapsed(2500*time.Millisecond, time.Second)))
		w.Net.Refuse("zk", true)
		w.Net.CutAll()
		start := time.Now()
		if _, _, err := c.Get("/").Do(t.Context()); !errors.Is(err, client.ErrConnectionLoss) {
			t.Errorf("got %v", err)
		}
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("gave up after %v", d)
		}
	})
}

// SessionFailed ends a call when the session is over; without it the call goes on in the next.
func TestSessionFailed(t *testing.T) {
	expired := errors.New("the end")
	policy := client.SessionFailed(client.SessionFailed(client.RetryForever(time.Second)))
	said, ok := policy().(client.ErrorPolicy)
	if !ok || said.Retries(zk.ErrSessionExpired) || said.Retries(client.ErrSessionLost) || !said.Retries(client.ErrConnectionLoss) || !said.Retries(expired) {
		t.Errorf("%v", ok)
	}
	for _, fails := range []bool{true, false} {
		zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
			policy := client.RetryForever(time.Second)
			if fails {
				policy = client.SessionFailed(policy)
			}
			c := w.Connect(t, "a", client.WithRetry(policy))
			// The server ends the session while the request is on its way.
			w.Net.Intercept(once(fault.Request("getData"), func() { w.Server.ExpireSession(c.Session().ID()) }))
			_, _, err := c.Get("/").Do(t.Context())
			if fails != errors.Is(err, zk.ErrSessionExpired) || !fails && err != nil {
				t.Errorf("fails %v: %v", fails, err)
			}
		})
	}
}

// once calls do before the first frame that matches passes.
func once(match fault.Match, do func()) func(fault.Frame) fault.Action {
	done := false
	return func(f fault.Frame) fault.Action {
		if !done && match.Matches(f) {
			done = true
			do()
		}
		return fault.Pass
	}
}
