package server_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// TestRemovalsAgainstApache lets both servers remove what is due. When they look is their own affair, what they remove and what
// they tell is not.
func TestRemovalsAgainstApache(t *testing.T) {
	const interval = 200 * time.Millisecond
	for unused, want := range map[time.Duration]int{0: 3, interval: 4} { // and how many go
		t.Run(fmt.Sprintf("unused=%v", unused), func(t *testing.T) {
			// Apache takes these from the machine that it runs on and from nowhere else.
			t.Setenv("JAVA_TOOL_OPTIONS", fmt.Sprintf("-Dznode.container.checkIntervalMs=%d -Dznode.container.maxNeverUsedIntervalMs=%d",
				interval.Milliseconds(), unused.Milliseconds()))
			theirs := removals(t, apache.Start(t).Addr(), want, interval)
			ours := removals(t, start(t, server.WithVersion(server.V38), server.WithExtendedTypes(true), server.WithContainerCheck(interval, 10000),
				server.WithContainerMaxNeverUsed(unused)).Addr(), want, interval)
			if !slices.Equal(ours, theirs) || len(theirs) != want+4 {
				t.Errorf("ours   %s\nApache %s", ours, theirs)
			}
		})
	}
}

// removals makes znodes of all kinds, waits for the removal of so many, and describes what was told and what is left.
func removals(t *testing.T, addr string, want int, interval time.Duration) (lines []string) {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	c.ok(wire.OpSetWatches2, &wire.SetWatches2Request{PersistentRecursive: []string{"/"}}, nil)
	c.ok(wire.OpMulti, multi(
		op(wire.OpCreateContainer, create("/used", "", wire.Container)), op(wire.OpCreate, create("/used/x", "", 0)), op(wire.OpDelete, version("/used/x", -1)),
		op(wire.OpCreateContainer, create("/full", "", wire.Container)), op(wire.OpCreate, create("/full/x", "", 0)),
		op(wire.OpCreateContainer, create("/unused", "", wire.Container)),
		op(wire.OpCreateTTL, timed("/parent", wire.PersistentTTL, 1)), op(wire.OpCreate, create("/parent/x", "", 0)),
		op(wire.OpCreateTTL, timed("/parent/y", wire.PersistentTTL, 1)),
		op(wire.OpCreateTTL, timed("/over", wire.PersistentTTL, 2*interval.Milliseconds())), op(wire.OpCreateTTL, timed("/long", wire.PersistentTTL, longest)),
	), nil)
	deadline := time.Now().Add(patience)
	for len(lines) < want+1 && time.Now().Before(deadline) {
		time.Sleep(interval / 4)
		lines = append(lines, c.deleted()...)
	}
	time.Sleep(3 * interval) // for what should not go
	lines = append(lines, c.deleted()...)
	slices.Sort(lines) // what is due at the same time goes in any order
	for _, path := range []string{"/", "/full", "/parent"} {
		st := c.stat(path)
		lines = append(lines, fmt.Sprintf("%s: cversion %d, %d children", path, st.Cversion, st.NumChildren))
	}
	return lines
}

// deleted returns what the connection was told of deletions since it was last asked.
func (c *raw) deleted() (paths []string) {
	c.t.Helper()
	for _, e := range c.take() {
		if e.Type == wire.EventNodeDeleted {
			paths = append(paths, "deleted "+e.Path)
		}
	}
	return paths
}
