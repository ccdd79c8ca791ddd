package differ

import (
	"github.com/zookit-go/zookit/internal/wire"
	"pgregory.net/rapid"
)

func read(t *rapid.T) (wire.Op, wire.Record) {
	switch often(t, 5, 1, 1, 1, 1) {
	case 1:
		return wire.OpGetACL, &wire.PathRequest{Path: path(t)}
	case 2:
		return wire.OpSync, &wire.PathRequest{Path: path(t)}
	case 3:
		return wire.OpGetAllChildrenNumber, &wire.PathRequest{Path: path(t)}
	case 4:
		return wire.OpGetEphemerals, &wire.GetEphemeralsRequest{Prefix: one(t, "", "/", "/a", "/a/s", "  ", "a", " /a")}
	}
	op := one(t, wire.OpGetData, wire.OpExists, wire.OpGetChildren, wire.OpGetChildren2)
	return op, &wire.PathWatchRequest{Path: path(t)}
}

// oddRead makes what depends on no znode, or should not.
func oddRead(t *rapid.T) (wire.Op, wire.Record) {
	switch often(t, 2, 2, 1, 1) {
	case 1:
		return wire.OpWhoAmI, &wire.Empty{}
	case 2:
		return wire.OpReconfig, &wire.ReconfigRequest{NewMembers: one(t, "", "server.1=127.0.0.1:1:2"), CurConfigID: -1}
	case 3:
		return wire.OpGetData, bytes(one(t, "", "\x00\x00\x00\x05/a", "\xff\xff\xff\xff\x00", "\x00\x00\x00\x02/a\x07 and more"))
	}
	return wire.OpPing, bytes(one(t, "", "trailing"))
}

func multiRead(t *rapid.T) *wire.MultiRequest {
	q := &wire.MultiRequest{}
	for range below(t, 5) {
		op := one(t, wire.OpGetData, wire.OpGetChildren, wire.OpGetData, wire.OpGetChildren, wire.OpExists)
		q.Ops = append(q.Ops, wire.MultiOp{Op: op, Body: &wire.PathWatchRequest{Path: path(t), Watch: below(t, 2) == 1}})
	}
	return q
}

func watch(t *rapid.T) (wire.Op, wire.Record) {
	switch often(t, 12, 5, 4, 3, 2) {
	case 1:
		return wire.OpAddWatch, &wire.AddWatchRequest{Path: path(t), Mode: one[wire.AddWatchMode](t, 0, 1, 0, 1, 0, 1, 2, -1)}
	case 2:
		return wire.OpRemoveWatches, &wire.WatchesRequest{Path: path(t), Type: watcher(t)}
	case 3:
		return wire.OpCheckWatches, &wire.WatchesRequest{Path: path(t), Type: watcher(t)}
	case 4:
		q := wire.SetWatchesRequest{
			RelativeZxid: one[int64](t, SinceStart, SinceStart+10, SinceStart+30, 0, -1, 1<<50), Data: paths(t), Exist: paths(t), Child: paths(t),
		}
		if below(t, 2) == 1 {
			return wire.OpSetWatches2, &wire.SetWatches2Request{SetWatchesRequest: q, Persistent: paths(t), PersistentRecursive: paths(t)}
		}
		return wire.OpSetWatches, &q
	}
	op := one(t, wire.OpGetData, wire.OpExists, wire.OpGetChildren, wire.OpGetChildren2)
	return op, &wire.PathWatchRequest{Path: path(t), Watch: true}
}

// watcher is a type that 3.8 knows, or nobody.
func watcher(t *rapid.T) wire.WatcherType { return one[wire.WatcherType](t, 3, 1, 2, 0, 6, -1) }

func paths(t *rapid.T) []string {
	list := make([]string, often(t, 3, 3, 2, 1))
	for i := range list {
		list[i] = path(t)
	}
	return list
}
