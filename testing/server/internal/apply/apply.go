// Package apply makes committed transactions part of the tree and answers requests. It is the only writer of the tree and the
// only user of the watches, so what it tells a connection is in the order in which things happened: events caused by a
// transaction leave before the replies that could show its effect.
package apply

import (
	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/era"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/session"
	"github.com/zookit-go/zookit/testing/server/internal/tree"
)

// Sessions is what apply does to sessions.
type Sessions interface {
	Commit(id int64)
	Remove(id int64) session.Holder
}

// Apply is the stage. It belongs to one goroutine at a time.
type Apply struct {
	era      *era.Era
	tree     *tree.Tree
	watches  *tree.Watches[request.Origin]
	sessions Sessions
	policy   *auth.Policy
	out      []request.Delivery

	reads, writes traffic
	// The bodies of the replies that servers give most: one of each is enough, since a reply is valid until the next.
	got  wire.GetDataResponse
	stat wire.StatResponse
	path wire.PathResponse
}

// New returns a stage that nobody watches yet.
func New(t *tree.Tree, s Sessions, e *era.Era, p *auth.Policy) *Apply {
	a := &Apply{
		era: e, tree: t, sessions: s, policy: p, watches: tree.NewWatches[request.Origin](), reads: newTraffic(), writes: newTraffic(),
	}
	if e.OneMode {
		a.watches = tree.NewOneMode[request.Origin]()
	}
	return a
}

// Next does what c says and returns what is to be sent for it, in order. The result is valid until the next call.
func (a *Apply) Next(c *request.Committed) []request.Delivery {
	clear(a.out)
	a.out = a.out[:0]
	switch {
	case c.Gone:
		a.watches.RemoveAll(c.From)
	case c.Change != nil:
		a.transaction(c)
	default:
		a.answer(c, a.read(c))
	}
	return a.out
}

// Fail answers nothing, but keeps the history whole when Next panicked for c.
func (a *Apply) Fail(c *request.Committed) {
	if c.Zxid != 0 {
		a.tree.SetLastZxid(c.Zxid)
	}
}

// answer completes a reply and queues it.
func (a *Apply) answer(c *request.Committed, r request.Reply) {
	if c.From == nil {
		return
	}
	r.Xid = c.Xid
	if r.Zxid == 0 {
		r.Zxid = a.tree.LastZxid()
	}
	if c.Op == wire.OpPing {
		r.Xid = wire.XidPing
	}
	a.out = append(a.out, request.Delivery{To: c.From, Reply: r})
}

// notify queues an event for each watcher that may read what it is about.
func (a *Apply) notify(who []request.Origin, t wire.EventType, path string, zxid int64, acl []wire.ACL) {
	if len(who) == 0 {
		return
	}
	if !a.era.EventZxid {
		zxid = noZxid
	}
	event := &wire.WatcherEvent{Type: t, State: wire.StateSyncConnected, Path: path}
	for _, w := range who {
		if a.era.OpenEvents || a.policy.Allowed(acl, wire.PermRead, w.IDs()) {
			a.event(w, event, zxid)
		}
	}
}

func (a *Apply) event(w request.Origin, event *wire.WatcherEvent, zxid int64) {
	a.out = append(a.out, request.Delivery{To: w, Reply: request.Reply{Xid: wire.XidNotification, Zxid: zxid, Body: event}})
}
