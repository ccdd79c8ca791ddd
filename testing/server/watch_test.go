package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func (e event) String() string {
	name := map[wire.EventType]string{
		wire.EventNodeCreated: "created", wire.EventNodeDeleted: "deleted", wire.EventNodeDataChanged: "changed", wire.EventNodeChildrenChanged: "children",
	}[e.Type]
	return name + " " + e.Path
}

func list(events []event) string {
	names := make([]string, len(events))
	for i, e := range events {
		names[i] = e.String()
	}
	return strings.Join(names, ", ")
}

func addWatch(path string, mode wire.AddWatchMode) *wire.AddWatchRequest {
	return &wire.AddWatchRequest{Path: path, Mode: mode}
}

// TestTriggers is the table of what fires what. The znode in question is /p/n; each watch is alone on a connection.
func TestTriggers(t *testing.T) {
	watches := map[string]step{
		"exists n":     {0, wire.OpExists, watch("/p/n")},
		"data n":       {0, wire.OpGetData, watch("/p/n")},
		"children n":   {0, wire.OpGetChildren, watch("/p/n")},
		"children2 p":  {0, wire.OpGetChildren2, watch("/p")},
		"data p":       {0, wire.OpGetData, watch("/p")},
		"persistent n": {0, wire.OpAddWatch, addWatch("/p/n", wire.AddPersistent)},
		"persistent p": {0, wire.OpAddWatch, addWatch("/p", wire.AddPersistent)},
		"recursive n":  {0, wire.OpAddWatch, addWatch("/p/n", wire.AddPersistentRecursive)},
		"recursive p":  {0, wire.OpAddWatch, addWatch("/p", wire.AddPersistentRecursive)},
		"recursive /":  {0, wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive)},
	}
	txns := []struct {
		name   string
		exists bool
		step
		want map[string]string
	}{
		{"create", false, step{0, wire.OpCreate, create("/p/n", "", 0)}, map[string]string{
			"exists n": "created /p/n", "children2 p": "children /p", "persistent n": "created /p/n", "persistent p": "children /p",
			"recursive n": "created /p/n", "recursive p": "created /p/n", "recursive /": "created /p/n",
		}},
		{"setData", true, step{0, wire.OpSetData, set("/p/n", "", -1)}, map[string]string{
			"exists n": "changed /p/n", "data n": "changed /p/n", "persistent n": "changed /p/n",
			"recursive n": "changed /p/n", "recursive p": "changed /p/n", "recursive /": "changed /p/n",
		}},
		{"delete", true, step{0, wire.OpDelete, version("/p/n", -1)}, map[string]string{
			"exists n": "deleted /p/n", "data n": "deleted /p/n", "children n": "deleted /p/n", "children2 p": "children /p",
			"persistent n": "deleted /p/n", "persistent p": "children /p",
			"recursive n": "deleted /p/n", "recursive p": "deleted /p/n", "recursive /": "deleted /p/n",
		}},
		{"setACL", true, step{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/p/n", ACL: wire.OpenACL, Version: -1}}, nil},
		{"a multi that fails", true, step{0, wire.OpMulti, multi(op(wire.OpSetData, set("/p/n", "", -1)), op(wire.OpCheck, version("/p", 9)))}, nil},
		{"a failed delete", true, step{0, wire.OpDelete, version("/p/n", 9)}, nil},
	}
	for _, txn := range txns {
		t.Run(txn.name, func(t *testing.T) {
			s := start(t)
			author := connect(t, dialTCP(t, s.Addr()))
			author.mk("/p")
			if txn.exists {
				author.mk("/p/n")
			}
			watchers := make(map[string]*raw)
			for name, w := range watches {
				if c := connect(t, dialTCP(t, s.Addr())); c.code(w.op, w.body) != wire.NoNode || w.op == wire.OpExists {
					watchers[name] = c
				}
			}
			before := s.Stats().WatchEvents
			zxid := author.call(txn.op, txn.body).Zxid
			for name, c := range watchers {
				got := c.take()
				if list(got) != txn.want[name] {
					t.Errorf("%s: %q, want %q", name, list(got), txn.want[name])
				}
				for _, e := range got {
					if e.zxid != zxid {
						t.Errorf("%s: %v has zxid %d, want the transaction's, %d", name, e, e.zxid, zxid)
					}
				}
			}
			if sent := s.Stats().WatchEvents - before; sent != int64(len(txn.want)) {
				t.Errorf("%d events counted, want %d", sent, len(txn.want))
			}
		})
	}
}

// TestEventsOfOneConnection is about several watches in one hand: what is told once, and in which order.
func TestEventsOfOneConnection(t *testing.T) {
	removeAny := func(path string) step {
		return step{0, wire.OpRemoveWatches, &wire.WatchesRequest{Path: path, Type: wire.WatcherAny}}
	}
	for _, c := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"data and children watch, delete", []step{
			{0, wire.OpGetData, watch("/n")}, {0, wire.OpExists, watch("/n")}, {0, wire.OpGetChildren, watch("/n")}, {0, wire.OpGetChildren, watch("/")},
			{0, wire.OpDelete, version("/n", -1)},
		}, "deleted /n, children /"},
		{"one-shot means once", []step{
			{0, wire.OpGetData, watch("/n")}, {0, wire.OpGetData, watch("/n")}, {0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpSetData, set("/n", "", -1)},
		}, "changed /n"},
		{"no watch without success", []step{
			{0, wire.OpGetData, watch("/x")}, {0, wire.OpGetChildren, watch("/x")}, {0, wire.OpGetChildren2, watch("/x")}, {0, wire.OpCreate, create("/x", "", 0)},
		}, ""},
		{"except by exists", []step{{0, wire.OpExists, watch("/x")}, {0, wire.OpCreate, create("/x", "", 0)}}, "created /x"},
		{"persistent and one-shot", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpGetData, watch("/n")},
			{0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpSetData, set("/n", "", -1)},
		}, "changed /n, changed /n"},
		{"persistent and recursive", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistentRecursive)}, {0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)},
			{0, wire.OpCreate, create("/n/c", "", 0)},
		}, "created /n/c, children /n"},
		{"persistent outlives the znode", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpDelete, version("/n", -1)}, {0, wire.OpCreate, create("/n", "", 0)},
		}, "deleted /n, created /n"},
		{"recursive hears nothing of lists", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistentRecursive)}, {0, wire.OpCreate, create("/n/a", "", 0)}, {0, wire.OpCreate, create("/n/a/b", "", 0)},
			{0, wire.OpDelete, version("/n/a/b", -1)}, {0, wire.OpCreate, create("/nn", "", 0)},
		}, "created /n/a, created /n/a/b, deleted /n/a/b"},
		{"a multi tells operation by operation", []step{
			{0, wire.OpExists, watch("/q")}, {0, wire.OpGetData, watch("/n")}, {0, wire.OpGetChildren, watch("/")},
			{0, wire.OpMulti, multi(op(wire.OpCreate, create("/q", "", 0)), op(wire.OpSetData, set("/q", "", 0)), op(wire.OpSetData, set("/n", "", -1)), op(wire.OpDelete, version("/n", -1)))},
		}, "created /q, children /, changed /n"},
		{"removed watches are silent", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpGetData, watch("/n")}, {0, wire.OpGetChildren, watch("/n")}, removeAny("/n"),
			{0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpCreate, create("/n/c", "", 0)},
		}, ""},
		{"one kind is removed alone", []step{
			{0, wire.OpAddWatch, addWatch("/n", wire.AddPersistent)}, {0, wire.OpGetChildren, watch("/n")},
			{0, wire.OpRemoveWatches, &wire.WatchesRequest{Path: "/n", Type: wire.WatcherPersistent}},
			{0, wire.OpSetData, set("/n", "", -1)}, {0, wire.OpCreate, create("/n/c", "", 0)},
		}, "children /n"},
		{"an invisible znode", []step{
			{0, wire.OpExists, watch("/n/secret")}, {0, wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive)}, {0, wire.OpGetChildren, watch("/n")},
			{0, wire.OpCreate, guarded("/n/secret", wire.ACL{Perms: 30, Scheme: "world", ID: "anyone"})}, {0, wire.OpSetData, set("/n/secret", "", -1)},
			{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/n/secret", ACL: wire.OpenACL, Version: -1}}, {0, wire.OpSetData, set("/n/secret", "", -1)},
		}, "children /n, changed /n/secret"}, // the last by the recursive watch: the other was used up in silence
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t)
			conn := connect(t, dialTCP(t, s.Addr()))
			conn.mk("/n")
			for _, st := range c.steps {
				conn.call(st.op, st.body)
			}
			if got := list(conn.take()); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestEventsComeBeforeTheReplyThatShowsThem(t *testing.T) {
	s := start(t)
	c, other := connect(t, dialTCP(t, s.Addr())), connect(t, dialTCP(t, s.Addr()))
	c.mk("/n")
	for i := range 50 {
		c.ok(wire.OpGetData, watch("/n"), nil)
		writer := []*raw{c, other}[i%2]
		writer.ok(wire.OpSetData, set("/n", fmt.Sprint(i), -1), nil)
		var got wire.GetDataResponse
		c.ok(wire.OpGetData, read("/n"), &got)
		if string(got.Data) == fmt.Sprint(i) && len(c.events) != 1 {
			t.Fatalf("the change %d was read before its event", i)
		}
		c.events = nil
	}
}

// TestSetWatches is what a client does after a reconnect. /old was last changed before relative, /new behind it.
func TestSetWatches(t *testing.T) {
	s := start(t)
	c := connect(t, dialTCP(t, s.Addr()))
	for _, p := range []string{"/old", "/new"} {
		c.mk(p)
	}
	relative := c.ok(wire.OpCreate, create("/old/child", "", 0), nil).Zxid
	c.ok(wire.OpSetData, set("/new", "", -1), nil)
	c.ok(wire.OpCreate, create("/new/child", "", 0), nil)
	exact := c.ok(wire.OpSetData, set("/new/child", "", -1), nil).Zxid
	touch := func(c *raw, path string) string {
		// What of this fails depends on the path; the events are the point.
		_ = c.code(wire.OpSetData, set(path, "", -1))
		_ = c.code(wire.OpCreate, create(path+"/x", "", 0))
		_ = c.code(wire.OpDelete, version(path+"/x", -1))
		_ = c.code(wire.OpCreate, create(path, "", 0))
		return list(c.take())
	}
	data := func(z int64, p string) *wire.SetWatchesRequest {
		return &wire.SetWatchesRequest{RelativeZxid: z, Data: []string{p}}
	}
	exist := func(p string) *wire.SetWatchesRequest {
		return &wire.SetWatchesRequest{RelativeZxid: relative, Exist: []string{p}}
	}
	child := func(p string) *wire.SetWatchesRequest {
		return &wire.SetWatchesRequest{RelativeZxid: relative, Child: []string{p}}
	}
	for _, w := range []struct {
		name, path  string
		q           *wire.SetWatchesRequest
		told, later string
	}{
		{"data, missing", "/gone", data(relative, "/gone"), "deleted /gone", ""},
		{"data, unchanged", "/old", data(relative, "/old"), "", "changed /old"},
		{"data, changed", "/new", data(relative, "/new"), "changed /new", ""},
		{"data, changed by the last thing seen", "/new/child", data(exact, "/new/child"), "", "changed /new/child"},
		{"exist, missing", "/gone2", exist("/gone2"), "", "created /gone2"},
		{"exist, there", "/old", exist("/old"), "created /old", ""},
		{"child, missing", "/gone3", child("/gone3"), "deleted /gone3", ""},
		{"child, unchanged", "/old/child", child("/old/child"), "", "children /old/child"},
		{"child, changed", "/new", child("/new"), "children /new", ""},
	} {
		conn := connect(t, dialTCP(t, s.Addr()))
		conn.ok(wire.OpSetWatches, w.q, nil)
		told := conn.events
		if list(told) != w.told || len(told) > 0 && told[0].zxid != -1 {
			t.Errorf("%s: told %q, want %q", w.name, list(told), w.told)
		}
		conn.events = nil
		if later := touch(conn, w.path); later != w.later {
			t.Errorf("%s: later %q, want %q", w.name, later, w.later)
		}
	}
	all := connect(t, dialTCP(t, s.Addr()))
	q := wire.SetWatchesRequest{Data: []string{"/x", "/new"}, Exist: []string{"/new"}, Child: []string{"/x", "/new"}}
	all.ok(wire.OpSetWatches2, &wire.SetWatches2Request{SetWatchesRequest: q, Persistent: []string{"/old"}, PersistentRecursive: []string{"/old"}}, nil)
	if got, want := list(all.events), "deleted /x, changed /new, created /new, deleted /x, children /new"; got != want {
		t.Errorf("all lists: %q, want %q", got, want)
	}
	all.events = nil
	all.ok(wire.OpCreate, create("/old/y", "", 0), nil)
	if got, want := list(all.take()), "created /old/y, children /old"; got != want {
		t.Errorf("the lasting ones: %q, want %q", got, want)
	}
}

func TestFindingWatches(t *testing.T) {
	s := start(t)
	c, other := connect(t, dialTCP(t, s.Addr())), connect(t, dialTCP(t, s.Addr()))
	c.ok(wire.OpGetData, watch("/"), nil)
	c.ok(wire.OpAddWatch, addWatch("/", wire.AddPersistentRecursive), nil)
	q := func(n wire.WatcherType) *wire.WatchesRequest { return &wire.WatchesRequest{Path: "/", Type: n} }
	there := map[wire.WatcherType]bool{wire.WatcherData: true, wire.WatcherAny: true, wire.WatcherPersistentRecursive: true}
	for n := wire.WatcherType(1); n <= 5; n++ {
		want := wire.NoWatcher
		if there[n] {
			want = wire.OK
		}
		c.want(want, wire.OpCheckWatches, q(n))
		c.want(want, wire.OpCheckWatches, q(n)) // checking takes nothing away
		other.want(wire.NoWatcher, wire.OpRemoveWatches, q(n))
	}
	for _, n := range []wire.WatcherType{0, 6, -1} {
		c.want(wire.MarshallingError, wire.OpCheckWatches, q(n))
		c.want(wire.MarshallingError, wire.OpRemoveWatches, q(n))
	}
	c.want(wire.OK, wire.OpRemoveWatches, q(wire.WatcherData))
	c.want(wire.NoWatcher, wire.OpRemoveWatches, q(wire.WatcherData))
	c.want(wire.OK, wire.OpRemoveWatches, q(wire.WatcherAny))
	c.want(wire.NoWatcher, wire.OpCheckWatches, q(wire.WatcherAny))
	if r := c.ok(wire.OpAddWatch, addWatch("no path", 0), nil); string(r.body) != "\x00\x00\x00\x00" {
		t.Errorf("body %x", r.body)
	}
	c.want(wire.MarshallingError, wire.OpAddWatch, addWatch("/", 2))
}

func TestWatchesGoWithTheirConnection(t *testing.T) {
	s := start(t)
	c := connect(t, dialTCP(t, s.Addr()))
	c.mk("/n")
	for range 20 {
		gone := connect(t, dialTCP(t, s.Addr()))
		gone.ok(wire.OpAddWatch, addWatch("/n", wire.AddPersistent), nil)
		gone.ok(wire.OpCloseSession, &wire.Empty{}, nil)
		gone.gone()
	}
	c.ok(wire.OpSetData, set("/n", "", -1), nil)
	if n := s.Stats().WatchEvents; n != 0 {
		t.Errorf("%d events were sent to nobody", n)
	}
}

// Own ephemerals' events reach the closing connection before the reply, and a watch on their parent fires once.
func TestEventsOfAClosingSession(t *testing.T) {
	s := start(t, server.WithID(1))
	c, other := connect(t, dialTCP(t, s.Addr())), connect(t, dialTCP(t, s.Addr()))
	c.mk("/p")
	for _, p := range []string{"/p/a", "/p/b"} {
		c.ok(wire.OpCreate, create(p, "", wire.Ephemeral), nil)
		c.ok(wire.OpGetData, watch(p), nil)
	}
	other.ok(wire.OpGetChildren, watch("/p"), nil)
	c.ok(wire.OpCloseSession, &wire.Empty{}, nil)
	var own []string
	for _, e := range c.events {
		own = append(own, e.String())
	}
	slices.Sort(own)
	if want := []string{"deleted /p/a", "deleted /p/b"}; !slices.Equal(own, want) {
		t.Errorf("%v, want %v", own, want)
	}
	if got := list(other.take()); got != "children /p" {
		t.Errorf("%q", got)
	}
	if st := other.stat("/p"); st.NumChildren != 0 || st.Cversion != 4 {
		t.Errorf("%+v", st)
	}
}
