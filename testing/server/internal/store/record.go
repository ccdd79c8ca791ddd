package store

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
	"github.com/zookit-go/zookit/testing/server/internal/txlog"
)

// record is a transaction as the log holds it.
func record(t *request.Txn) txlog.Txn {
	h := txlog.Header{Session: t.Session, Cxid: t.Xid, Zxid: t.Zxid, Time: t.Time}
	var body wire.Record
	h.Type, body = form(t.Change, t.Op)
	return txlog.Txn{Header: h, Body: body}
}

// form is a change by itself: its type and its body. op is what was asked for; within a multi, create, since 3.8.0 can apply no
// create2 there.
func form(change request.Change, op wire.Op) (wire.Op, wire.Record) {
	switch c := change.(type) {
	case *request.Create:
		return formCreate(c, op)
	case *request.Delete:
		if op == wire.OpDeleteContainer {
			return op, &txlog.Delete{Path: c.Path}
		}
		return wire.OpDelete, &txlog.Delete{Path: c.Path}
	case *request.SetData:
		return wire.OpSetData, &txlog.SetData{Path: c.Path, Data: c.Data, Version: c.Version}
	case *request.SetACL:
		return wire.OpSetACL, &txlog.SetACL{Path: c.Path, ACL: c.ACL, Version: c.Version}
	case *request.Check:
		return wire.OpCheck, &txlog.Check{Path: c.Path, Version: c.Version}
	case *request.CreateSession:
		return wire.OpCreateSession, &txlog.CreateSession{Timeout: c.Timeout}
	case *request.CloseSession:
		return wire.OpCloseSession, &txlog.CloseSession{Paths: c.Paths}
	case *request.Multi:
		m := &txlog.Multi{}
		for _, sub := range c.Ops {
			m.Add(form(sub, wire.OpCreate))
		}
		return wire.OpMulti, m
	case *request.Failed:
		return wire.OpError, &txlog.Error{Code: c.Err}
	}
	return wire.OpError, &txlog.Error{Code: wire.SystemError} // there are no others
}

func formCreate(c *request.Create, op wire.Op) (wire.Op, wire.Record) {
	if ttl, ok := tree.TTL(c.Owner); ok {
		return wire.OpCreateTTL, &txlog.CreateTTL{
			Path: c.Path, Data: c.Data, ACL: c.ACL, ParentCversion: c.ParentCversion, TTL: ttl,
		}
	}
	if c.Owner == tree.ContainerOwner {
		return wire.OpCreateContainer, &txlog.CreateContainer{Path: c.Path, Data: c.Data, ACL: c.ACL, ParentCversion: c.ParentCversion}
	}
	if op != wire.OpCreate2 {
		op = wire.OpCreate // an old way to ask for a container may end here, too
	}
	return op, &txlog.Create{
		Path: c.Path, Data: c.Data, ACL: c.ACL, Ephemeral: c.Owner != 0, ParentCversion: c.ParentCversion,
	}
}
