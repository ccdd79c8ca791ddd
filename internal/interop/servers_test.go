package interop

import (
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/interop/apache"
)

// servers are the servers under test. Apache's comes first: what fails there is the test's own fault.
var servers = []struct {
	name  string
	start func(testing.TB) (addr string)
}{
	{"apache", func(t testing.TB) string { return apache.Start(t).Addr() }},
}

// onServers runs a test on a server of each kind.
func onServers(t *testing.T, test func(t *testing.T, addr string)) {
	t.Helper()
	for _, s := range servers {
		t.Run(s.name, func(t *testing.T) { test(t, s.start(t)) })
	}
}

// connect connects a plain zk.Conn and waits for its session.
func connect(t testing.TB, addr string) *zk.Conn {
	t.Helper()
	conn, events, err := zk.Connect([]string{addr}, 10*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	deadline := time.After(20 * time.Second)
	for {
		select {
		case e := <-events:
			if e.State == zk.StateHasSession {
				return conn
			}
		case <-deadline:
			t.Fatal("no session within 20 s")
		}
	}
}
