package interop

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/interop/differ"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// TestDifferential plays random requests to Apache's server and to ours, and everything that comes back must be the same. How much
// is up to -rapid.checks (100): 1200 are more than 100,000 requests. A check that fails is made short, and printed with what to give to
// this test to see it again. What is left out, and why, is in testing/server/DIFFERENCES.md.
func TestDifferential(t *testing.T) {
	theirs := apache.Start(t, "DigestAuthenticationProvider.superDigest="+differ.SuperDigest())
	ours, err := server.New(
		server.WithExtendedTypes(true), server.WithSuperDigest(differ.SuperDigest()), server.WithMaxClientConns(0),
		server.WithVersion(server.V38),
	)
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ours.Kill)
	pair := differ.NewPair("Apache", theirs.Addr(), "ours", ours.Addr(), false)
	var shortest []differ.Step // that failed
	t.Cleanup(func() {
		if shortest == nil {
			return
		}
		steps, err := pair.Shorten(shortest)
		t.Logf("in short: %#v\n%v", steps, err)
	})
	rapid.Check(t, func(t *rapid.T) {
		steps := differ.Steps().Draw(t, "steps")
		if err := pair.Check(steps); err != nil {
			if shortest == nil || len(steps) < len(shortest) {
				shortest = steps
			}
			t.Log(err)
			t.Fatal("the servers differ") // always with the same words: rapid makes a check shorter only as long as it fails in the same way
		}
	})
	t.Logf("%d checks, %d requests to each server, %d events: %v", pair.Checks, pair.Asked, pair.Events, pair.Codes)
	if pair.Checks < 50 { // too few to say what is among them
		return
	}
	for op, row := range wire.Operations {
		asked := row.Kind != wire.KindInternal && op != wire.OpCheck && op != wire.OpSASL // check and SASL alone are not
		if asked && op != wire.OpReconfig && pair.Codes[op][wire.OK] == 0 {
			t.Errorf("no %v has succeeded: the requests prove less than they should", op)
		}
	}
	if pair.Events == 0 {
		t.Error("no event")
	}
}

// TestExpiryDifferential compares what comes of a session that ends of silence. The times are real: both servers have their own clocks.
func TestExpiryDifferential(t *testing.T) {
	const tick = 100 * time.Millisecond
	theirs := apache.Start(t, fmt.Sprintf("tickTime=%d", tick.Milliseconds()))
	ours, err := server.New(server.WithTick(tick), server.WithVersion(server.V38))
	if err != nil {
		t.Fatal(err)
	}
	if err := ours.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ours.Kill)
	want, err := differ.Expiry(theirs.Addr(), 2*tick)
	if err != nil {
		t.Fatal(err)
	}
	got, err := differ.Expiry(ours.Addr(), 2*tick)
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Errorf("ours:\n%s\nApache:\n%s", got, want)
	}
}
