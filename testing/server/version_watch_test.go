package server_test

import (
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func TestEventsOfVersions(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		author, c := dial(), dial()
		author.mk("/n")
		c.ok(wire.OpGetData, watch("/n"), nil)
		c.ok(wire.OpGetChildren, watch("/n"), nil)
		zxid := author.ok(wire.OpDelete, version("/n", -1), nil).Zxid
		if until(v, server.V38) {
			zxid = -1
		}
		if e := c.take(); list(e) != "deleted /n" || e[0].zxid != zxid {
			t.Errorf("%s: %+v, want zxid %d", list(e), e, zxid)
		}
	})
}

func TestEventsOfWhatMayNotBeRead(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		author, c := dial(), dial()
		c.want(wire.NoNode, wire.OpExists, watch("/secret"))
		author.ok(wire.OpCreate, guarded("/secret", wire.ACL{Perms: wire.PermWrite, Scheme: "world", ID: "anyone"}), nil)
		want := "created /secret"
		if v == server.V38 || v == server.V39 {
			want = ""
		}
		if got := list(c.take()); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		c.want(wire.NoAuth, wire.OpGetData, watch("/secret"))
		author.ok(wire.OpSetData, set("/secret", "", -1), nil)
		if got := list(c.take()); got != "" {
			t.Errorf("%q of a watch that was refused", got)
		}
	})
}

// TestWatchModesOfVersions has the watches that 3.6 brought. Until 3.8 the last one that is set on a path is the only one.
func TestWatchModesOfVersions(t *testing.T) {
	for _, q := range []struct {
		why      string
		steps    []step
		old, now string // the events
	}{
		{"persistent, then data", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpGetData, watch("/n")},
			{0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpCreate, create("/n/c", "", 0)},
		}, "changed /n, children /n", "changed /n, changed /n, children /n"},
		{"data, then persistent", []step{
			{0, wire.OpGetData, watch("/n")}, {0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)},
			{0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpSetData, set("/n", "", -1)},
		}, "changed /n, changed /n", "changed /n, changed /n"},
		{"persistent, then recursive", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpAddWatch, addWatch("/n", wire.AddPersistentRecursive)},
			{0, wire.OpCreate, create("/n/c", "", 0)},
		}, "created /n/c", "created /n/c, children /n"},
		{"recursive, then exists", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistentRecursive)}, {0, wire.OpExists, watch("/n")},
			{0, wire.OpCreate, create("/n/c", "", 0)}, {0, wire.OpDelete, version("/n/c", -1)},
		}, "deleted /n/c", "created /n/c, deleted /n/c"},
		{"recursive, then children", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistentRecursive)}, {0, wire.OpGetChildren, watch("/n")},
			{0, wire.OpCreate, create("/n/c", "", 0)}, {0, wire.OpCreate, create("/n/d", "", 0)},
		}, "created /n/c, children /n, created /n/d", "created /n/c, children /n, created /n/d"},
		{"persistent, without that on data", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpRemoveWatches, watches("/n", wire.WatcherData)},
			{0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpCreate, create("/n/c", "", 0)},
		}, "children /n", "changed /n, children /n"},
	} {
		t.Run(q.why, func(t *testing.T) {
			each(t, func(t *testing.T, v server.Version, dial func() *raw) {
				c := dial()
				c.mk("/n")
				if until(v, server.V35) {
					c.want(wire.Unimplemented, wire.OpAddWatch, addWatch("/n", wire.AddPersistent))
					return
				}
				for _, st := range q.steps {
					if code := c.code(st.op, st.body); code != wire.OK && code != wire.NoWatcher {
						t.Errorf("%v: %v", st.op, code)
					}
				}
				want := q.now
				if until(v, server.V38) {
					want = q.old
				}
				if got := list(c.take()); got != want {
					t.Errorf("%q, want %q", got, want)
				}
			})
		})
	}
}

func TestWatcherTypesOfVersions(t *testing.T) {
	each(t, func(t *testing.T, v server.Version, dial func() *raw) {
		if v == server.V34 {
			dial().want(wire.Unimplemented, wire.OpRemoveWatches, watches("/", wire.WatcherAny))
			return
		}
		c, other := dial(), dial()
		c.ok(wire.OpGetData, watch("/"), nil)
		c.want(wire.NoWatcher, wire.OpCheckWatches, watches("/", wire.WatcherChildren))
		foreign, young := wire.NoWatcher, wire.NoWatcher
		if v == server.V36 || v == server.V38 {
			foreign = wire.OK
		}
		if v != server.V39 {
			young = wire.MarshallingError
		}
		other.want(foreign, wire.OpCheckWatches, watches("/", wire.WatcherData))
		other.want(wire.NoWatcher, wire.OpRemoveWatches, watches("/", wire.WatcherData))
		c.want(young, wire.OpCheckWatches, watches("/", wire.WatcherPersistent))
		c.want(young, wire.OpRemoveWatches, watches("/", wire.WatcherPersistentRecursive))
		c.want(wire.OK, wire.OpRemoveWatches, watches("/", wire.WatcherData))
		c.want(wire.NoWatcher, wire.OpCheckWatches, watches("/", wire.WatcherAny))
	})
}
