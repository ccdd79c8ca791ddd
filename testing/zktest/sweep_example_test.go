package zktest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/zktest"
)

// claim is the code under test: it takes a job, if nobody has it.
func claim(ctx context.Context, c *client.Client, job string) (bool, error) {
	for {
		_, err := c.Create(job).Ephemeral().Do(ctx)
		switch {
		case errors.Is(err, zk.ErrNodeExists):
			// Somebody has it. That may be this client itself, if the answer to its create was lost.
			_, stat, err := c.Get(job).Do(ctx)
			if err == nil {
				return stat.EphemeralOwner == c.Session().ID(), nil
			}
			if !errors.Is(err, zk.ErrNoNode) && !client.Retryable(err) {
				return false, err
			}
		case err == nil:
			return true, nil
		case !client.Retryable(err):
			return false, err
		}
	}
}

// testClaim is TestClaim in a package of yours: whatever is lost, two workers never have one job, and a job that is done is free.
func testClaim(t *testing.T) {
	runs := 0
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		runs++
		ctx := t.Context()
		app, other := s.Client(t), s.Connect(t, "other")
		if _, err := other.Create("/jobs").Do(ctx); err != nil && !errors.Is(err, zk.ErrNodeExists) { // a foreign child may be there
			t.Fatal(err)
		}
		mine, err := claim(ctx, app, "/jobs/1")
		if err != nil || !mine {
			t.Fatalf("%v: nobody else wants it, and it was not got: %v", s.Frame(), err)
		}
		theirs, err := claim(ctx, other, "/jobs/1")
		if err != nil || theirs && !s.Fault.Robs { // who is robbed of the znode is robbed of the job
			t.Fatalf("%v: two have it: %v", s.Frame(), err)
		}
		if theirs {
			app = other
		}
		if err := app.Delete("/jobs/1").Guaranteed().Do(ctx); err != nil && !client.Retryable(err) && !errors.Is(err, zk.ErrNoNode) {
			t.Fatal(err)
		}
	}, zktest.WithFolders("/jobs"), zktest.LeavesNothing(8*time.Second))
	fmt.Println("faults at more than twenty messages:", runs > 20)
}

func ExampleSweep() {
	run(testClaim)
	// Output:
	// faults at more than twenty messages: true
}
