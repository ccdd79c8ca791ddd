package wire_test

import (
	"reflect"

	"github.com/zookit-go/zookit/internal/wire"
)

var (
	stat = wire.Stat{
		Czxid: 1<<40 + 1, Mzxid: 1<<40 + 2, Ctime: 1700000000001, Mtime: 1700000000002, Version: 3, Cversion: -4, Aversion: 5,
		EphemeralOwner: 0x0100_0123_4567_0006, DataLength: 7, NumChildren: 8, Pzxid: 1<<40 + 9,
	}
	acl = []wire.ACL{
		{Perms: wire.PermAll, Scheme: "world", ID: "anyone"},
		{Perms: wire.PermRead | wire.PermAdmin, Scheme: "digest", ID: "ann:hash="},
	}
	create  = wire.CreateRequest{Path: "/a/b", Data: []byte("data"), ACL: acl, Mode: wire.EphemeralSequential}
	watches = wire.SetWatchesRequest{RelativeZxid: 99, Data: []string{"/d"}, Exist: []string{"/e", "/f"}, Child: []string{"/g"}}
)

// samples has at least one record of every type with all its fields filled, and the empty forms that the protocol tells
// apart: null and empty buffers, null and empty vectors, a handshake with and without its last boolean.
var samples = []wire.Record{
	&wire.Empty{},
	&wire.RequestHeader{Xid: -8, Op: wire.OpSetWatches2},
	&wire.ReplyHeader{Xid: 7, Zxid: 1 << 33, Err: wire.NoNode},

	&wire.ConnectRequest{LastZxidSeen: 5, Timeout: 4000, SessionID: 6, Passwd: make([]byte, wire.PasswdSize)},
	&wire.ConnectRequest{ProtocolVersion: 1, LastZxidSeen: 5, Timeout: 4000, SessionID: 6, Passwd: []byte{}, ReadOnly: true, HasReadOnly: true},
	&wire.ConnectRequest{HasReadOnly: true},
	&wire.ConnectResponse{Timeout: 4000, SessionID: 6, Passwd: make([]byte, wire.PasswdSize)},
	&wire.ConnectResponse{ProtocolVersion: 1, Timeout: 4000, SessionID: 6, Passwd: []byte("0123456789abcdef"), ReadOnly: true, HasReadOnly: true},

	&wire.PathRequest{Path: "/a"},
	&wire.PathRequest{},
	&wire.PathWatchRequest{Path: "/a", Watch: true},
	&wire.PathVersionRequest{Path: "/a", Version: -1},
	&wire.PathResponse{Path: "/ä/日本"},

	&create,
	&wire.CreateRequest{Path: "/a", Data: []byte{}, ACL: []wire.ACL{}},
	&wire.CreateRequest{Path: "/a"},
	&wire.CreateTTLRequest{CreateRequest: create, TTL: 1 << 35},
	&wire.Create2Response{Path: "/a", Stat: stat},

	&wire.SetDataRequest{Path: "/a", Data: []byte("data"), Version: 3},
	&wire.SetDataRequest{Path: "/a", Data: []byte{}},
	&wire.SetDataRequest{Path: "/a"},
	&wire.GetDataResponse{Data: []byte("data"), Stat: stat},
	&wire.GetDataResponse{Data: []byte{}},
	&wire.GetDataResponse{},
	&wire.StatResponse{Stat: stat},

	&wire.GetACLResponse{ACL: acl, Stat: stat},
	&wire.SetACLRequest{Path: "/a", ACL: acl, Version: 2},
	&wire.SetACLRequest{Path: "/a"},

	&wire.GetChildrenResponse{Children: []string{"a", "", "c"}},
	&wire.GetChildrenResponse{Children: []string{}},
	&wire.GetChildrenResponse{},
	&wire.GetChildren2Response{Children: []string{"a", "b"}, Stat: stat},
	&wire.GetAllChildrenNumberResponse{Number: 12},
	&wire.GetEphemeralsRequest{Prefix: "/a"},

	&wire.MultiRequest{Ops: []wire.MultiOp{
		{Op: wire.OpCreate, Body: &create},
		{Op: wire.OpCreate2, Body: &wire.CreateRequest{Path: "/a"}},
		{Op: wire.OpCreateContainer, Body: &wire.CreateRequest{Path: "/a", Mode: wire.Container}},
		{Op: wire.OpCreateTTL, Body: &wire.CreateTTLRequest{CreateRequest: create, TTL: 1}},
		{Op: wire.OpDelete, Body: &wire.PathVersionRequest{Path: "/a", Version: 1}},
		{Op: wire.OpSetData, Body: &wire.SetDataRequest{Path: "/a", Data: []byte("x"), Version: -1}},
		{Op: wire.OpCheck, Body: &wire.PathVersionRequest{Path: "/a", Version: 2}},
	}},
	&wire.MultiRequest{Ops: []wire.MultiOp{
		{Op: wire.OpGetData, Body: &wire.PathWatchRequest{Path: "/a", Watch: true}},
		{Op: wire.OpGetChildren, Body: &wire.PathWatchRequest{Path: "/b"}},
	}},
	&wire.MultiRequest{},
	&wire.MultiResponse{Results: []wire.MultiResult{
		{Op: wire.OpCreate, Path: "/a"},
		{Op: wire.OpCreate2, Path: "/b", Stat: stat},
		{Op: wire.OpDelete},
		{Op: wire.OpSetData, Stat: stat},
		{Op: wire.OpCheck},
		{Op: wire.OpGetData, Data: []byte("x"), Stat: stat},
		{Op: wire.OpGetData, Data: []byte{}},
		{Op: wire.OpGetData},
		{Op: wire.OpGetChildren, Children: []string{"a", "b"}},
		{Op: wire.OpGetChildren, Children: []string{}},
		{Op: wire.OpGetChildren},
		{Op: wire.OpError, Err: wire.NoAuth},
	}},
	&wire.MultiResponse{Results: []wire.MultiResult{
		{Op: wire.OpError}, {Op: wire.OpError, Err: wire.BadVersion}, {Op: wire.OpError, Err: wire.RuntimeInconsistency},
	}},
	&wire.MultiResponse{},

	&wire.ReconfigRequest{Joining: "server.2=b:1:2;3", Leaving: "3", NewMembers: "x", CurConfigID: -1},
	&wire.ReconfigRequest{Leaving: "3"},
	&wire.CreateSessionRequest{Timeout: 4000},
	&wire.AuthRequest{Type: 1, Scheme: "digest", Auth: []byte("ann:secret")},
	&wire.AuthRequest{Scheme: "ip"},
	&wire.SASLToken{Token: []byte("token")},
	&wire.SASLToken{Token: []byte{}},
	&wire.SASLToken{},
	&wire.WhoAmIResponse{Clients: []wire.ClientInfo{{Scheme: "ip", User: "127.0.0.1"}, {Scheme: "super"}}},
	&wire.WhoAmIResponse{Clients: []wire.ClientInfo{}},

	&watches,
	&wire.SetWatchesRequest{Data: []string{}, Exist: []string{}, Child: []string{}},
	&wire.SetWatches2Request{SetWatchesRequest: watches, Persistent: []string{"/p"}, PersistentRecursive: []string{"/r", "/s"}},
	&wire.AddWatchRequest{Path: "/a", Mode: wire.AddPersistentRecursive},
	&wire.ErrorResponse{Err: wire.NoWatcher},
	&wire.WatchesRequest{Path: "/a", Type: wire.WatcherAny},
	&wire.WatcherEvent{Type: wire.EventNodeDeleted, State: wire.StateSyncConnected, Path: "/a"},
}

// like makes an empty record of rec's type.
func like(rec wire.Record) wire.Record {
	return reflect.New(reflect.TypeOf(rec).Elem()).Interface().(wire.Record)
}
