package server_test

import (
	"slices"

	"github.com/zookit-go/zookit/internal/wire"
)

const (
	limits = "/zookeeper_limits"
	stats  = "/zookeeper_stats"
)

// quota makes one, each part of it with its own request, and looks at what became of it.
func quota(path, text string) []step {
	q := "/zookeeper/quota" + path
	return []step{
		{0, wire.OpCreate, create(q, "", 0)}, {0, wire.OpCreate2, create(q+limits, text, 0)}, {0, wire.OpCreate2, create(q+stats, "count=0,bytes=0", 0)},
		{0, wire.OpGetData, read(q + limits)}, {0, wire.OpGetData, read(q + stats)},
	}
}

// looking puts a look at some znodes behind each step.
func looking(paths []string, steps ...step) (all []step) {
	for _, s := range steps {
		all = append(all, s)
		for _, path := range paths {
			all = append(all, step{0, wire.OpGetData, read(path)})
		}
	}
	return all
}

func statsOf(paths ...string) []string {
	for i, path := range paths {
		paths[i] = "/zookeeper/quota" + path + stats
	}
	return paths
}

// quotaScripts are played with quotas that are enforced, and with quotas that are not. Stats that cannot be read and are to be
// changed are not among them, nor limits for the root: Apache does not survive either.
var quotaScripts = []script{
	{"what is counted", slices.Concat(
		[]step{
			{0, wire.OpCreate, create("/a", "123", 0)}, {0, wire.OpCreate, create("/a/b", "12", 0)}, {0, wire.OpCreate, create("/ab", "1", 0)},
			{0, wire.OpCreate, create("/a/null", "", 0)},
		},
		quota("/a", "count=100,bytes=100"),
		looking(statsOf("/a"),
			step{0, wire.OpCreate, create("/a/c", "1234", 0)}, step{0, wire.OpSetData, set("/a/c", "1", -1)}, step{0, wire.OpSetData, set("/a", "", -1)},
			step{0, wire.OpSetData, set("/a/c", "2", -1)}, step{0, wire.OpCreate, create("/a/b/deep", "xx", 0)}, step{0, wire.OpCreate, create("/ab/x", "xx", 0)},
			step{0, wire.OpSetData, &wire.SetDataRequest{Path: "/a", Version: -1}}, step{0, wire.OpCreate, &wire.CreateRequest{Path: "/a/nil", ACL: wire.OpenACL}},
			step{0, wire.OpDelete, version("/a/b/deep", -1)}, step{0, wire.OpDelete, version("/a/b", 9)}, step{0, wire.OpDelete, version("/a/b", -1)},
			step{0, wire.OpCreate, create("/a/s-", "x", wire.PersistentSequential)}, step{0, wire.OpCreateContainer, create("/a/k", "x", 0)},
			step{0, wire.OpCreateTTL, timed("/a/t", wire.PersistentTTL, longest)}, step{0, wire.OpCreate, create("/a/e", "x", wire.Ephemeral)},
			step{1, wire.OpCreate, create("/a/e1", "xyz", wire.Ephemeral)},
			step{0, wire.OpMulti, multi(op(wire.OpCreate, create("/a/m", "1", 0)), op(wire.OpSetData, set("/a/m", "123", -1)), op(wire.OpDelete, version("/a/c", -1)))},
			step{0, wire.OpMulti, multi(op(wire.OpCreate, create("/a/n", "1", 0)), op(wire.OpCheck, version("/a", 99)))},
			step{0, wire.OpSetACL, &wire.SetACLRequest{Path: "/a", ACL: wire.OpenACL, Version: -1}},
		),
	)},
	{"the deepest counts", slices.Concat(
		[]step{{0, wire.OpCreate, create("/o", "o", 0)}, {0, wire.OpCreate, create("/o/i", "i", 0)}},
		quota("/o", "count=9,bytes=9"), quota("/o/i", "count=9,bytes=9"),
		looking(statsOf("/o", "/o/i"),
			step{0, wire.OpCreate, create("/o/x", "x", 0)}, step{0, wire.OpCreate, create("/o/i/x", "x", 0)}, step{0, wire.OpSetData, set("/o/i", "xyz", -1)},
			step{0, wire.OpDelete, version("/zookeeper/quota/o/i"+limits, -1)}, step{0, wire.OpCreate, create("/o/i/y", "x", 0)},
			step{0, wire.OpCreate, create("/zookeeper/quota/o/i"+limits, "count=1", 0)}, step{0, wire.OpCreate, create("/o/i/z", "x", 0)},
			step{0, wire.OpDelete, version("/zookeeper/quota/o"+limits, -1)}, step{0, wire.OpDelete, version("/o/x", -1)}, step{0, wire.OpDelete, version("/o/i/z", -1)},
			step{0, wire.OpDelete, version("/zookeeper/quota/o/i"+stats, -1)}, step{0, wire.OpDelete, version("/o/i/y", -1)},
			step{0, wire.OpCreate, create("/zookeeper/quota/o/i"+stats, "", 0)},
		),
	)},
	{"the tree goes and the quota stays", slices.Concat(
		quota("/later", "count=9,bytes=9"),
		looking(statsOf("/later"), step{0, wire.OpCreate, create("/later", "123", 0)}, step{0, wire.OpCreate, create("/later/x", "1", wire.Ephemeral)}),
		[]step{
			{0, wire.OpSetData, set("/zookeeper/quota/later"+stats, "count=1,bytes=2", -1)}, {0, wire.OpDelete, version("/later/x", -1)},
			{0, wire.OpDelete, version("/later", -1)}, {0, wire.OpGetData, read("/zookeeper/quota/later" + stats)},
			{0, wire.OpCreate, create("/later", "", 0)}, {0, wire.OpGetData, read("/zookeeper/quota/later" + stats)},
		},
	)},
	{"texts", slices.Concat(
		quota("/f", ""), []step{{0, wire.OpCreate, create("/f", "", 0)}}, texts(
			"", "count=5", "bytes=5", "count=1,bytes=2=;byteHardLimit=3;countHardLimit=4", "count=1;bytes=2;countHardLimit=4,byteHardLimit=3",
			"bytes=-7,count=-3", "count==5", "count=1,,bytes=2", "count=1,bytes=2,", "zebra=5,apple=6", "count=+5", "count=1,count=2", "count=9223372036854775807,bytes=1",
			"=5", "count=5=7",
		),
	)},
	{"limits that cannot be read", slices.Concat(
		quota("/g", "count=1000"), []step{{0, wire.OpCreate, create("/g", "", 0)}}, unreadable(
			"garbage", "count", "count=", "count=x", ",count=1", "count=1,=", "count=1,bytes", "count=0x5", "count=9223372036854775808", "count= 1",
			",", ";,", "count=1_0",
		),
	)},
	{"nobody is told", slices.Concat(
		[]step{{0, wire.OpCreate, create("/u", "123", 0)}}, quota("/u", "count=100,bytes=100"),
		[]step{
			{1, wire.OpGetData, watch("/zookeeper/quota/u" + stats)}, {1, wire.OpAddWatch, &wire.AddWatchRequest{Path: "/zookeeper", Mode: wire.AddPersistentRecursive}},
			{0, wire.OpCreate, create("/u/x", "1234", 0)}, {0, wire.OpSetData, set("/u/x", "1", -1)}, {0, wire.OpDelete, version("/u/x", -1)},
			{0, wire.OpExists, read("/zookeeper/quota/u" + stats)}, {0, wire.OpSetData, set("/zookeeper/quota/u"+stats, "count=1", -1)},
		},
	)},
	{"hard limits", slices.Concat(
		[]step{{0, wire.OpCreate, create("/h", "12", 0)}}, quota("/h", "count=1,bytes=1=;byteHardLimit=10;countHardLimit=3"),
		looking(statsOf("/h"),
			step{0, wire.OpCreate, create("/h/1", "1234", 0)}, step{0, wire.OpCreate, create("/h/big", "12345", 0)}, step{0, wire.OpCreate, create("/h/2", "1234", 0)},
			step{0, wire.OpCreate, create("/h/3", "", 0)}, step{0, wire.OpCreate, create("/h/3", "", wire.PersistentSequential)},
			step{0, wire.OpSetData, set("/h", "123", -1)}, step{0, wire.OpSetData, set("/h", "12", -1)}, step{0, wire.OpSetData, set("/h", "34", -1)},
			step{0, wire.OpSetData, set("/h", "123", 99)}, step{0, wire.OpSetData, set("/h/missing", "123456789012", 99)},
			step{0, wire.OpCreate, create("/h/1", "12345678901", 0)}, step{0, wire.OpCreate, create("/h/missing/1", "12345678901", 0)},
			step{0, wire.OpMulti, multi(op(wire.OpDelete, version("/h/1", -1)), op(wire.OpCreate, create("/h/4", "", 0)))},
			step{0, wire.OpMulti, multi(op(wire.OpSetData, set("/h/1", "1", -1)), op(wire.OpSetData, set("/h/1", "12", -1)), op(wire.OpSetData, set("/h/1", "1", -1)))},
			step{0, wire.OpMulti, multi(op(wire.OpSetData, set("/h/1", "", -1)), op(wire.OpSetData, set("/h/1", "1234", -1)))},
			step{0, wire.OpMulti, multi(op(wire.OpDelete, version("/h/1", -1)), op(wire.OpCreate, create("/h/1", "1234", 0)), op(wire.OpSetData, set("/h/1", "", -1)))},
			step{0, wire.OpDelete, version("/h/2", -1)},
			step{0, wire.OpSetData, set("/h/1", "1", -1)},
			step{0, wire.OpMulti, multi(op(wire.OpCreate, create("/h/x", "1234", 0)), op(wire.OpSetData, set("/h/x", "123456", -1)), op(wire.OpSetData, set("/h/x", "12", -1)))},
			step{0, wire.OpDelete, version("/h/x", -1)},
			step{0, wire.OpMulti, multi(op(wire.OpCreate, create("/h/5", "", 0)), op(wire.OpCreate, create("/h/6", "", 0)), op(wire.OpCreate, create("/h/7", "", 0)))},
			step{0, wire.OpCreate, create("/h/8", "", 0)}, step{0, wire.OpDelete, version("/h/5", -1)},
			step{0, wire.OpSetData, set("/zookeeper/quota/h"+stats, "count=50,bytes=50", -1)},
			step{0, wire.OpSetData, set("/h", "", -1)}, step{0, wire.OpCreate, create("/h/9", "", 0)},
			step{0, wire.OpSetData, set("/zookeeper/quota/h"+limits, "byteHardLimit=-1,countHardLimit=-1", -1)}, step{0, wire.OpCreate, create("/h/9", "12345678901234567890", 0)},
			step{0, wire.OpSetData, set("/zookeeper/quota/h"+limits, "countHardLimit=0", -1)}, step{0, wire.OpCreate, create("/h/10", "", 0)},
			step{0, wire.OpSetData, set("/h", "1", -1)}, step{0, wire.OpDelete, version("/zookeeper/quota/h"+stats, -1)}, step{0, wire.OpCreate, create("/h/10", "", 0)},
			step{0, wire.OpDelete, version("/zookeeper/quota/h"+limits, -1)}, step{0, wire.OpCreate, create("/h/11", "", 0)},
		),
	)},
	{"order of errors", slices.Concat(
		quota("/v", "countHardLimit=0"),
		[]step{
			{0, wire.OpCreate, create("/v", "", 0)}, {0, wire.OpDelete, version("/zookeeper/quota/v"+limits, -1)}, {0, wire.OpCreate, create("/v", "", 0)},
			{0, wire.OpCreate, create("/v/e", "", wire.Ephemeral)}, {0, wire.OpCreate, guarded("/v/ro", worldRead)},
			{0, wire.OpCreate, create("/zookeeper/quota/v"+limits, "countHardLimit=0,byteHardLimit=0", 0)},
			{0, wire.OpCreate, create("/v", "x", 0)}, {0, wire.OpCreate, guarded("/v/x")}, {0, wire.OpCreate, create("/v/x/y", "x", 0)}, {0, wire.OpCreate, create("/v/.", "x", 0)},
			{0, wire.OpCreate, create("/v/e/x", "x", 0)}, {0, wire.OpCreate, create("/v/ro/x", "x", 0)}, {0, wire.OpCreate, create("/v/x", "x", 0)},
			{0, wire.OpSetData, set("/v/ro", "x", 9)}, {0, wire.OpSetData, set("/v", "x", 9)}, {0, wire.OpSetData, set("/v", "", 9)}, {0, wire.OpSetData, set("/v/", "x", 9)},
			{0, wire.OpMulti, multi(op(wire.OpCheck, version("/v", 0)), op(wire.OpCreate, create("/v/x", "", 0)), op(wire.OpCheck, version("/v", 0)))},
			{0, wire.OpMulti, multi(op(wire.OpSetData, set("/v", "x", 9)))},
		},
	)},
	{"odd places", slices.Concat(
		quota("/zookeeper", "count=100"),
		looking(statsOf("/zookeeper"), step{0, wire.OpCreate, create("/zookeeper/x", "123", 0)}, step{0, wire.OpSetData, set("/zookeeper/quota/zookeeper"+stats, "count=5", -1)}),
		[]step{
			{0, wire.OpDelete, version("/zookeeper/quota/zookeeper"+limits, -1)},
			{0, wire.OpCreate2, create("/zookeeper/quota"+stats, "x", 0)}, {0, wire.OpCreate, create("/d", "", 0)}, {0, wire.OpGetData, read("/zookeeper/quota" + stats)},
			{0, wire.OpCreate, create("/d"+limits, "", 0)}, {0, wire.OpCreate, create("/d"+stats, "x", 0)}, {0, wire.OpGetData, read("/d" + stats)},
		},
	)},
}

// texts writes each into both znodes of the quota for /f, and then makes the server read it and write it again.
func texts(texts ...string) (steps []step) {
	const q = "/zookeeper/quota/f"
	for _, text := range texts {
		steps = append(steps, []step{
			{0, wire.OpSetData, set(q+limits, text, -1)}, {0, wire.OpSetData, set(q+stats, text, -1)}, {0, wire.OpSetData, set("/f", "x", -1)},
			{0, wire.OpGetData, read(q + stats)}, {0, wire.OpCreate, create("/f/x", "123", 0)}, {0, wire.OpGetData, read(q + stats)},
			{0, wire.OpDelete, version("/f/x", -1)}, {0, wire.OpGetData, read(q + stats)}, {0, wire.OpSetData, set("/f", "", -1)},
		}...)
	}
	return append(steps, step{0, wire.OpDelete, version(q+limits, -1)})
}

// unreadable writes texts into the limits for /g, and asks for something that the limits might refuse.
func unreadable(texts ...string) (steps []step) {
	for _, text := range texts {
		steps = append(steps, []step{
			{0, wire.OpSetData, set("/zookeeper/quota/g"+limits, text, -1)},
			{0, wire.OpCreate, create("/g/s-", "", wire.PersistentSequential)}, {0, wire.OpSetData, set("/g", "", 9)}, {0, wire.OpCreate, create("/g", "", 0)},
			{0, wire.OpMulti, multi(op(wire.OpCreate, create("/new", "", 0)), op(wire.OpSetData, set("/g", "", -1)))}, {0, wire.OpDelete, version("/new", -1)},
		}...)
	}
	return append(steps, step{0, wire.OpGetData, read("/zookeeper/quota/g" + stats)})
}
