package server_test

import (
	"testing"

	"github.com/zookit-go/zookit/internal/interop/apache"
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server"
)

func watches(path string, t wire.WatcherType) *wire.WatchesRequest {
	return &wire.WatchesRequest{Path: path, Type: t}
}

// scripts38 is what 3.8.0 does otherwise than 3.9.
var scripts38 = []script{
	{"exists needs no permission", []step{
		{0, wire.OpCreate, guarded("/x", wire.ACL{Perms: 0, Scheme: "world", ID: "anyone"})}, {0, wire.OpExists, watch("/x")},
		{0, wire.OpGetData, read("/x")}, {0, wire.OpDelete, version("/x", -1)}, {0, wire.OpExists, watch("/x")},
		{1, wire.OpCreate, guarded("/x", wire.ACL{Perms: 0, Scheme: "world", ID: "anyone"})}, {1, wire.OpCreate, create("/x/c", "", 0)},
	}},
	{"addresses of version 6", []step{
		{0, wire.OpCreate, guarded("/six", wire.ACL{Perms: 31, Scheme: "ip", ID: "::1"})},
		{0, wire.OpCreate, guarded("/six", wire.ACL{Perms: 31, Scheme: "ip", ID: "fe80::/10"})},
		{0, wire.OpCreate, guarded("/six", wire.ACL{Perms: 31, Scheme: "ip", ID: "127.0.0.1"})},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/six", ACL: []wire.ACL{{Perms: 31, Scheme: "ip", ID: "::1"}}, Version: -1}},
	}},
	{"a watch that is set again is another", []step{
		{1, wire.OpCreate, create("/p", "", 0)}, {1, wire.OpCreate, create("/p/c", "", 0)},
		{0, wire.OpAddWatch, addWatch("/p", wire.AddPersistent)}, {0, wire.OpGetData, watch("/p")},
		{1, wire.OpSetData, set("/p", "", -1)}, {1, wire.OpSetData, set("/p", "", -1)}, {1, wire.OpCreate, create("/p/d", "", 0)},
		{0, wire.OpAddWatch, addWatch("/p", wire.AddPersistentRecursive)}, {1, wire.OpSetData, set("/p/d", "", -1)},
		{0, wire.OpGetChildren, watch("/p")}, {1, wire.OpSetData, set("/p/d", "", -1)}, {1, wire.OpCreate, create("/p/e", "", 0)},
		{1, wire.OpCreate, create("/p/f", "", 0)}, {1, wire.OpDelete, version("/p/f", -1)},
		{0, wire.OpAddWatch, addWatch("/p", wire.AddPersistentRecursive)}, {0, wire.OpExists, watch("/p")},
		{1, wire.OpSetData, set("/p/e", "", -1)}, {1, wire.OpDelete, version("/p/e", -1)}, {1, wire.OpSetData, set("/p", "", -1)},
		{1, wire.OpSetData, set("/p", "", -1)}, {1, wire.OpCreate, create("/p/g", "", 0)}, {1, wire.OpDelete, version("/p/g", -1)},
		{0, wire.OpAddWatch, addWatch("/p", wire.AddPersistentRecursive)}, {0, wire.OpAddWatch, addWatch("/p", wire.AddPersistent)},
		{1, wire.OpSetData, set("/p/d", "", -1)}, {1, wire.OpCreate, create("/p/h", "", 0)},
		{0, wire.OpSetWatches2, &wire.SetWatches2Request{PersistentRecursive: []string{"/p"}}}, {1, wire.OpSetData, set("/p/d", "", -1)},
	}},
	{"removing takes what is there", []step{
		{1, wire.OpCreate, create("/r", "", 0)}, {0, wire.OpAddWatch, addWatch("/r", wire.AddPersistent)},
		{0, wire.OpRemoveWatches, watches("/r", 4)}, {0, wire.OpCheckWatches, watches("/r", 5)}, {0, wire.OpRemoveWatches, watches("/r", wire.WatcherData)},
		{1, wire.OpSetData, set("/r", "", -1)}, {1, wire.OpCreate, create("/r/c", "", 0)}, {0, wire.OpRemoveWatches, watches("/r", wire.WatcherData)},
		{0, wire.OpRemoveWatches, watches("/r", wire.WatcherChildren)}, {0, wire.OpRemoveWatches, watches("/r", wire.WatcherAny)},
		{0, wire.OpAddWatch, addWatch("/r", wire.AddPersistentRecursive)}, {0, wire.OpRemoveWatches, watches("/r", wire.WatcherChildren)},
		{1, wire.OpCreate, create("/r/c/d", "", 0)}, {0, wire.OpRemoveWatches, watches("/r", wire.WatcherAny)}, {1, wire.OpDelete, version("/r/c/d", -1)},
		{0, wire.OpAddWatch, addWatch("/r", wire.AddPersistentRecursive)}, {0, wire.OpRemoveWatches, watches("/r", wire.WatcherData)},
		{1, wire.OpCreate, create("/r/c/d", "", 0)}, {1, wire.OpDelete, version("/r/c/d", -1)},
	}},
	{"anybody's watch will do", []step{
		{0, wire.OpAddWatch, addWatch("/any", wire.AddPersistentRecursive)}, {1, wire.OpCheckWatches, watches("/any", wire.WatcherData)},
		{1, wire.OpCheckWatches, watches("/any", wire.WatcherChildren)}, {1, wire.OpCheckWatches, watches("/any/x", wire.WatcherAny)},
		{1, wire.OpRemoveWatches, watches("/any", wire.WatcherAny)}, {0, wire.OpRemoveWatches, watches("/any", wire.WatcherAny)},
		{1, wire.OpCheckWatches, watches("/any", wire.WatcherAny)},
	}},
	{"modes in a transaction", []step{
		{0, wire.OpMulti, multi(op(wire.OpCreate2, create("/t", "", 0)), op(wire.OpCreate2, create("/t/e", "", wire.Ephemeral)), op(wire.OpCreate2, create("/t/s-", "", wire.PersistentSequential)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/t/a", "", 0)), op(wire.OpCreate, create("/t/b", "", 7)), op(wire.OpCreate, create("/t/c", "", 0)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate2, create("/t/b", "", -1)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateContainer, create("/t/k0", "", 0)), op(wire.OpCreateContainer, create("/t/k1", "", wire.Ephemeral)), op(wire.OpCreateContainer, create("/t/k2", "", wire.PersistentSequential)))},
		{0, wire.OpExists, read("/t/k1")}, {0, wire.OpCreate, create("/t/k1/x", "", 0)}, {0, wire.OpCreate, create("/t/k0/x", "", 0)},
		{0, wire.OpMulti, multi(op(wire.OpCreate2, create("/t/k4", "", wire.Container)), op(wire.OpCreateContainer, create("/t/k5", "", wire.Container)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateContainer, create("/t/k7", "", 7)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateTTL, timed("/t/l", 0, 5)))}, {0, wire.OpMulti, multi(op(wire.OpCreateTTL, timed("/t/l", 7, 5)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateTTL, timed("/t/l", wire.Container, 5)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateTTL, timed("/t/l", wire.PersistentTTL, 0)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/t/l", "", wire.PersistentTTL)))},
		{0, wire.OpMulti, multi(op(wire.OpCheck, version("/t", 9)), op(wire.OpCreateTTL, timed("/t/l", 0, 5)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/t/m", "", 0)), op(wire.OpCreate, create("/t/l", "", wire.PersistentTTL)))},
		{0, wire.OpGetChildren2, read("/t")},
		{1, wire.OpMulti, multi(op(wire.OpDelete, version("/missing", 0)), op(wire.OpCreate, create("/t/l", "", 9)), op(wire.OpGetData, read("/t")))},
		{1, wire.OpMulti, multi(op(wire.OpCreate, create("bad", "", 9)), op(wire.OpCreate, create("/t/l", "", 9)))},
		{1, wire.OpMulti, multi(op(wire.OpCreate, create("/missing/x", "", 9)))},
	}},
	{"failing checks outside a transaction", []step{
		{0, wire.OpCreate, create("/c", "", 0)}, {0, wire.OpCheck, version("/c", 7)}, {0, wire.OpCheck, version("/missing", 7)},
		{0, wire.OpCheck, version("bad", 7)}, {0, wire.OpCheck, record("")}, {0, wire.OpGetData, read("/c")},
	}},
	{"lists that are null", []step{
		{0, wire.OpCreate, &wire.CreateRequest{Path: "/null"}}, {0, wire.OpCreate, &wire.CreateRequest{Path: "/null", ACL: []wire.ACL{}}},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/", Version: -1}},
	}},
}

// The success of a check outside a transaction is not told by 3.8.0, and takes a zxid all the same.
func TestSilentCheckAgainstApache(t *testing.T) {
	for name, addr := range map[string]string{"Apache": apache.Start(t).Addr(), "ours": start(t, server.WithVersion(server.V38)).Addr()} {
		c := connect(t, dialTCP(t, addr))
		before := c.ok(wire.OpPing, &wire.Empty{}, nil).Zxid
		c.send(wire.OpCheck, version("/", -1))
		c.send(wire.OpCheck, version("/", 0))
		if r := c.call(wire.OpExists, read("/")); r.Err != wire.OK || r.Zxid != before+2 {
			t.Errorf("%s: %+v, want OK with zxid %d", name, r, before+2)
		}
	}
}
