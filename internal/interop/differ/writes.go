package differ

import (
	"github.com/zookit-go/zookit/internal/wire"
	"pgregory.net/rapid"
)

// longest is longer than any check, in ms.
const longest = 1<<40 - 1

// create makes no pipelined createContainer of an ephemeral: for as long as it is on its way, Apache takes the container for an
// ephemeral znode, which can have no children.
func create(t *rapid.T, inMulti, pipelined bool) (wire.Op, wire.Record) {
	q := wire.CreateRequest{Path: path(t), Data: data(t), ACL: list(t)}
	op := one(t, wire.OpCreate, wire.OpCreate2, wire.OpCreate, wire.OpCreateContainer, wire.OpCreateTTL)
	q.Mode = mode(t)
	if op == wire.OpCreateTTL && often(t, 5, 1) == 0 {
		q.Mode = one(t, wire.PersistentTTL, wire.PersistentSequentialTTL)
	}
	if q.Mode.IsSequential() && often(t, 1, 3) == 1 {
		q.Path = one(t, "/a/s-", "/a/", "/s-", "/", "/a/b/s-", "/b/.")
	}
	if op == wire.OpCreateContainer && pipelined && q.Mode.IsEphemeral() {
		q.Mode--
	}
	if op != wire.OpCreateTTL {
		return op, &q
	}
	ttl := one[int64](t, longest, longest, 1<<39, 1<<39, longest, 0, longest+1, -1, -2, -1<<63)
	if !q.Mode.IsTTL() && ttl < 0 && !inMulti {
		ttl = 0 // Apache takes the others for none, makes the znode and does not survive it
	}
	return op, &wire.CreateTTLRequest{CreateRequest: q, TTL: ttl}
}

// plant makes znodes for others to find.
func plant() []Request {
	var requests []Request
	for _, path := range []string{"/a", "/a/b", "/b", "/a/b/a", "/a/c"} {
		requests = append(requests, Request{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: path, Data: []byte("planted"), ACL: wire.OpenACL}})
	}
	return requests
}

func mode(t *rapid.T) wire.CreateMode {
	modes := []wire.CreateMode{
		wire.Persistent, wire.Ephemeral, wire.PersistentSequential, wire.EphemeralSequential, wire.Container, wire.PersistentTTL, wire.PersistentSequentialTTL, 7, -1,
	}
	return modes[often(t, 60, 30, 15, 10, 5, 10, 5, 1, 1)]
}

func setData(t *rapid.T) *wire.SetDataRequest {
	return &wire.SetDataRequest{Path: path(t), Data: data(t), Version: expected(t)}
}

func version(t *rapid.T) *wire.PathVersionRequest {
	return &wire.PathVersionRequest{Path: path(t), Version: expected(t)}
}

func setACL(t *rapid.T) *wire.SetACLRequest {
	return &wire.SetACLRequest{Path: path(t), ACL: list(t), Version: expected(t)}
}

// multi makes no pipelined one that fails because an operation within cannot be read: for as long as it is on its way, Apache judges what
// comes behind it as if the operations before had been done.
func multi(t *rapid.T, pipelined bool) *wire.MultiRequest {
	q := &wire.MultiRequest{}
	for range below(t, 6) {
		var op wire.MultiOp
		switch often(t, 10, 5, 5, 4, 1) {
		case 0:
			op.Op, op.Body = create(t, true, pipelined)
			if q, ok := op.Body.(*wire.CreateRequest); ok && pipelined && q.Mode.IsTTL() {
				q.Mode = wire.Persistent
			}
		case 1:
			op.Op, op.Body = wire.OpSetData, setData(t)
		case 2:
			op.Op, op.Body = wire.OpDelete, version(t)
		case 3:
			op.Op, op.Body = wire.OpCheck, version(t)
		case 4:
			op.Op, op.Body = one(t, wire.OpGetData, wire.OpExists, wire.OpGetChildren), &wire.PathWatchRequest{Path: path(t)}
		}
		q.Ops = append(q.Ops, op)
	}
	return q
}

// quota makes and changes the znodes of quotas. None is the root's, and no stats that cannot be read: Apache ends on both.
func quota(t *rapid.T) (wire.Op, wire.Record) {
	at := "/zookeeper/quota" + one(t, "/a", "/a/b", "/b")
	node := at + one(t, "", "/zookeeper_limits", "/zookeeper_stats")
	text := []byte(one(t, "count=1,bytes=2", "count=5,bytes=-1=;countHardLimit=3", "count=-1,bytes=-1", "count=100,bytes=100=;byteHardLimit=10;countHardLimit=5"))
	switch often(t, 6, 2, 2, 2) {
	case 1:
		return wire.OpDelete, &wire.PathVersionRequest{Path: node, Version: -1}
	case 2:
		return wire.OpSetData, &wire.SetDataRequest{Path: node, Data: text, Version: -1}
	case 3:
		return wire.OpGetData, &wire.PathWatchRequest{Path: node, Watch: true}
	}
	if often(t, 2, 1) == 0 {
		return wire.OpMulti, &wire.MultiRequest{Ops: []wire.MultiOp{
			{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: at, ACL: wire.OpenACL}},
			{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: at + "/zookeeper_limits", Data: text, ACL: wire.OpenACL}},
			{Op: wire.OpCreate, Body: &wire.CreateRequest{Path: at + "/zookeeper_stats", Data: text, ACL: wire.OpenACL}},
		}}
	}
	return wire.OpCreate, &wire.CreateRequest{Path: node, Data: text, ACL: wire.OpenACL}
}
