package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

// rights are the permissions that a stranger is given on a znode, one at a time; 0 is none.
var rights = []int32{0, wire.PermRead, wire.PermWrite, wire.PermCreate, wire.PermDelete, wire.PermAdmin}

// leaks is what a stranger gets to know of a znode, by what he asks: with which of the rights he is answered. All operations are here that
// tell anything.
var leaks = []struct {
	op    wire.Op
	body  func(path string) wire.Record
	needs int32 // one of these is enough; 0 is that everybody is answered
}{
	{wire.OpGetData, reading, wire.PermRead},
	{wire.OpExists, reading, wire.PermRead}, // since 3.8.4 and 3.9.2, before that it told everybody
	{wire.OpGetChildren, reading, wire.PermRead},
	{wire.OpGetChildren2, reading, wire.PermRead},
	{wire.OpGetACL, asking, wire.PermRead | wire.PermAdmin},
	{wire.OpGetAllChildrenNumber, asking, wire.PermRead},
	{wire.OpMultiRead, func(path string) wire.Record { return multi(op(wire.OpGetData, read(path))) }, wire.PermRead},
	{wire.OpMultiRead, func(path string) wire.Record { return multi(op(wire.OpGetChildren, read(path))) }, wire.PermRead},
	{wire.OpMulti, func(path string) wire.Record { return multi(op(wire.OpCheck, version(path, 0))) }, wire.PermRead},
	{wire.OpSetData, func(path string) wire.Record { return set(path, "", -1) }, wire.PermWrite},
	{wire.OpMulti, func(path string) wire.Record { return multi(op(wire.OpSetData, set(path, "", -1))) }, wire.PermWrite},
	{wire.OpCreate, func(path string) wire.Record { return create(path+"/1", "", 0) }, wire.PermCreate},
	{wire.OpCreate2, func(path string) wire.Record { return create(path+"/2", "", 0) }, wire.PermCreate},
	{wire.OpCreateContainer, func(path string) wire.Record { return create(path+"/3", "", wire.Container) }, wire.PermCreate},
	{wire.OpDelete, func(path string) wire.Record { return version(path+"/c", -1) }, wire.PermDelete},
	{wire.OpSetACL, func(path string) wire.Record {
		return &wire.SetACLRequest{Path: path, ACL: wire.OpenACL, Version: -1}
	}, wire.PermAdmin},
	// These tell nothing of the znode: what is watched and whether, a path that is sent back, what the asker owns and who he is.
	{wire.OpSync, asking, 0},
	{wire.OpAddWatch, func(path string) wire.Record { return &wire.AddWatchRequest{Path: path} }, 0},
	{wire.OpCheckWatches, watching, 0},
	{wire.OpRemoveWatches, watching, 0},
	{wire.OpGetEphemerals, func(path string) wire.Record { return &wire.GetEphemeralsRequest{Prefix: path} }, 0},
	{wire.OpWhoAmI, func(string) wire.Record { return &wire.Empty{} }, 0},
	// These do: whether it is there, and whether it has changed since. Apache does not ask here who may know.
	{wire.OpSetWatches, func(path string) wire.Record { return &wire.SetWatchesRequest{Data: []string{path}} }, 0},
	{wire.OpSetWatches2, func(path string) wire.Record {
		return &wire.SetWatches2Request{SetWatchesRequest: wire.SetWatchesRequest{Exist: []string{path}, Child: []string{path}}}
	}, 0},
}

func reading(path string) wire.Record { return watch(path) }
func asking(path string) wire.Record  { return at(path) }
func watching(path string) wire.Record {
	return &wire.WatchesRequest{Path: path, Type: wire.WatcherAny}
}

// outcome is the code of a reply, or that of the only operation in it.
func outcome(t *testing.T, o wire.Op, r reply) wire.Code {
	t.Helper()
	if r.Err != wire.OK || o != wire.OpMulti && o != wire.OpMultiRead {
		return r.Err
	}
	var m wire.MultiResponse
	if err := wire.Unmarshal(r.body, &m); err != nil || len(m.Results) != 1 {
		t.Fatalf("%x: %v", r.body, err)
	}
	return m.Results[0].Err
}

// onBoth runs a test on a server of ours and on Apache's.
func onBoth(t *testing.T, test func(t *testing.T, addr string, theirs bool)) {
	t.Helper()
	t.Run("zookit", func(t *testing.T) { test(t, start(t).Addr(), false) })
	t.Run("apache", func(t *testing.T) { test(t, apache.Start(t).Addr(), true) })
}

func TestWhatLeaks(t *testing.T) { onBoth(t, whatLeaks) }

func whatLeaks(t *testing.T, addr string, theirs bool) {
	t.Helper()
	owner := connect(t, dialTCP(t, addr))
	owner.ok(wire.OpAuth, digest("alice:secret"), nil)
	hers := wire.ACL{Perms: 31, Scheme: "digest", ID: alice}
	for i, row := range leaks {
		for _, right := range rights {
			path := fmt.Sprintf("/n%d-%d", i, right)
			owner.ok(wire.OpCreate, guarded(path, hers, wire.ACL{Perms: right, Scheme: "world", ID: "anyone"}), nil)
			owner.ok(wire.OpCreate, guarded(path+"/c", hers), nil)
			stranger := connect(t, dialTCP(t, addr))
			got := outcome(t, row.op, stranger.call(row.op, row.body(path)))
			want := wire.NoAuth
			switch {
			case row.needs&right != 0, row.needs == 0, row.op == wire.OpExists && theirs:
				want = wire.OK
			}
			if row.op == wire.OpCheckWatches || row.op == wire.OpRemoveWatches {
				want = wire.NoWatcher
			}
			if got != want {
				t.Errorf("%v of a stranger with %d: %v, want %v", row.op, right, got, want)
			}
			// Whoever was refused has no watch either: what happens then is not told.
			if want == wire.NoAuth {
				owner.ok(wire.OpSetACL, &wire.SetACLRequest{Path: path, ACL: wire.OpenACL, Version: -1}, nil)
				owner.ok(wire.OpSetData, set(path, "x", -1), nil)
				if events := stranger.take(); len(events) > 0 {
					t.Errorf("%v of a stranger with %d: %+v", row.op, right, events)
				}
			}
			_ = stranger.nc.Close()
		}
	}
}

// What a list tells who may read it, but not change it.
func TestListsAreMasked(t *testing.T) { onBoth(t, listsAreMasked) }

func listsAreMasked(t *testing.T, addr string, _ bool) {
	t.Helper()
	c := connect(t, dialTCP(t, addr))
	for right, want := range map[int32]string{wire.PermRead: "alice:x", wire.PermAdmin: alice, wire.PermRead | wire.PermAdmin: alice} {
		path := fmt.Sprintf("/m%d", right)
		c.ok(wire.OpCreate, guarded(path, wire.ACL{Perms: 31, Scheme: "digest", ID: alice}, wire.ACL{Perms: right, Scheme: "world", ID: "anyone"}), nil)
		var got wire.GetACLResponse
		c.ok(wire.OpGetACL, at(path), &got)
		if len(got.ACL) != 2 || got.ACL[0].ID != want {
			t.Errorf("with %d: %+v", right, got.ACL)
		}
	}
}

// Events are told to who may read what they are about, at the time; Debian's 3.8.0 has that, too.
func TestEventsThatLeakNothing(t *testing.T) { onBoth(t, eventsThatLeakNothing) }

func eventsThatLeakNothing(t *testing.T, addr string, _ bool) {
	t.Helper()
	owner, stranger := connect(t, dialTCP(t, addr)), connect(t, dialTCP(t, addr))
	owner.ok(wire.OpAuth, digest("alice:secret"), nil)
	hers := wire.ACL{Perms: 31, Scheme: "digest", ID: alice}
	owner.mk("/open")
	stranger.ok(wire.OpAddWatch, &wire.AddWatchRequest{Path: "/open", Mode: wire.AddPersistentRecursive}, nil)
	for _, path := range []string{"/open/secret", "/open/secret/deep", "/closing"} {
		stranger.ok(wire.OpAddWatch, &wire.AddWatchRequest{Path: path, Mode: wire.AddPersistent}, nil)
	}
	if code := stranger.code(wire.OpExists, watch("/open/once")); code != wire.NoNode {
		t.Fatal(code)
	}
	owner.ok(wire.OpCreate, guarded("/open/once", hers), nil)
	owner.ok(wire.OpCreate, guarded("/open/secret", hers), nil)
	owner.ok(wire.OpSetData, set("/open/secret", "x", -1), nil)
	owner.ok(wire.OpCreate, guarded("/open/secret/deep", hers), nil)
	owner.ok(wire.OpMulti, multi(op(wire.OpSetData, set("/open/secret/deep", "x", -1)), op(wire.OpDelete, version("/open/secret/deep", -1))), nil)
	owner.ok(wire.OpDelete, version("/open/secret", -1), nil)
	if events := stranger.take(); len(events) > 0 {
		t.Errorf("of what was never readable: %+v", events)
	}
	// The list of children is the parent's: that it has changed may be known.
	stranger.ok(wire.OpGetChildren, watch("/open"), nil)
	owner.ok(wire.OpCreate, guarded("/open/secret", hers), nil)
	if events := stranger.take(); len(events) != 1 || events[0].Type != wire.EventNodeChildrenChanged || events[0].Path != "/open" {
		t.Errorf("of the parent: %+v", events)
	}
	// A list that is tightened silences a watch, one that is loosened lets it be heard again.
	owner.ok(wire.OpCreate, guarded("/closing", hers, worldRead), nil)
	owner.ok(wire.OpSetACL, &wire.SetACLRequest{Path: "/closing", ACL: []wire.ACL{hers}, Version: -1}, nil)
	owner.ok(wire.OpSetData, set("/closing", "x", -1), nil)
	owner.ok(wire.OpSetACL, &wire.SetACLRequest{Path: "/closing", ACL: []wire.ACL{hers, worldRead}, Version: -1}, nil)
	owner.ok(wire.OpDelete, version("/closing", -1), nil)
	var types []wire.EventType
	for _, e := range stranger.take() {
		types = append(types, e.Type)
	}
	if !slices.Equal(types, []wire.EventType{wire.EventNodeCreated, wire.EventNodeDeleted}) {
		t.Errorf("of a list that changes: %v", types)
	}
	// An identity that comes later counts.
	owner.ok(wire.OpCreate, guarded("/later", hers), nil)
	stranger.ok(wire.OpAddWatch, &wire.AddWatchRequest{Path: "/later", Mode: wire.AddPersistent}, nil)
	owner.ok(wire.OpSetData, set("/later", "x", -1), nil)
	if events := stranger.take(); len(events) > 0 {
		t.Errorf("before the identity: %+v", events)
	}
	stranger.ok(wire.OpAuth, digest("alice:secret"), nil)
	owner.ok(wire.OpSetData, set("/later", "x", -1), nil)
	if events := stranger.take(); len(events) != 1 {
		t.Errorf("with the identity: %+v", events)
	}
}

// Four-letter words know no identities: they tell the paths of ephemerals and watches to everybody, as Apache's do, and so only
// where the operator has allowed them.
func TestWordsThatLeak(t *testing.T) {
	for word, shows := range map[string]bool{"dump": true, "wchp": true, "wchc": true, "wchs": false, "cons": false, "mntr": false, "stat": false, "srvr": false} {
		for _, allowed := range []bool{true, false} {
			words := []string{"srvr"}
			if allowed {
				words = append(words, word)
			}
			s := start(t, server.WithFourLetterWords(words...))
			c := connect(t, dialTCP(t, s.Addr()))
			c.ok(wire.OpAuth, digest("alice:secret"), nil)
			c.ok(wire.OpCreate, &wire.CreateRequest{Path: "/secret", ACL: []wire.ACL{{Perms: 31, Scheme: "digest", ID: alice}}, Mode: wire.Ephemeral}, nil)
			c.ok(wire.OpGetData, watch("/secret"), nil)
			if got := say(t, dialTCP(t, s.Addr()), word); strings.Contains(got, "/secret") != (shows && allowed) {
				t.Errorf("%s, allowed %v: %s", word, allowed, got)
			}
		}
	}
}
