package server_test

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
)

type script struct {
	name  string
	steps []step
}

// record is a body that is sent as it is.
type record string

func (r record) AppendTo(b []byte) []byte { return append(b, r...) }
func (record) Decode(*wire.Reader)        {}

var (
	worldRead = wire.ACL{Perms: wire.PermRead, Scheme: "world", ID: "anyone"}
	alice     = "alice:aYXlLOpEooaV1cRAvUL1fp9Qt7E="
	odd       = []string{
		"", "/", "abc", "//", "/d//x", "/d/", "/d/.", "/d/..", "/d/...", "/d/.a", "/d/\x00", "/d/\x01", "/d/\u007f", "/d/\u00a0",
		"/d/\ud7ff", "/d/\ue000", "/d/\uf8ff", "/d/\uf900", "/d/\uffef", "/d/\ufff0", "/d/\U0001f600", "/d/\xff", "/missing/x", "/missing//x",
		"/d/ ", "/zookeeper", "/zookeeper/quota", "/zookeeper/config", "/d/x/",
	}
)

var scripts = []script{
	{"fresh tree", []step{
		{0, wire.OpGetData, read("/")}, {0, wire.OpGetData, read("")}, {0, wire.OpGetData, read("/zookeeper")},
		{0, wire.OpGetData, read("/zookeeper/quota")}, {0, wire.OpGetData, read("/zookeeper/config")},
		{0, wire.OpGetACL, at("/")}, {0, wire.OpGetACL, at("/zookeeper")}, {0, wire.OpGetACL, at("/zookeeper/config")},
		{0, wire.OpGetChildren2, read("/")}, {0, wire.OpGetChildren2, read("/zookeeper")}, {0, wire.OpGetAllChildrenNumber, at("/")},
		{0, wire.OpGetAllChildrenNumber, at("/zookeeper")}, {0, wire.OpGetAllChildrenNumber, at("/missing")},
		{0, wire.OpGetAllChildrenNumber, at("")},
		{0, wire.OpSetData, set("/zookeeper/config", "x", -1)}, {0, wire.OpSetData, set("/", "x", -1)},
		{0, wire.OpSetData, set("", "x", -1)}, {0, wire.OpGetData, read("/")},
	}},
	{"stat", []step{
		{0, wire.OpCreate2, create("/s", "12345", wire.Persistent)}, {0, wire.OpExists, read("/s")},
		{0, wire.OpSetData, set("/s", "12345", 0)}, {0, wire.OpSetData, set("/s", "", 1)}, {0, wire.OpSetData, set("/s", "x", -2)},
		{0, wire.OpSetData, set("/s", "x", 7)}, {0, wire.OpSetData, &wire.SetDataRequest{Path: "/s", Version: -1}},
		{0, wire.OpGetData, read("/s")},
		{0, wire.OpCreate, &wire.CreateRequest{Path: "/s/null", ACL: wire.OpenACL}}, {0, wire.OpGetData, read("/s/null")},
		{0, wire.OpCreate, create("/s/null/deep", "", wire.Persistent)}, {0, wire.OpExists, read("/s")},
		{0, wire.OpSetData, set("/s/null", "x", -1)}, {0, wire.OpExists, read("/s")},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/s", ACL: wire.OpenACL, Version: 0}},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/s", ACL: wire.OpenACL, Version: 0}},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/s", ACL: wire.OpenACL, Version: -1}},
		{0, wire.OpDelete, version("/s/null", -1)}, {0, wire.OpDelete, version("/s/null", 7)},
		{0, wire.OpDelete, version("/s/null/deep", -1)}, {0, wire.OpDelete, version("/s/null", -2)}, {0, wire.OpDelete, version("/s/null", 1)},
		{0, wire.OpExists, read("/s")}, {0, wire.OpDelete, version("/s", -1)}, {0, wire.OpDelete, version("/s", -1)},
	}},
	{"sequences", []step{
		{0, wire.OpCreate, create("/q", "", wire.Persistent)}, {0, wire.OpCreate, create("/q/a", "", wire.Persistent)},
		{0, wire.OpCreate, create("/q/b", "", wire.Persistent)}, {0, wire.OpDelete, version("/q/a", -1)},
		{0, wire.OpCreate, create("/q/s-", "", wire.PersistentSequential)}, {0, wire.OpCreate2, create("/q/s-", "", wire.EphemeralSequential)},
		{0, wire.OpCreate, create("/q/", "", wire.PersistentSequential)}, {0, wire.OpCreate, create("/q/.", "", wire.PersistentSequential)},
		{0, wire.OpCreate, create("/q/..", "", wire.PersistentSequential)}, {0, wire.OpCreate, create("/q//", "", wire.PersistentSequential)},
		{0, wire.OpCreate, create("/q/b", "", wire.Persistent)}, {0, wire.OpCreateContainer, create("/q/c", "", wire.Container)},
		{0, wire.OpCreate, create("/q/s-", "", wire.PersistentSequential)}, {0, wire.OpExists, read("/q")},
		{0, wire.OpCreate, create("/", "", wire.PersistentSequential)}, {0, wire.OpCreate, create("", "", wire.PersistentSequential)},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/q/m", "", wire.PersistentSequential)), op(wire.OpCreate, create("/q/m", "", wire.PersistentSequential)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/q/m", "", wire.PersistentSequential)), op(wire.OpDelete, version("/missing", -1)))},
		{0, wire.OpCreate, create("/q/m", "", wire.PersistentSequential)}, {0, wire.OpGetChildren2, read("/q")},
	}},
	{"kinds", []step{
		{0, wire.OpCreate, create("/k4", "", wire.Container)}, {0, wire.OpCreate2, create("/k4b", "", wire.Container)},
		{0, wire.OpCreateContainer, create("/k0", "", wire.Persistent)}, {0, wire.OpCreateContainer, create("/k1", "", wire.Ephemeral)},
		{0, wire.OpCreateContainer, create("/k2", "", wire.PersistentSequential)}, {0, wire.OpCreate, create("/k1/x", "", wire.Persistent)},
		{0, wire.OpCreate, create("/k5", "", wire.PersistentTTL)}, {0, wire.OpCreate, create("/k7", "", 7)}, {0, wire.OpCreate, create("/k-1", "", -1)},
		{0, wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: *create("/t", "", wire.PersistentTTL), TTL: 5}},
		{0, wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: *create("/t", "", wire.PersistentSequentialTTL), TTL: -5}},
		{0, wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: *create("/t", "", wire.Persistent), TTL: 5}},
		{0, wire.OpCreate, create("/e", "", wire.Ephemeral)}, {0, wire.OpCreate, create("/e/x", "", wire.Persistent)},
		{0, wire.OpCreate, create("/e/x", "", wire.PersistentSequential)}, {0, wire.OpCreate, &wire.CreateRequest{Path: "/e/x"}},
		{1, wire.OpCreate, create("/e1", "", wire.Ephemeral)}, {1, wire.OpCreate, create("/e2", "", wire.Ephemeral)}, {0, wire.OpExists, read("/e1")},
		{1, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{}}, {1, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: "/"}},
		{1, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: "/e1"}}, {1, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: "  "}},
		{1, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: "e1"}}, {0, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: "/e1"}},
		{0, wire.OpSetData, set("/e1", "other", -1)}, {0, wire.OpDelete, version("/e1", -1)},
		{1, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{}},
	}},
	{"odd paths", oddPaths()},
	{"order of errors", []step{
		{0, wire.OpCreate, create("/o", "", wire.Persistent)},
		{0, wire.OpCreate, guarded("/o")}, {0, wire.OpCreate, guarded("/missing/x")}, {0, wire.OpCreate, guarded("abc")},
		{0, wire.OpCreate, &wire.CreateRequest{Path: "/o", ACL: []wire.ACL{}}},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/missing"}}, {0, wire.OpSetACL, &wire.SetACLRequest{Path: "bad"}},
		{0, wire.OpCreate, guarded("/o/ro", worldRead)},
		{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/o/ro"}}, {0, wire.OpSetACL, &wire.SetACLRequest{Path: "/o/ro", ACL: wire.OpenACL, Version: 9}},
		{0, wire.OpSetData, set("/o/ro", "", 9)}, {0, wire.OpDelete, version("/o/ro/missing", 9)}, {0, wire.OpCreate, create("/o/ro/x", "", 0)},
		{0, wire.OpCreate, create("/o/ro//", "", 0)}, {0, wire.OpDelete, version("/o", 9)}, {0, wire.OpDelete, version("/o", 0)},
		{0, wire.OpDelete, version("/o/ro", 0)}, {0, wire.OpReconfig, &wire.ReconfigRequest{}},
		{0, wire.OpSync, at("no path")}, {0, wire.OpSync, at("")},
		{0, wire.OpSync, at("/\U0001f600\xff")}, {0, wire.OpSync, at("/\xed\xa0\x80\xe2\x82x")},
	}},
	{"multi", []step{
		{0, wire.OpMulti, multi()},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/m", "", 0)), op(wire.OpCreate, create("/m/c", "", 0)), op(wire.OpSetData, set("/m", "x", 0)),
			op(wire.OpCheck, version("/m", 1)), op(wire.OpDelete, version("/m/c", 0)))},
		{0, wire.OpExists, read("/m")},
		{0, wire.OpMulti, multi(op(wire.OpDelete, version("/m", 0)), op(wire.OpCreate, create("/n", "", 0)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/n", "", 0)), op(wire.OpCheck, version("/missing", 0)), op(wire.OpDelete, version("/m", 0)), op(wire.OpCheck, version("/m", 1)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/n", "", 0)), op(wire.OpDelete, version("/m", -1)), op(wire.OpCreate, create("/m", "", 0)), op(wire.OpDelete, version("/n", 0)))},
		{0, wire.OpExists, read("/m")}, {0, wire.OpExists, read("/n")},
		{0, wire.OpMulti, multi(op(wire.OpCheck, version("/m", 0)))}, {0, wire.OpMulti, multi(op(wire.OpCheck, version("/m", 5)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/me", "", wire.Ephemeral)), op(wire.OpCreate, create("/me/x", "", 0)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/mk4", "", wire.Container)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateContainer, create("/mk4b", "", wire.Container)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: *create("/t", "", wire.PersistentTTL), TTL: 5}))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/t", "", wire.PersistentTTL)))},
		{0, wire.OpMulti, multi(op(wire.OpGetData, read("/m")))}, {0, wire.OpMulti, multi(op(wire.OpCreate, create("/mx", "", 0)), op(wire.OpGetData, read("/m")))},
		{0, wire.OpMulti, multi(op(wire.OpSetACL, &wire.SetACLRequest{Path: "/m", ACL: wire.OpenACL, Version: -1}))},
		{0, wire.OpMultiRead, multi(op(wire.OpGetData, watch("/m")), op(wire.OpGetChildren, watch("/m")), op(wire.OpGetData, read("/missing")))},
		{0, wire.OpMultiRead, multi(op(wire.OpGetChildren, read("/missing")))}, {0, wire.OpMultiRead, multi()},
		{0, wire.OpMultiRead, multi(op(wire.OpExists, read("/m")))}, {0, wire.OpSetData, set("/m", "x", -1)},
	}},
	{"lists", []step{
		{0, wire.OpAuth, digest("alice:secret")}, {0, wire.OpAuth, digest("nocolon")}, {0, wire.OpAuth, digest("alice:secret")}, {0, wire.OpWhoAmI, &wire.Empty{}},
		{0, wire.OpCreate, guarded("/l", wire.ACL{Perms: 31, Scheme: "auth", ID: "whatever"}, wire.ACL{Perms: 1, Scheme: "auth"})}, {0, wire.OpGetACL, at("/l")},
		{1, wire.OpGetACL, at("/l")}, {1, wire.OpGetData, read("/l")}, {1, wire.OpSetData, set("/l", "", 9)}, {1, wire.OpGetChildren, read("/l")},
		{1, wire.OpGetChildren2, watch("/l")}, {1, wire.OpGetAllChildrenNumber, at("/l")}, {1, wire.OpCreate, create("/l/x", "", 0)},
		{1, wire.OpMulti, multi(op(wire.OpCheck, version("/l", 9)))}, {1, wire.OpMultiRead, multi(op(wire.OpGetData, read("/l")))},
		{1, wire.OpCreate, guarded("/l2", wire.ACL{Perms: 31, Scheme: "auth"})},
		{0, wire.OpCreate, guarded("/l3", worldRead, wire.ACL{Perms: 31, Scheme: "digest", ID: alice}, worldRead, wire.ACL{Perms: 255, Scheme: "ip", ID: "10.0.0.0/8"}, wire.ACL{Scheme: "ip", ID: "1.2.3.4"})},
		{0, wire.OpGetACL, at("/l3")}, {1, wire.OpGetACL, at("/l3")},
		{0, wire.OpCreate, guarded("/l4", wire.ACL{Perms: 16, Scheme: "ip", ID: "127.0.0.1/31"})}, {1, wire.OpGetACL, at("/l4")}, {1, wire.OpGetData, read("/l4")},
		{1, wire.OpSetACL, &wire.SetACLRequest{Path: "/l4", ACL: wire.OpenACL, Version: 0}}, {1, wire.OpGetData, read("/l4")},
		{1, wire.OpWhoAmI, &wire.Empty{}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "ip"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "digest", Auth: []byte{}}},
		{1, wire.OpWhoAmI, &wire.Empty{}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "digest"}},
		{1, wire.OpAuth, &wire.AuthRequest{Scheme: "world"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "auth"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "super"}},
		{1, wire.OpAuth, &wire.AuthRequest{Scheme: "nope"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "sasl"}}, {1, wire.OpAuth, &wire.AuthRequest{Scheme: "x509"}},
	}},
	{"valid ids", validIDs()},
	{"watches", []step{
		{0, wire.OpExists, watch("/w")}, {0, wire.OpGetData, watch("/w")}, {0, wire.OpGetChildren, watch("/w")}, {1, wire.OpCreate, create("/w", "", 0)}, {1, wire.OpSetData, set("/w", "", -1)},
		{0, wire.OpGetData, watch("/w")}, {0, wire.OpGetData, watch("/w")}, {0, wire.OpSetData, set("/w", "", -1)}, {0, wire.OpSetData, set("/w", "", -1)},
		{0, wire.OpGetChildren, watch("/w")}, {0, wire.OpExists, watch("/w")}, {0, wire.OpExists, watch("/w/c")}, {1, wire.OpCreate, create("/w/c", "", 0)}, {1, wire.OpSetACL, &wire.SetACLRequest{Path: "/w", ACL: wire.OpenACL, Version: -1}},
		{0, wire.OpGetChildren2, watch("/w")}, {0, wire.OpGetChildren, watch("/w/c")}, {0, wire.OpGetData, watch("/w/c")}, {1, wire.OpDelete, version("/w/c", -1)}, {1, wire.OpDelete, version("/w", -1)},
		{0, wire.OpAddWatch, &wire.AddWatchRequest{Path: "/p", Mode: wire.AddPersistent}}, {1, wire.OpAddWatch, &wire.AddWatchRequest{Path: "/p", Mode: wire.AddPersistentRecursive}},
		{0, wire.OpAddWatch, &wire.AddWatchRequest{Path: "/p", Mode: 2}}, {0, wire.OpAddWatch, &wire.AddWatchRequest{Path: "bad", Mode: 0}},
		{0, wire.OpCreate, create("/p", "", 0)}, {0, wire.OpCreate, create("/p/c", "", 0)}, {0, wire.OpSetData, set("/p/c", "", -1)}, {0, wire.OpCreate, create("/p/c/d", "", 0)},
		{0, wire.OpMulti, multi(op(wire.OpSetData, set("/p", "", -1)), op(wire.OpDelete, version("/p/c/d", -1)), op(wire.OpDelete, version("/p/c", -1)), op(wire.OpCreate, create("/p/x", "", 0)))},
		{0, wire.OpMulti, multi(op(wire.OpSetData, set("/p", "", -1)), op(wire.OpDelete, version("/missing", -1)))},
		{0, wire.OpDelete, version("/p/x", -1)}, {0, wire.OpDelete, version("/p", -1)}, {0, wire.OpCreate, create("/p", "", 0)},
		{1, wire.OpCheckWatches, &wire.WatchesRequest{Path: "/p", Type: wire.WatcherAny}}, {1, wire.OpRemoveWatches, &wire.WatchesRequest{Path: "/p", Type: wire.WatcherAny}},
		{1, wire.OpRemoveWatches, &wire.WatchesRequest{Path: "/p", Type: wire.WatcherAny}}, {0, wire.OpCheckWatches, &wire.WatchesRequest{Path: "/missing", Type: 2}},
		{0, wire.OpCheckWatches, &wire.WatchesRequest{Path: "/p", Type: 0}}, {0, wire.OpCheckWatches, &wire.WatchesRequest{Path: "/p", Type: 6}},
		{0, wire.OpExists, watch("/one")}, {0, wire.OpCheckWatches, &wire.WatchesRequest{Path: "/one", Type: 1}}, {0, wire.OpCheckWatches, &wire.WatchesRequest{Path: "/one", Type: 2}},
		{0, wire.OpRemoveWatches, &wire.WatchesRequest{Path: "/one", Type: 1}}, {0, wire.OpRemoveWatches, &wire.WatchesRequest{Path: "/one", Type: 2}}, {0, wire.OpCreate, create("/one", "", wire.Ephemeral)},
	}},
	{"watches set again", []step{
		{0, wire.OpCreate, create("/r", "", 0)}, {0, wire.OpCreate, create("/r/a", "", 0)}, {0, wire.OpSetData, set("/r/a", "", -1)},
		{0, wire.OpSetWatches, &wire.SetWatchesRequest{RelativeZxid: 1, Data: []string{"/r/a", "/r/x"}, Exist: []string{"/r/a", "/r/x"}, Child: []string{"/r", "/r/x"}}},
		{0, wire.OpSetWatches, &wire.SetWatchesRequest{RelativeZxid: 1 << 40, Data: []string{"/r/a", "/r/y"}, Exist: []string{"/r/a", "/r/z"}, Child: []string{"/r", "/r/y"}}},
		{0, wire.OpSetWatches2, &wire.SetWatches2Request{Persistent: []string{"/r/a"}, PersistentRecursive: []string{"/"}}},
		{1, wire.OpSetData, set("/r/a", "", -1)}, {1, wire.OpCreate, create("/r/x", "", 0)}, {1, wire.OpCreate, create("/r/z", "", 0)}, {1, wire.OpDelete, version("/r/a", -1)},
		{0, wire.OpSetWatches, record("\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff\xff")},
	}},
	{"records that do not decode", []step{
		{0, wire.OpCreate, record("")}, {0, wire.OpDelete, record("\x00")}, {0, wire.OpExists, record("")}, {0, wire.OpGetData, record("\x00\x00\x00\x05/a")},
		{0, wire.OpCreate, record("\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00")}, {0, wire.OpDelete, record("\xff\xff\xff\xff\x00\x00\x00\x00")}, {0, wire.OpGetACL, record("\xff\xff\xff\xff")}, {0, wire.OpSetACL, record("")},
		{0, wire.OpMulti, record("")}, {0, wire.OpMultiRead, record("\x00\x00")}, {0, wire.OpSetWatches, record("")}, {0, wire.OpAddWatch, record("")},
		{0, wire.OpRemoveWatches, record("\x00")}, {0, wire.OpGetEphemerals, record("")}, {0, wire.OpGetAllChildrenNumber, record("")}, {0, wire.OpSync, record("")},
		{0, wire.OpCreate2, record("")}, {0, wire.OpCreateContainer, record("")}, {0, wire.OpCreateTTL, record("")}, {0, wire.OpReconfig, record("")},
		{0, wire.OpGetData, record("\x00\x00\x00\x01/\x07 and more")},
		{0, wire.OpPing, record("trailing")},
		{0, wire.OpSetData, record("\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00")},
		{0, wire.OpSetACL, record("\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00")},
	}},
	{"operations that nobody knows", []step{
		{0, 10, record("")}, {0, 0, record("")}, {0, 23, record("x")}, {0, 99, record("")}, {0, 1000, record("")}, {0, -2, record("")}, {0, -1, record("")},
	}},
}

func oddPaths() []step {
	steps := []step{{0, wire.OpCreate, create("/d", "", 0)}}
	for _, p := range odd {
		steps = append(steps, []step{
			{0, wire.OpCreate, create(p, "", 0)}, {0, wire.OpExists, read(p)}, {0, wire.OpGetData, read(p)}, {0, wire.OpGetChildren, read(p)},
			{0, wire.OpGetACL, at(p)}, {0, wire.OpSetData, set(p, "", 9)}, {0, wire.OpSetACL, &wire.SetACLRequest{Path: p, ACL: wire.OpenACL, Version: 9}},
			{0, wire.OpMulti, multi(op(wire.OpCheck, version(p, 9)))}, {0, wire.OpDelete, version(p, -1)},
		}...)
	}
	return steps
}

func validIDs() []step {
	var steps []step
	for scheme, ids := range map[string]string{
		"digest": "a:b|:b|a:b:|a|a:|a::b|a:b:c||:|::|a:b::",
		"ip":     "1.2.3.4|1.2.3.4/0|1.2.3.4/32|1.2.3.4/33|1.2.3.4/-1|1.2.3|1.2.3.4.5|256.1.1.1|1.2.3.4/x|01.2.3.4|+1.2.3.4|x||1.2.3.4/|-1.2.3.4|1.2.3.4/8/8",
		"world":  "anyone|someone|", "super": "|x", "sasl": "bob", "x509": "CN=x", "": "x|", "nope": "x", "auth": "",
	} {
		for id := range strings.SplitSeq(ids, "|") {
			steps = append(steps, step{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/zookeeper/quota", ACL: []wire.ACL{{Perms: 31, Scheme: scheme, ID: id}, wire.OpenACL[0]}, Version: -1}})
		}
	}
	return append(steps, step{0, wire.OpGetACL, at("/zookeeper/quota")})
}
