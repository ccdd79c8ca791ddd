package zktest_test

import (
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/zktest"
)

func TestStart(t *testing.T) {
	var first *zktest.Server
	t.Run("serves", func(t *testing.T) {
		first = zktest.Start(t)
		second := zktest.Start(t)
		if first.Addr() == second.Addr() {
			t.Errorf("two servers on %s", first.Addr())
		}
		conn, _, err := zk.Connect([]string{first.Addr()}, 10*time.Second, zk.WithLogger(quiet{}))
		must(t, err)
		t.Cleanup(conn.Close)
		create(t, conn, "/a", 0)
		exists, _, err := conn.Exists("/a")
		must(t, err)
		if !exists {
			t.Error("created, and does not exist")
		}
	})
	conn, events, err := zk.Connect([]string{first.Addr()}, time.Second, zk.WithLogger(quiet{}))
	must(t, err)
	t.Cleanup(conn.Close)
	for ev := range events {
		if ev.State == zk.StateConnected {
			t.Error("the server outlives its test")
		}
		if ev.State == zk.StateConnecting {
			break
		}
	}
}
