package server_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func ttl(path string, d time.Duration) *wire.CreateTTLRequest {
	return &wire.CreateTTLRequest{CreateRequest: *create(path, "", wire.PersistentTTL), TTL: d.Milliseconds()}
}

func (c *raw) there(path string) bool {
	c.t.Helper()
	return c.code(wire.OpExists, read(path)) == wire.OK
}

// patient is for sessions that no test waits for.
var patient = server.WithSessionTimeouts(time.Hour, time.Hour)

func TestContainersAreRemovedWhenTheirChildrenAreGone(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		c, watcher := connect(t, dial()), connect(t, dial())
		for _, path := range []string{"/used", "/empty", "/full"} {
			c.ok(wire.OpCreateContainer, create(path, "", wire.Container), nil)
		}
		c.mk("/used/child")
		c.mk("/full/child")
		c.mk("/full/other")
		c.mk("/plain")
		c.mk("/plain/child")
		for _, path := range []string{"/used/child", "/full/other", "/plain/child"} {
			c.ok(wire.OpDelete, version(path, -1), nil)
		}
		before := c.ok(wire.OpGetChildren2, read("/"), nil).Zxid
		root := c.stat("/")
		watcher.ok(wire.OpGetData, watch("/used"), nil)
		watcher.ok(wire.OpGetChildren, watch("/"), nil)
		time.Sleep(59 * time.Second)
		if !c.there("/used") {
			t.Fatal("removed before the check")
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		for path, want := range map[string]bool{"/used": false, "/empty": true, "/full": true, "/plain": true} {
			if got := c.there(path); got != want {
				t.Errorf("%s is there: %v", path, got)
			}
		}
		want := root
		want.Pzxid, want.Cversion, want.NumChildren = before+1, root.Cversion+1, root.NumChildren-1
		if got := c.stat("/"); got != want {
			t.Errorf("the parent is %+v, want %+v", got, want)
		}
		told := []event{
			{before + 1, wire.WatcherEvent{Type: wire.EventNodeDeleted, State: wire.StateSyncConnected, Path: "/used"}},
			{before + 1, wire.WatcherEvent{Type: wire.EventNodeChildrenChanged, State: wire.StateSyncConnected, Path: "/"}},
		}
		if got := watcher.take(); !slices.Equal(got, told) {
			t.Errorf("%v, want %v", got, told)
		}
	}, patient)
}

func TestContainersThatWereNeverUsed(t *testing.T) {
	for unused, want := range map[time.Duration]time.Duration{0: 0, 90 * time.Second: 2 * time.Minute, 2 * time.Minute: 3 * time.Minute} {
		virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
			c := connect(t, dial())
			c.ok(wire.OpCreateContainer, create("/c", "", wire.Container), nil)
			began := time.Now()
			var gone time.Duration
			for gone == 0 && time.Since(began) < 10*time.Minute {
				time.Sleep(time.Second)
				synctest.Wait()
				if !c.there("/c") {
					gone = time.Since(began)
				}
			}
			if gone != want {
				t.Errorf("%v: gone after %v, want %v", unused, gone, want)
			}
		}, patient, server.WithContainerMaxNeverUsed(unused))
	}
}

// Each step happens at the tenth second of a minute; the checks are at its beginning.
func TestTimeToLive(t *testing.T) {
	virtual(t, func(t *testing.T, _ *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		time.Sleep(10 * time.Second)
		var made wire.Create2Response
		for _, q := range []*wire.CreateTTLRequest{
			ttl("/a", time.Second), ttl("/b", 50*time.Second-time.Millisecond), ttl("/c", 50*time.Second), ttl("/d", 80*time.Second),
			ttl("/parent", time.Millisecond), ttl("/set", 80*time.Second), ttl("/churn", 80*time.Second), ttl("/year", 365*24*time.Hour),
		} {
			c.ok(wire.OpCreateTTL, q, &made)
			if made.Path != q.Path || made.Stat.EphemeralOwner != 0 {
				t.Errorf("%+v", made)
			}
		}
		c.mk("/parent/child")
		for minute, want := range []string{
			"a b c churn d parent set year", "c churn d parent set year", "parent set year", "parent set year", "year",
		} {
			var root wire.GetChildrenResponse
			c.ok(wire.OpGetChildren, read("/"), &root)
			slices.Sort(root.Children)
			if got := strings.Join(root.Children, " "); got != want+" zookeeper" {
				t.Errorf("minute %d: %s is there, want %s", minute, got, want)
			}
			switch minute {
			case 0, 1, 2:
				c.ok(wire.OpSetData, set("/set", "", -1), nil)
				if minute < 2 {
					c.mk("/churn/child")
					c.ok(wire.OpDelete, version("/churn/child", -1), nil)
				}
			case 3:
				c.ok(wire.OpDelete, version("/parent/child", -1), nil)
			}
			time.Sleep(time.Minute)
		}
	}, patient, server.WithExtendedTypes(true))
}

func TestTheOrderAndPaceOfRemovals(t *testing.T) {
	virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
		c := connect(t, dial())
		for i := range 5 {
			c.ok(wire.OpCreateTTL, ttl(fmt.Sprintf("/%d", i), time.Millisecond), nil)
		}
		synctest.Wait()
		start := s.Stats().LastZxid
		time.Sleep(10*time.Second - time.Millisecond)
		for i := range 5 {
			synctest.Wait()
			if got := s.Stats().LastZxid - start; got != int64(i) {
				t.Errorf("%d removals just before number %d", got, i)
			}
			time.Sleep(time.Second)
		}
	}, patient, server.WithExtendedTypes(true), server.WithContainerCheck(10*time.Second, 60))
}

func TestTheEndComesWhileZnodesAreRemoved(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *server.Server){
		"stop": func(t *testing.T, s *server.Server) {
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		},
		"kill": func(_ *testing.T, s *server.Server) { s.Kill() },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T, s *server.Server, dial func() net.Conn) {
				c := connect(t, dial())
				for i := range 100 {
					c.ok(wire.OpCreateTTL, ttl(fmt.Sprintf("/%d", i), time.Millisecond), nil)
				}
				time.Sleep(time.Second + 55*time.Millisecond)
				synctest.Wait()
				before := s.Stats().LastZxid
				end(t, s)
				time.Sleep(time.Hour)
				if got := s.Stats().LastZxid; got != before {
					t.Errorf("%d removals by a server that is not there", got-before)
				}
				if err := s.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Minute) // and the next life goes on with the rest
				var root wire.GetChildrenResponse
				connect(t, dial()).ok(wire.OpGetChildren, read("/"), &root)
				if len(root.Children) != 1 {
					t.Errorf("%d znodes are left", len(root.Children)-1)
				}
			}, patient, server.WithExtendedTypes(true), server.WithContainerCheck(time.Second, 6000))
		})
	}
}
