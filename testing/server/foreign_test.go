package server_test

import (
	"errors"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
	"github.com/zookit-go/zookit/testing/server"
)

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func foreign(t *testing.T, s *server.Server) (*zk.Conn, <-chan zk.Event) {
	t.Helper()
	c, events, err := zk.Connect([]string{s.Addr()}, 10*time.Second, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, events
}

func TestForeignClient(t *testing.T) {
	s := start(t)
	c, _ := foreign(t, s)
	if err := c.AddAuth("digest", []byte("alice:secret")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create("/a", []byte("x"), 0, zk.AuthACL(zk.PermAll)); err != nil {
		t.Fatal(err)
	}
	if acl, _, err := c.GetACL("/a"); err != nil || len(acl) != 1 || acl[0].Scheme != "digest" {
		t.Errorf("%v, %v", acl, err)
	}
	data, stat, changed, err := c.GetW("/a")
	if err != nil || string(data) != "x" || stat.Version != 0 {
		t.Fatalf("%q, %+v, %v", data, stat, err)
	}
	res, err := c.Multi(&zk.CheckVersionRequest{Path: "/a", Version: 0}, &zk.SetDataRequest{Path: "/a", Data: []byte("y"), Version: 0},
		&zk.CreateRequest{Path: "/a/b-", Flags: zk.FlagSequence | zk.FlagEphemeral, Acl: zk.WorldACL(zk.PermAll)})
	if err != nil || len(res) != 3 || res[2].String != "/a/b-0000000000" {
		t.Errorf("%+v, %v", res, err)
	}
	if e := <-changed; e.Type != zk.EventNodeDataChanged || e.Path != "/a" {
		t.Errorf("%+v", e)
	}
	if _, err := c.Set("/a", nil, 0); !errors.Is(err, zk.ErrBadVersion) {
		t.Errorf("%v", err)
	}
	if err := c.Delete("/a", -1); !errors.Is(err, zk.ErrNotEmpty) {
		t.Errorf("%v", err)
	}
	if path, err := c.CreateContainer("/c", nil, zk.FlagContainer, zk.WorldACL(zk.PermAll)); err != nil || path != "/c" {
		t.Errorf("%s, %v", path, err)
	}
	if path, err := c.Sync("/a"); err != nil || path != "/a" {
		t.Errorf("%s, %v", path, err)
	}
	other, _ := foreign(t, s)
	if _, _, err := other.Get("/a"); !errors.Is(err, zk.ErrNoAuth) {
		t.Errorf("%v", err)
	}
}

// The client finds its session again. It holds no watch here: setting those again is a data race inside go-zookeeper v1.0.4,
// which the detector would report. TestSetWatches has that part.
func TestForeignClientComesBack(t *testing.T) {
	for name, hurt := range map[string]func(*testing.T, *server.Server){
		"connections dropped": func(_ *testing.T, s *server.Server) { s.DropConnections() },
		"server killed": func(t *testing.T, s *server.Server) {
			t.Helper()
			s.Kill()
			if err := s.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			c, events := foreign(t, s)
			await(t, events, zk.StateHasSession)
			if _, err := c.Create("/e", nil, zk.FlagEphemeral, zk.WorldACL(zk.PermAll)); err != nil {
				t.Fatal(err)
			}
			id := c.SessionID()
			hurt(t, s)
			await(t, events, zk.StateDisconnected)
			await(t, events, zk.StateHasSession)
			if c.SessionID() != id {
				t.Errorf("session %x, was %x", c.SessionID(), id)
			}
			if _, err := c.Set("/e", nil, -1); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// await reads events up to a state. The client throws events away when its channel is full, so nobody may be slow here.
func await(t *testing.T, events <-chan zk.Event, state zk.State) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case e := <-events:
			if e.State == state {
				return
			}
		case <-late:
			t.Fatalf("the client did not come to %v", state)
		}
	}
}
