package interop

import (
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/testing/zktest"
)

// servers are the servers under test. Apache's comes first: what fails there is the test's own fault.
var servers = []struct {
	name  string
	start func(testing.TB) (addr string)
}{
	{"apache", func(tb testing.TB) string { return apache.Start(tb).Addr() }},
	{"zookit", func(tb testing.TB) string { return zktest.Start(tb).Addr() }},
}

// onServers runs a test on a server of each kind.
func onServers(t *testing.T, test func(t *testing.T, addr string)) {
	t.Helper()
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) { test(t, s.start(t)) })
	}
}

// connect connects a plain zk.Conn and waits for its session.
func connect(tb testing.TB, addr string) *zk.Conn {
	tb.Helper()
	conn, events, err := zk.Connect([]string{addr}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(conn.Close)
	deadline := time.After(20 * time.Second)
	for {
		select {
		case e := <-events:
			if e.State == zk.StateHasSession {
				return conn
			}
		case <-deadline:
			tb.Fatal("no session within 20 s")
		}
	}
}
