package zktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/testing/server"
	"github.com/zookit-go/zookit/testing/zktest"
)

// A client of today meets servers of all ages.
func TestVersion(t *testing.T) {
	for _, v := range server.Versions() {
		t.Run(v.String(), func(t *testing.T) {
			zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
				conn, seen := connect(t, w, "app")
				create(t, conn, "/a", 0)
				create(t, conn, "/e", zk.FlagEphemeral)
				_, _, changed, err := conn.GetW("/a")
				must(t, err)
				_, err = conn.Multi(&zk.SetDataRequest{Path: "/a", Data: []byte("x"), Version: 0}, &zk.CheckVersionRequest{Path: "/a", Version: 1})
				must(t, err)
				if e := <-changed; e.Type != zk.EventNodeDataChanged {
					t.Errorf("%+v", e)
				}
				_, err = conn.CreateContainer("/c", nil, zk.FlagContainer, zk.WorldACL(zk.PermAll))
				if v != server.V34 {
					must(t, err)
				} else {
					if err == nil {
						t.Error("a 3.4 has made a container")
					}
					seen.wait(zk.StateDisconnected) // which is what such a server does to who asks
					seen.wait(zk.StateHasSession)
				}
				if _, stat, err := conn.Exists("/e"); err != nil || stat.EphemeralOwner != conn.SessionID() {
					t.Errorf("%+v, %v", stat, err)
				}
				if got := w.Server.Version(); got != v {
					t.Errorf("the server is %v", got)
				}
			}, zktest.Version(v))
		})
	}
}

// TestReadOnlyServer makes a server read-only under a client that wants to write. It cannot get in, and has its session again after that.
func TestReadOnlyServer(t *testing.T) {
	zktest.Virtual(t, func(t *testing.T, w *zktest.World) {
		conn, seen := connect(t, w, "app")
		create(t, conn, "/e", zk.FlagEphemeral)
		session := conn.SessionID()
		w.Server.SetReadOnly(true)
		seen.wait(zk.StateDisconnected)
		time.Sleep(10 * sessionTimeout)
		for len(seen) > 0 {
			if s := <-seen; s == zk.StateHasSession || s == zk.StateExpired {
				t.Fatalf("%v while the server was read-only", s)
			}
		}
		w.Server.SetReadOnly(false)
		seen.wait(zk.StateHasSession)
		if conn.SessionID() != session {
			t.Error("another session")
		}
		if _, err := conn.Set("/e", nil, 0); err != nil {
			t.Error(err)
		}
	})
}

// What the server is told to be is what it says of itself.
func TestVersionOfStart(t *testing.T) {
	s := zktest.Start(t, server.WithVersion(server.V35))
	if got, _ := zk.FLWSrvr([]string{s.Addr()}, time.Minute); !strings.HasPrefix(got[0].Version, "3.5.10") {
		t.Errorf("%+v", got[0])
	}
}
