package apache_test

import (
	"net"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/interop/apache"
)

func TestStart(t *testing.T) {
	s := apache.Start(t, "maxSessionTimeout=8000")
	conn, events, err := zk.Connect([]string{s.Addr()}, 20*time.Second, zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for e := range events {
		if e.State == zk.StateHasSession {
			break
		}
	}
	if stats, ok := zk.FLWSrvr([]string{s.Addr()}, 5*time.Second); len(stats) != 1 {
		t.Errorf("srvr: %v, %v", stats, ok)
	}
	s.Kill()
	var dialer net.Dialer
	if c, err := dialer.DialContext(t.Context(), "tcp", s.Addr()); err == nil {
		c.Close()
		t.Error("a killed server still accepts connections")
	}
}
