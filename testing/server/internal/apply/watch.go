package apply

import (
	"strings"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// noZxid stands in the header of an event that tells of the past, and before 3.9 of every event.
const noZxid = -1

func (a *Apply) watchRequest(c *request.Committed) request.Reply {
	switch q := c.Body.(type) {
	case *wire.SetWatchesRequest:
		a.setWatches(c.From, q)
	case *wire.SetWatches2Request:
		a.setWatches(c.From, &q.SetWatchesRequest)
		for _, path := range q.Persistent {
			a.watches.AddPersistent(path, c.From)
		}
		for _, path := range q.PersistentRecursive {
			a.watches.AddRecursive(path, c.From)
		}
	case *wire.AddWatchRequest:
		switch q.Mode {
		case wire.AddPersistent:
			a.watches.AddPersistent(q.Path, c.From)
		case wire.AddPersistentRecursive:
			a.watches.AddRecursive(q.Path, c.From)
		default:
			return refuse(wire.MarshallingError)
		}
		return request.Reply{Body: &wire.ErrorResponse{}}
	case *wire.WatchesRequest:
		return a.findWatches(c, q)
	default:
		return refuse(wire.MarshallingError)
	}
	return request.Reply{}
}

// findWatches serves checkWatches, and removeWatches, which differs only by what is left.
func (a *Apply) findWatches(c *request.Committed, q *wire.WatchesRequest) request.Reply {
	which, ok := tree.Select(q.Type)
	if !ok || a.era.ThreeTypes && q.Type > wire.WatcherAny {
		return refuse(wire.MarshallingError)
	}
	if a.era.OneMode && c.Op == wire.OpCheckWatches && q.Path != "" && strings.IndexByte(q.Path, '/') < 0 {
		return refuse(wire.MarshallingError) // where those versions look for the parent
	}
	found := a.watches.Has(q.Path, c.From, which)
	if c.Op == wire.OpRemoveWatches {
		found = a.watches.Remove(q.Path, c.From, which)
	}
	if !found {
		return refuse(wire.NoWatcher)
	}
	return request.Reply{}
}

// setWatches arms the watches that a client had on an earlier connection. What happened since it last heard from a server
// is told now, and used the watch up. Nobody asks here whether the client may read the path.
func (a *Apply) setWatches(who request.Origin, q *wire.SetWatchesRequest) {
	tell := func(t wire.EventType, path string) {
		a.event(who, &wire.WatcherEvent{Type: t, State: wire.StateSyncConnected, Path: path}, noZxid)
	}
	for _, path := range q.Data {
		switch stat, ok := a.tree.Stat(path); {
		case !ok:
			tell(wire.EventNodeDeleted, path)
		case stat.Mzxid > q.RelativeZxid:
			tell(wire.EventNodeDataChanged, path)
		default:
			a.watches.AddData(path, who)
		}
	}
	for _, path := range q.Exist {
		if _, ok := a.tree.Stat(path); ok {
			tell(wire.EventNodeCreated, path)
		} else {
			a.watches.AddData(path, who)
		}
	}
	for _, path := range q.Child {
		switch stat, ok := a.tree.Stat(path); {
		case !ok:
			tell(wire.EventNodeDeleted, path)
		case stat.Pzxid > q.RelativeZxid:
			tell(wire.EventNodeChildrenChanged, path)
		default:
			a.watches.AddChild(path, who)
		}
	}
}
