// Package session is the server's sessions: who is there, until when, and through which connection. Time is an argument,
// counted from any fixed moment that does not jump.
package session

import (
	"bytes"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
)

// Holder is the connection that a session lives on.
type Holder interface{ Abort() }

// Info is one session as others may see it.
type Info struct {
	ID        int64
	Timeout   time.Duration
	Connected bool
}

type session struct {
	id        int64
	timeout   time.Duration
	bucket    int64 // expires at bucket*tick
	closing   bool  // its closeSession is on its way
	committed bool  // its createSession has been applied
	local     bool  // nobody but this server knows of it
	expired   bool  // it ends because its time has passed
	holder    Holder
}

// Table holds all sessions. Sessions that expire at about the same time share a bucket, one a tick, so touching one
// mostly changes nothing.
type Table struct {
	tick   time.Duration
	frozen atomic.Bool // only local sessions come and go; written under mu

	mu       sync.Mutex // guards all below; nothing else is locked while it is held
	next     int64
	sessions map[int64]*session
	buckets  map[int64]map[*session]struct{}
	looked   int64 // buckets up to this one are done
	counts   Counts
}

// NewTable returns an empty table. Ids begin with the server's id and the time, so that servers do not share them.
func NewTable(tick time.Duration, server byte, wall time.Time) *Table {
	return &Table{
		tick:     tick,
		next:     int64(uint64(wall.UnixMilli())<<24>>8 | uint64(server)<<56),
		sessions: make(map[int64]*session),
		buckets:  make(map[int64]map[*session]struct{}),
	}
}

// Create makes a session that lives on h. It is forgotten by Restart unless Commit was called. In a frozen table it is a local one.
func (t *Table) Create(timeout, now time.Duration, h Holder) (id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.next == 0 || t.next == math.MinInt64 || t.sessions[t.next] != nil { // the first two cannot own an ephemeral
		t.next++
	}
	s := &session{id: t.next, timeout: timeout, holder: h, local: t.frozen.Load()}
	t.next++
	t.sessions[s.id] = s
	t.schedule(s, now)
	return s.id
}

// Restore makes a session that a server finds on its disk.
func (t *Table) Restore(id int64, timeout, now time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &session{id: id, timeout: timeout, committed: true}
	t.sessions[id] = s
	t.schedule(s, now)
}

// Commit makes a session one that survives a restart.
func (t *Table) Commit(id int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.sessions[id]; s != nil && !s.committed {
		s.committed = !s.local
		t.counts.Created++
	}
}

// Resume moves a session to h. It fails for an unknown or closing session and for a wrong password, but whoever held the
// session before must go in any case: that is old, and the caller aborts it.
func (t *Table) Resume(id int64, passwd []byte, timeout, now time.Duration, h Holder) (old Holder, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[id]
	if s == nil {
		return nil, false
	}
	old, s.holder = s.holder, nil
	if s.closing || !bytes.Equal(passwd, Passwd(id)) {
		return old, false
	}
	s.holder, s.timeout = h, timeout
	t.schedule(s, now)
	return old, true
}

// Touch says that the session's client is alive. It fails if the session is gone or going.
func (t *Table) Touch(id int64, now time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[id]
	if s == nil || s.closing {
		return false
	}
	t.schedule(s, now)
	return true
}

// Check tells whether the session may ask for something by way of a connection. From the one that it lived on before, nothing counts any
// more: it would come behind what the client has asked since.
func (t *Table) Check(id int64, from Holder) wire.Code {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch s := t.sessions[id]; {
	case s == nil:
		return wire.UnknownSession
	case s.closing:
		return wire.SessionExpired
	case s.holder != nil && s.holder != from:
		return wire.SessionMoved
	}
	return wire.OK
}

// SetClosing stops the session from asking for more. It fails if that had happened before, or there is no such session, or the
// table is frozen and the session not local.
func (t *Table) SetClosing(id int64) bool { return t.end(id, false) }

// ExpireOne is SetClosing for a session that ends as if its time had passed.
func (t *Table) ExpireOne(id int64) bool { return t.end(id, true) }

func (t *Table) end(id int64, expired bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[id]
	if s == nil || s.closing || t.frozen.Load() && !s.local {
		return false
	}
	s.closing, s.expired = true, expired
	return true
}

// Detach says that h is no longer there.
func (t *Table) Detach(id int64, h Holder) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.sessions[id]; s != nil && s.holder == h {
		s.holder = nil
	}
}

// Remove forgets a session and returns the connection that it lived on, or nil.
func (t *Table) Remove(id int64) Holder {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.sessions[id]
	if s == nil {
		return nil
	}
	t.unschedule(s)
	delete(t.sessions, id)
	if s.expired {
		t.counts.Expired++
	} else {
		t.counts.Closed++
	}
	return s.holder
}

// Restart is what a server does with the sessions that it finds on its disk: each gets its full timeout again. Those that
// had not been committed are not there.
func (t *Table) Restart(now time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.restart(now)
}

func (t *Table) restart(now time.Duration) {
	for id, s := range t.sessions {
		if !s.committed {
			t.unschedule(s)
			delete(t.sessions, id)
			continue
		}
		s.closing, s.expired, s.holder = false, false, nil
		t.schedule(s, now)
	}
}

// All lists the sessions by id.
func (t *Table) All() []Info { return t.list(func(*session) bool { return true }) }

// Committed lists, by id, those that survive a restart.
func (t *Table) Committed() []Info {
	return t.list(func(s *session) bool { return s.committed && !s.local })
}

func (t *Table) list(want func(*session) bool) []Info {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Info, 0, len(t.sessions))
	for _, s := range t.sessions {
		if !want(s) {
			continue
		}
		all = append(all, Info{ID: s.id, Timeout: s.timeout, Connected: s.holder != nil})
	}
	slices.SortFunc(all, func(a, b Info) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return all
}
