package lease_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/recipes/lease"
	"github.com/zookit-go/zookit/testing/zktest"
)

// anyhow tries again after errors that may pass.
func anyhow(ctx context.Context, l *lease.Lease) (*lease.Grant, error) {
	for {
		g, err := l.TryAcquire(ctx)
		if err == nil || !client.Retryable(err) {
			return g, err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// One takes, renews and releases the lease, with a fault at each of its messages, and another wants it all the while: nobody has it beside the
// other, tokens grow, and nothing but the lease itself is left.
func TestSweepLease(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		ctx := t.Context()
		ada, bob := one(t, s.Client(t), "ada"), one(t, s.Connect(t, "other"), "bob")
		first, err := anyhow(ctx, ada)
		must(t, err)
		refused(t, bob, "ada")
		second, err := anyhow(ctx, ada)
		must(t, err)
		if second.Token() <= first.Token() {
			t.Errorf("token %d after %d", second.Token(), first.Token())
		}
		refused(t, bob, "ada")
		for {
			err := second.Release(ctx)
			if err == nil {
				break
			}
			if !client.Retryable(err) {
				t.Fatal(err)
			}
		}
		third := take(t, bob)
		if third.Token() <= second.Token() {
			t.Errorf("token %d after %d", third.Token(), second.Token())
		}
		if _, err := anyhow(ctx, ada); !errors.Is(err, lease.ErrHeld) {
			t.Errorf("two have it: %v", err)
		}
		must(t, third.Release(ctx))
		refreshed, err := anyhow(ctx, ada)
		must(t, err)
		must(t, refreshed.Release(ctx))
	}, zktest.WithFolders(path), zktest.LeavesNothing(8*time.Second))
}

// A TryAcquire that is cancelled, with a fault on the way, leaves no lock behind, and no doubt but one that it tells.
func TestSweepLeaseCancelled(t *testing.T) {
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		other := s.Connect(t, "other")
		// Somebody who died while writing keeps ada waiting.
		_, err := other.Create(path + "/0123456789abcdef0123456789abcdef__lock__").Ephemeral().Sequential().Parents().Do(t.Context())
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		g, err := anyhow(ctx, one(t, s.Client(t), "ada"))
		if s.Fault.Robs && err == nil {
			must(t, g.Release(t.Context()))
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(8 * time.Second)
		names, _, err := other.Children(path).Do(t.Context())
		must(t, err)
		for _, name := range names {
			if name != "readme" && name != "0123456789abcdef0123456789abcdef__lock__0000000000" && name != "0123456789abcdef0123456789abcdef__lock__0000000001" {
				t.Errorf("left: %s", name)
			}
		}
	}, zktest.WithFolders(path))
}
