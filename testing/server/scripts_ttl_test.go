package server_test

import (
	"github.com/zookit-go/zookit/internal/wire"
)

const longest = 1<<40 - 1 // ms

func timed(path string, mode wire.CreateMode, ms int64) *wire.CreateTTLRequest {
	return &wire.CreateTTLRequest{CreateRequest: *create(path, "12345", mode), TTL: ms}
}

// ttlScripts are for servers with extended types. None sends a time to live below 0 with a mode that has none, which Apache would not
// survive, but in a transaction, where it forgets the time.
var ttlScripts = []script{
	{"times to live", []step{
		{0, wire.OpCreateTTL, timed("/t", wire.PersistentTTL, 1)}, {0, wire.OpCreateTTL, timed("/t", wire.PersistentTTL, longest)},
		{0, wire.OpCreateTTL, timed("/t1", wire.PersistentTTL, longest)}, {0, wire.OpCreateTTL, timed("/t2", wire.PersistentTTL, longest+1)},
		{0, wire.OpCreateTTL, timed("/t2", wire.PersistentTTL, 0)}, {0, wire.OpCreateTTL, timed("/t2", wire.PersistentTTL, -1)},
		{0, wire.OpCreateTTL, timed("/t2", wire.PersistentTTL, -1<<63)}, {0, wire.OpCreateTTL, timed("/t2", wire.PersistentTTL, 1<<63-1)},
		{0, wire.OpGetData, read("/t")}, {0, wire.OpExists, read("/t1")}, {0, wire.OpGetEphemerals, &wire.GetEphemeralsRequest{}},
		{0, wire.OpCreateTTL, timed("/t/s-", wire.PersistentSequentialTTL, longest)}, {0, wire.OpCreateTTL, timed("/t/s-", wire.PersistentSequentialTTL, 5)},
		{0, wire.OpCreate, create("/t/s-", "", wire.PersistentSequential)}, {0, wire.OpCreate, create("/t/e", "", wire.Ephemeral)},
		{0, wire.OpGetChildren2, read("/t")}, {0, wire.OpSetData, set("/t", "x", 0)}, {0, wire.OpExists, read("/t")},
		{0, wire.OpDelete, version("/t", -1)}, {0, wire.OpDelete, version("/t1", 0)}, {0, wire.OpExists, read("/t1")},
	}},
	{"modes and operations", []step{
		{0, wire.OpCreate, create("/m", "", wire.PersistentTTL)}, {0, wire.OpCreate2, create("/m", "", wire.PersistentSequentialTTL)},
		{0, wire.OpCreateContainer, create("/m", "", wire.PersistentTTL)},
		{0, wire.OpCreateTTL, timed("/m", wire.Persistent, 5)}, {0, wire.OpCreateTTL, timed("/m", wire.Ephemeral, 5)},
		{0, wire.OpCreateTTL, timed("/m", wire.Container, 5)}, {0, wire.OpCreateTTL, timed("/m", wire.PersistentSequential, 0)},
		{0, wire.OpCreateTTL, timed("/m", 7, 5)}, {0, wire.OpCreateTTL, timed("/m", -1, 5)},
		{0, wire.OpCreateTTL, timed("abc", wire.PersistentTTL, 0)}, {0, wire.OpCreateTTL, timed("abc", wire.PersistentTTL, 5)},
		{0, wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: wire.CreateRequest{Path: "/m", Mode: wire.PersistentTTL}}},
		{0, wire.OpCreateTTL, &wire.CreateTTLRequest{CreateRequest: wire.CreateRequest{Path: "/m", Mode: wire.PersistentTTL}, TTL: 5}},
		{0, wire.OpCreateTTL, timed("/missing/m", wire.PersistentTTL, 5)}, {0, wire.OpCreateTTL, timed("/m/", wire.PersistentTTL, 5)},
		{0, wire.OpCreate, create("/e", "", wire.Ephemeral)}, {0, wire.OpCreateTTL, timed("/e/m", wire.PersistentTTL, 5)},
		{0, wire.OpCreateTTL, timed("/e", wire.PersistentTTL, 5)}, {0, wire.OpCreateTTL, record("")},
	}},
	{"in a transaction", []step{
		{0, wire.OpMulti, multi(
			op(wire.OpCreateTTL, timed("/tx", wire.PersistentTTL, longest)), op(wire.OpCreateTTL, timed("/tx/s-", wire.PersistentSequentialTTL, longest)),
			op(wire.OpCreate, create("/tx/c", "", wire.Persistent)), op(wire.OpSetData, set("/tx", "x", 0)),
		)},
		{0, wire.OpGetChildren2, read("/tx")},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/ty", "", 0)), op(wire.OpCreateTTL, timed("/tz", wire.PersistentTTL, 0)))},
		{0, wire.OpMulti, multi(op(wire.OpCreate, create("/tz", "", wire.PersistentTTL)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateContainer, create("/tz", "", wire.PersistentTTL)))},
		{0, wire.OpMulti, multi(op(wire.OpCreateTTL, timed("/tz", wire.PersistentTTL, 5)), op(wire.OpDelete, version("/tz", 0)))},
		{0, wire.OpExists, read("/tz")}, {0, wire.OpExists, read("/ty")},
		{0, wire.OpMulti, multi(
			op(wire.OpCreateTTL, timed("/tp", wire.Persistent, -1)), op(wire.OpCreateTTL, timed("/tp/e", wire.Ephemeral, 5)),
			op(wire.OpCreateTTL, timed("/tp/c", wire.Container, 0)),
		)},
		{0, wire.OpGetChildren2, read("/tp")}, {0, wire.OpExists, read("/tp/e")}, {0, wire.OpExists, read("/tp/c")},
	}},
	{"watches", []step{
		{1, wire.OpAddWatch, &wire.AddWatchRequest{Path: "/", Mode: wire.AddPersistentRecursive}}, {0, wire.OpExists, watch("/wt")},
		{0, wire.OpCreateTTL, timed("/wt", wire.PersistentTTL, longest)}, {0, wire.OpSetData, set("/wt", "", -1)}, {0, wire.OpDelete, version("/wt", -1)},
	}},
}
