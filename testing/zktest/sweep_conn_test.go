package zktest_test

import (
	"errors"
	"syscall"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/zktest"
)

// Code on a bare zk.Conn is swept like any other: its requests are seen on the network. What it makes it finds again by the id in the
// name, and so it leaves nothing.
func TestSweepBareConn(t *testing.T) {
	hits := map[string]int{}
	zktest.Sweep(t, func(t *testing.T, s *zktest.Swept) {
		admin, _ := connect(t, s.World, "admin")
		if _, err := admin.Create("/c", nil, 0, zk.WorldACL(zk.PermAll)); !errors.Is(err, zk.ErrNodeExists) { // a foreign child is there
			must(t, err)
		}
		conn, _ := connect(t, s.World, zktest.AppHost)
		var path string
		var err error
		for {
			if path, err = conn.CreateProtectedEphemeralSequential("/c/n-", nil, zk.WorldACL(zk.PermAll)); !unconnected(err) {
				break
			}
			time.Sleep(time.Second)
		}
		must(t, err)
		for err = conn.Delete(path, -1); unconnected(err); err = conn.Delete(path, -1) {
			time.Sleep(time.Second)
		}
		if err != nil && !errors.Is(err, zk.ErrNoNode) {
			t.Error(err)
		}
		if s.Hit() {
			hits[s.Fault.Name]++
		}
	}, zktest.WithFolders("/c"), zktest.WithoutFaults(zktest.ReplyDropped, zktest.RequestDropped), zktest.LeavesNothing(8*time.Second))
	for _, name := range []string{zktest.ReplyCut, zktest.RequestCut, zktest.SessionExpired, zktest.DeletedByHand} {
		if hits[name] < 2 {
			t.Errorf("%s: %d positions", name, hits[name])
		}
	}
}

// unconnected tells whether an error is one of a lost connection or session. zk.Conn hands on what a write gave.
func unconnected(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, zk.ErrConnectionClosed) || errors.Is(err, zk.ErrSessionExpired) || errors.Is(err, zk.ErrNoServer) || errors.Is(err, zk.ErrSessionMoved)
}
