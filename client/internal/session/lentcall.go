package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/internal/wire"
)

// ErrNeedsDialer ends a request that a zk.Conn without the SDK's dialer has no method for.
var ErrNeedsDialer = errors.New(
	"zk.Conn cannot send this by itself: connect it with client.NewDialer's Dial and use client.Wrap, or use client.Connect")

// lendable tells whether zk.Conn has a method for an operation.
func lendable(op wire.Op) bool {
	switch op { //nolint:exhaustive // all others are not
	case wire.OpGetData, wire.OpExists, wire.OpGetChildren, wire.OpGetChildren2, wire.OpCreate, wire.OpCreateContainer, wire.OpCreateTTL,
		wire.OpSetData, wire.OpDelete, wire.OpGetACL, wire.OpSetACL, wire.OpSync, wire.OpMulti,
		wire.OpAuth:
		return true
	}
	return false
}

// request makes a call by zk.Conn's method for it. The reply is the record that the server sent, and event the channel of the watch
// that was asked for.
func (l *borrowed) request(j job) (reply wire.Record, event <-chan zk.Event, err error) {
	switch q := j.body.(type) {
	case *wire.PathWatchRequest:
		return l.read(j.call.op, q)
	case *wire.CreateRequest:
		reply, err = l.create(j.call.op, q)
	case *wire.CreateTTLRequest:
		var path string
		path, err = l.conn.CreateTTL(q.Path, q.Data, int32(q.Mode), aclOf(q.ACL), time.Duration(q.TTL)*time.Millisecond)
		reply = &wire.PathResponse{Path: path}
	case *wire.SetDataRequest:
		stat, failure := l.conn.Set(q.Path, q.Data, q.Version)
		reply, err = statReply(stat), failure
	case *wire.PathVersionRequest:
		err = l.conn.Delete(q.Path, q.Version)
	case *wire.SetACLRequest:
		stat, failure := l.conn.SetACL(q.Path, aclOf(q.ACL), q.Version)
		reply, err = statReply(stat), failure
	case *wire.PathRequest:
		reply, err = l.ask(j.call.op, q.Path)
	case *wire.MultiRequest:
		return l.multi(q)
	case *wire.AuthRequest:
		err = l.conn.AddAuth(q.Scheme, q.Auth)
		reply = &wire.Empty{}
	default:
		err = ErrNeedsDialer
	}
	return reply, nil, err
}

// read makes the calls that can leave a watch.
func (l *borrowed) read(op wire.Op, q *wire.PathWatchRequest) (reply wire.Record, event <-chan zk.Event, err error) {
	var stat *zk.Stat
	switch op { //nolint:exhaustive // these have such a body
	case wire.OpGetData:
		var data []byte
		if q.Watch {
			data, stat, event, err = l.conn.GetW(q.Path)
		} else {
			data, stat, err = l.conn.Get(q.Path)
		}
		reply = &wire.GetDataResponse{Data: data, Stat: plain(stat)}
	case wire.OpExists:
		var ok bool
		if q.Watch {
			ok, stat, event, err = l.conn.ExistsW(q.Path)
		} else {
			ok, stat, err = l.conn.Exists(q.Path)
		}
		if err == nil && !ok {
			err = zk.ErrNoNode
		}
		reply = statReply(stat)
	case wire.OpGetChildren, wire.OpGetChildren2:
		var names []string
		if q.Watch {
			names, stat, event, err = l.conn.ChildrenW(q.Path)
		} else {
			names, stat, err = l.conn.Children(q.Path)
		}
		if op == wire.OpGetChildren {
			reply = &wire.GetChildrenResponse{Children: names}
		} else {
			reply = &wire.GetChildren2Response{Children: names, Stat: plain(stat)}
		}
	}
	return reply, event, err
}

func (l *borrowed) create(op wire.Op, q *wire.CreateRequest) (wire.Record, error) {
	make := l.conn.Create
	if op == wire.OpCreateContainer {
		make = l.conn.CreateContainer
	}
	path, err := make(q.Path, q.Data, int32(q.Mode), aclOf(q.ACL))
	return &wire.PathResponse{Path: path}, err
}

// ask makes the calls that take no more than a path.
func (l *borrowed) ask(op wire.Op, path string) (wire.Record, error) {
	if op == wire.OpSync {
		path, err := l.conn.Sync(path)
		return &wire.PathResponse{Path: path}, err
	}
	acl, stat, err := l.conn.GetACL(path)
	reply := &wire.GetACLResponse{Stat: plain(stat)}
	for _, a := range acl {
		reply.ACL = append(reply.ACL, wire.ACL(a))
	}
	return reply, err
}

// multi makes a transaction. zk.Conn gives the error of the part that failed as that of the whole, which the server does not.
func (l *borrowed) multi(q *wire.MultiRequest) (wire.Record, <-chan zk.Event, error) {
	ops := make([]any, len(q.Ops))
	for i, op := range q.Ops {
		switch body := op.Body.(type) {
		case *wire.CreateRequest:
			if op.Op != wire.OpCreate {
				return nil, nil, ErrNeedsDialer
			}
			ops[i] = &zk.CreateRequest{Path: body.Path, Data: body.Data, Acl: aclOf(body.ACL), Flags: int32(body.Mode)}
		case *wire.SetDataRequest:
			ops[i] = &zk.SetDataRequest{Path: body.Path, Data: body.Data, Version: body.Version}
		case *wire.PathVersionRequest:
			if op.Op == wire.OpDelete {
				ops[i] = &zk.DeleteRequest{Path: body.Path, Version: body.Version}
			} else {
				ops[i] = &zk.CheckVersionRequest{Path: body.Path, Version: body.Version}
			}
		default:
			return nil, nil, ErrNeedsDialer
		}
	}
	parts, err := l.conn.Multi(ops...)
	reply := &wire.MultiResponse{}
	failed := false
	for _, part := range parts {
		failed = failed || part.Error != nil
	}
	for i, part := range parts {
		res := wire.MultiResult{Op: q.Ops[i].Op, Path: part.String}
		switch {
		case failed: // then the server gives a code for each
			code, lost := codeOf(part.Error)
			if lost != nil {
				return nil, nil, lost
			}
			res = wire.MultiResult{Op: wire.OpError, Err: code}
		case part.Stat != nil:
			res.Stat = wire.Stat(*part.Stat)
		}
		reply.Results = append(reply.Results, res)
	}
	if failed {
		err = nil
	}
	return reply, nil, err
}

func plain(stat *zk.Stat) wire.Stat {
	if stat == nil {
		return wire.Stat{}
	}
	return wire.Stat(*stat)
}

func statReply(stat *zk.Stat) wire.Record { return &wire.StatResponse{Stat: plain(stat)} }

func aclOf(acl []wire.ACL) []zk.ACL {
	out := make([]zk.ACL, len(acl))
	for i, a := range acl {
		out[i] = zk.ACL(a)
	}
	return out
}

// answers are the errors that a server's code became.
var answers = map[error]wire.Code{
	zk.ErrAPIError:                wire.APIError,
	zk.ErrNoNode:                  wire.NoNode,
	zk.ErrNoAuth:                  wire.NoAuth,
	zk.ErrBadVersion:              wire.BadVersion,
	zk.ErrNoChildrenForEphemerals: wire.NoChildrenForEphemerals,
	zk.ErrNodeExists:              wire.NodeExists,
	zk.ErrNotEmpty:                wire.NotEmpty,
	zk.ErrInvalidACL:              wire.InvalidACL,
	zk.ErrAuthFailed:              wire.AuthFailed,
	zk.ErrNothing:                 wire.Nothing,
	zk.ErrSessionMoved:            wire.SessionMoved,
	zk.ErrReconfigDisabled:        wire.ReconfigDisabled,
	zk.ErrBadArguments:            wire.BadArguments,
}

// codeOf tells the server's answer from the lack of one. zk.Conn reports a lost connection in several ways, an expired session among
// them: what was in flight then may have been done.
func codeOf(err error) (code wire.Code, lost error) {
	if err == nil {
		return wire.OK, nil
	}
	if code, ok := answers[err]; ok { // zk.Conn wraps none of them
		return code, nil
	}
	for _, end := range []error{zk.ErrConnectionClosed, zk.ErrNoServer, zk.ErrSessionExpired, zk.ErrClosing} {
		if errors.Is(err, end) {
			return wire.OK, ErrConnectionLoss
		}
	}
	var unknown int32 // zk.Conn has no name for some codes, and no type for what it makes of them
	if _, bad := fmt.Sscanf(err.Error(), "unknown error: %d", &unknown); bad == nil {
		return wire.Code(unknown), nil
	}
	return wire.OK, err
}
