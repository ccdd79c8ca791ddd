package interop

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/internal/interop/foreign"
	"github.com/zookit-go/zookit/recipes/leader"
)

// sdk connects a client of the SDK.
func sdk(t *testing.T, addr string) *client.Client {
	t.Helper()
	c, err := client.Connect(t.Context(), addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil { // the test's context has ended
			t.Error(err)
		}
	})
	return c
}

// leaderPeer compiles LeaderPeer and returns what starts one of a kind.
func leaderPeer(t *testing.T, kind string) func(t *testing.T, addr, id string, wanted int) *foreign.Process {
	t.Helper()
	classPath := javaPeers(t)
	return func(t *testing.T, addr, id string, wanted int) *foreign.Process {
		t.Helper()
		return foreign.Start(t, foreign.Java(t, classPath, "LeaderPeer", kind, addr, lockPath, counterPath, strconv.Itoa(wanted), id)...)
	}
}

// Our Latch and Curator's LeaderLatch are one election: they close and join again, in turn.
func TestLatchZookit(t *testing.T) {
	start := leaderPeer(t, "latch")
	onServers(t, func(t *testing.T, addr string) {
		c := sdk(t, addr)
		shareWithCurator(t, addr, start, func(ctx context.Context) (func() error, error) {
			l, err := leader.NewLatch(c, lockPath, leader.WithID("go"))
			if err != nil {
				return nil, err
			}
			if err := l.Start(ctx); err != nil {
				return nil, err
			}
			_, err = l.Await(ctx)
			return func() error { return l.Close(ctx) }, err
		})
	})
}

// Our Selector and Curator's LeaderSelector are one election.
func TestSelectorZookit(t *testing.T) {
	start := leaderPeer(t, "selector")
	onServers(t, func(t *testing.T, addr string) {
		s, err := leader.NewSelector(sdk(t, addr), lockPath, leader.WithID("go"))
		if err != nil {
			t.Fatal(err)
		}
		shareWithCurator(t, addr, start, selecting(s))
	})
}

// Each side sees the other's leader and participants, and takes over when the other dies.
func TestLatchObserved(t *testing.T) {
	start := leaderPeer(t, "look")
	onServers(t, func(t *testing.T, addr string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		setUp(t, addr)
		join := func() *leader.Latch {
			l, err := leader.NewLatch(sdk(t, addr), lockPath, leader.WithID("go"))
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Start(ctx); err != nil {
				t.Fatal(err)
			}
			return l
		}
		first, second := join(), join()
		if _, err := first.Await(ctx); err != nil {
			t.Fatal(err)
		}
		if err := second.Close(ctx); err != nil {
			t.Fatal(err)
		}
		java := start(t, addr, "java", 0)
		for _, text := range []string{"leader go of 1", "joined"} {
			if err := java.WaitFor(ctx, text); err != nil {
				t.Fatalf("LeaderPeer: %v\n%s", err, java.Output())
			}
		}
		observer := first.Observer()
		for { // until its znode is there, which it makes in the background
			all, err := observer.Participants(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if len(all) == 2 {
				if all[0].ID != "go" || !all[0].Leader || all[1].ID != "java" || all[1].Leader {
					t.Errorf("participants %+v", all)
				}
				break
			}
			time.Sleep(10 * time.Millisecond) // Java says no word of it
		}
		if err := first.Close(ctx); err != nil {
			t.Fatal(err)
		}
		if err := java.WaitFor(ctx, "leads"); err != nil {
			t.Fatalf("LeaderPeer: %v\n%s", err, java.Output())
		}
		if who, err := observer.Leader(ctx); err != nil || who.ID != "java" {
			t.Errorf("leader %+v, %v", who, err)
		}
		next := join()
		java.Kill() // and its session expires
		if _, err := next.Await(ctx); err != nil {
			t.Errorf("after Java's death: %v", err)
		}
		if err := next.Close(ctx); err != nil {
			t.Error(err)
		}
	})
}
