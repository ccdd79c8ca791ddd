package zktest_test

import (
	"net"
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
	if c, err := new(net.Dialer).DialContext(t.Context(), "tcp", first.Addr()); err == nil {
		t.Errorf("the server outlives its test: %v", c.Close())
	}
}
