package interop

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/go-zookeeper/zk"
)

// A plain zk.Conn, without anything of ours on the client's side.
func TestConn(t *testing.T) {
	onServers(t, func(t *testing.T, addr string) {
		conn := connect(t, addr)
		open := zk.WorldACL(zk.PermAll)
		event := func(events <-chan zk.Event, want zk.EventType, path string) {
			t.Helper()
			select {
			case e := <-events:
				if e.Type != want || e.Path != path || e.Err != nil {
					t.Errorf("event %+v, want %v of %s", e, want, path)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("no event %v of %s", want, path)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		fails := func(err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("error %v, want %v", err, want)
			}
		}

		// create, get, set, delete
		path, err := conn.Create("/g", []byte("one"), 0, open)
		if must(err); path != "/g" {
			t.Errorf("created %s", path)
		}
		_, err = conn.Create("/g", nil, 0, open)
		fails(err, zk.ErrNodeExists)
		_, err = conn.Create("/none/g", nil, 0, open)
		fails(err, zk.ErrNoNode)
		path, err = conn.Create("/g/s-", nil, zk.FlagEphemeral|zk.FlagSequence, open)
		if must(err); path != "/g/s-0000000000" {
			t.Errorf("created %s", path)
		}
		path, err = conn.CreateProtectedEphemeralSequential("/g/p-", []byte("p"), open)
		must(err)
		data, stat, err := conn.Get(path)
		if must(err); string(data) != "p" || stat.EphemeralOwner != conn.SessionID() || stat.DataLength != 1 {
			t.Errorf("%s has %q, %+v", path, data, stat)
		}
		must(conn.Delete(path, 0))
		fails(conn.Delete(path, -1), zk.ErrNoNode)
		fails(conn.Delete("/g", -1), zk.ErrNotEmpty)
		_, err = conn.CreateContainer("/g/box", nil, zk.FlagContainer, open)
		must(err)

		// watches
		_, stat, events, err := conn.GetW("/g")
		must(err)
		stat, err = conn.Set("/g", []byte("two"), stat.Version)
		if must(err); stat.Version != 1 {
			t.Errorf("set: %+v", stat)
		}
		event(events, zk.EventNodeDataChanged, "/g")
		_, err = conn.Set("/g", nil, 0)
		fails(err, zk.ErrBadVersion)
		names, _, events, err := conn.ChildrenW("/g")
		if slices.Sort(names); err != nil || !slices.Equal(names, []string{"box", "s-0000000000"}) {
			t.Errorf("children %v, %v", names, err)
		}
		ok, _, later, err := conn.ExistsW("/g/later")
		if must(err); ok {
			t.Error("/g/later exists")
		}
		_, err = conn.Create("/g/later", nil, 0, open)
		must(err)
		event(events, zk.EventNodeChildrenChanged, "/g")
		event(later, zk.EventNodeCreated, "/g/later")
		_, _, events, err = conn.GetW("/g/later")
		must(err)
		must(conn.Delete("/g/later", -1))
		event(events, zk.EventNodeDeleted, "/g/later")

		// multi
		results, err := conn.Multi(
			&zk.CreateRequest{Path: "/g/m", Acl: open}, &zk.CheckVersionRequest{Path: "/g/m"},
			&zk.SetDataRequest{Path: "/g/m", Data: []byte("m"), Version: 0})
		if must(err); len(results) != 3 || results[0].String != "/g/m" || results[2].Stat.Version != 1 {
			t.Errorf("multi: %+v", results)
		}
		_, err = conn.Multi(&zk.DeleteRequest{Path: "/g/m", Version: -1}, &zk.CheckVersionRequest{Path: "/g", Version: 9})
		fails(err, zk.ErrBadVersion)
		if ok, _, err = conn.Exists("/g/m"); err != nil || !ok {
			t.Errorf("a failed multi deleted: %v, %v", ok, err)
		}

		// ACLs
		must(conn.AddAuth("digest", []byte("gus:secret")))
		_, err = conn.Create("/g/mine", nil, 0, zk.DigestACL(zk.PermAll, "gus", "secret"))
		must(err)
		other := connect(t, addr)
		_, _, err = other.Get("/g/mine")
		fails(err, zk.ErrNoAuth)
		acl, stat, err := conn.GetACL("/g/mine")
		if must(err); len(acl) != 1 || acl[0].Scheme != "digest" || stat.Aversion != 0 {
			t.Errorf("ACL %+v, %+v", acl, stat)
		}
		stat, err = conn.SetACL("/g/mine", open, 0)
		if must(err); stat.Aversion != 1 {
			t.Errorf("setACL: %+v", stat)
		}

		// the session's end
		ok, _, events, err = other.ExistsW("/g/s-0000000000")
		if must(err); !ok {
			t.Fatal("the ephemeral znode is gone too early")
		}
		conn.Close()
		event(events, zk.EventNodeDeleted, "/g/s-0000000000")
		_, err = other.Sync("/g")
		must(err)
	})
}
