// Package prep decides what becomes of a request. It is the one place where zxids are given out, so it is the one place where
// the order of things is made: requests go in one by one, and each sees the tree as all before it will have left it.
//
// Source: the order of the checks, which decides between several errors, is that of Apache ZooKeeper 3.9.
package prep

import (
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/era"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

// Sessions is what prep asks about sessions.
type Sessions interface {
	Check(id int64, from session.Holder) wire.Code
	SetClosing(id int64) bool
	Local(id int64) bool
	Frozen() bool
}

// Settings is what a server may be told to do otherwise.
type Settings struct {
	ExtendedTypes bool // let clients create znodes with a time to live
	EnforceQuota  bool // refuse what would break a hard limit
	Policy        auth.Policy
	MaxUnused     int64 // after so many ms a container that never had children may be removed; 0 is never

	Era *era.Era // nil is the newest
}

// Prep is the stage. It belongs to one goroutine.
type Prep struct {
	settings Settings
	view     view
	sessions Sessions
	zxid     int64 // the last one given out
	now      int64 // ms since 1970, of the transaction in preparation
	exceeded exceeded
}

// New returns a stage that goes on where the tree is.
func New(t Tree, s Sessions, settings Settings) *Prep {
	if settings.Era == nil {
		settings.Era = era.V39
	}
	return &Prep{settings: settings, view: newView(t), sessions: s, zxid: t.LastZxid()}
}

// Reads tells whether the request writes nothing and asks for no order.
func Reads(r *request.Request) bool {
	row, _ := r.Op.Lookup()
	return row.Kind == wire.KindRead && r.Refused == wire.OK && !r.Gone
}

// Read is Next for a request that writes nothing. Anyone may call it.
func (p *Prep) Read(r *request.Request) request.Txn {
	t := request.Txn{Request: r, Err: r.Refused}
	if t.Err == wire.OK && r.Op != wire.OpWhoAmI {
		t.Err = p.sessions.Check(r.Session, r.From)
	}
	return t
}

// Next turns a request into a transaction. A request that fails becomes one, too.
func (p *Prep) Next(r *request.Request, now time.Time) request.Txn {
	t := request.Txn{Request: r}
	if r.Gone {
		return t
	}
	if p.refusesWrite(r) {
		t.Err = wire.NotReadOnly
		return t
	}
	if !p.writes(r) {
		if r.Op == wire.OpCloseSession && r.Refused == wire.OK { // a local one's
			p.sessions.SetClosing(r.Session)
			return t
		}
		return p.Read(r)
	}
	p.view.begin()
	p.zxid++
	p.now = now.UnixMilli()
	t.Zxid, t.Time = p.zxid, p.now
	change, code := p.change(r)
	if code != wire.OK {
		p.view.rollback()
		change = &request.Failed{Err: code}
	}
	t.Change = change
	return t
}

// Fail takes back whatever Next did for r before it panicked, and fails the request.
func (p *Prep) Fail(r *request.Request) request.Txn {
	p.view.rollback()
	p.zxid++ // one may have been given out; a gap does no harm
	return request.Txn{Request: r, Zxid: p.zxid, Change: &request.Failed{Err: wire.SystemError}}
}

// writes tells whether the request takes a zxid. One that cannot be read does so all the same, except reconfig, which Apache reads
// before it thinks of a zxid. A local session comes and goes without one.
func (p *Prep) writes(r *request.Request) bool {
	row, ok := r.Op.Lookup()
	switch {
	case !ok, r.Refused == wire.Unimplemented, r.Refused != wire.OK && r.Op == wire.OpReconfig:
		return false
	case r.Op == wire.OpCreateSession, r.Op == wire.OpCloseSession:
		return !p.sessions.Local(r.Session)
	}
	return row.Kind == wire.KindWrite || row.Kind == wire.KindInternal
}

// refusesWrite tells whether the request is one that a read-only server, whose sessions are frozen, does not serve. It does not look
// into it, so one that cannot be read is refused like the others.
func (p *Prep) refusesWrite(r *request.Request) bool {
	if !p.sessions.Frozen() || r.Refused == wire.Unimplemented {
		return false
	}
	return r.Op == wire.OpSync || r.Op == wire.OpReconfig || p.writes(r)
}

func (p *Prep) change(r *request.Request) (request.Change, wire.Code) {
	if r.Refused != wire.OK {
		return nil, r.Refused
	}
	switch r.Op { //nolint:exhaustive // the operations that write
	case wire.OpCreateSession:
		return &request.CreateSession{Timeout: r.Body.(*wire.CreateSessionRequest).Timeout}, wire.OK
	case wire.OpCloseSession:
		return p.closeSession(r.Session), wire.OK
	case wire.OpDeleteContainer:
		return p.removeDue(r.Body.(*wire.PathRequest).Path)
	case wire.OpReconfig:
		return nil, wire.ReconfigDisabled
	case wire.OpMulti:
		return p.multi(r)
	}
	return p.one(r, r.Op, r.Body, false)
}

// one prepares a single operation, be it alone or in a transaction.
func (p *Prep) one(r *request.Request, op wire.Op, body wire.Record, inMulti bool) (request.Change, wire.Code) {
	switch op { //nolint:exhaustive // the operations that write
	case wire.OpCreate, wire.OpCreate2, wire.OpCreateContainer, wire.OpCreateTTL:
		return p.create(r, op, body, inMulti)
	}
	if code := p.sessions.Check(r.Session, r.From); code != wire.OK {
		return nil, code
	}
	switch q := body.(type) {
	case *wire.PathVersionRequest:
		if op == wire.OpCheck {
			return p.check(r, q)
		}
		return p.remove(r, q)
	case *wire.SetDataRequest:
		return p.setData(r, q)
	case *wire.SetACLRequest:
		return p.setACL(r, q)
	}
	return nil, wire.MarshallingError
}

// checkVersion compares a version; -1, and only -1, is any.
func checkVersion(want, have int32) bool { return want == -1 || want == have }
