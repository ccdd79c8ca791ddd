package server

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// What a watch may cost: its entries in two maps, of 16 and 24 bytes at a load of a half and the maps' groups, and the path once
// more.
const perWatch = 1 << 10

// watcher is a connection that counts what it is told.
type watcher struct {
	crowd           *crowd
	replies, events int
}

// crowd is many of them. The apply stage alone calls them, so nothing is locked; whoever reads the counts waits for it before.
type crowd struct {
	all   []watcher
	told  int // events to all
	after int // events after the reply to who changed the znode
	done  chan struct{}
}

func (*watcher) IDs() []auth.ID { return []auth.ID{{Scheme: "ip", ID: "127.0.0.1"}} }
func (*watcher) Flush()         {}
func (*watcher) Abort()         {}

func (w *watcher) Send(r request.Reply) bool {
	if _, event := r.Body.(*wire.WatcherEvent); !event {
		w.replies++
		return false
	}
	w.events++
	w.crowd.told++
	if w.crowd.done == nil {
		w.crowd.after++
	}
	return false
}

// changer hears that a change has been answered.
type changer struct {
	watcher
	answered chan wire.Code
}

func (c *changer) Send(r request.Reply) bool {
	c.crowd.done = nil
	c.answered <- r.Err
	return false
}

// A hundred thousand connections, of which nothing but their place in the pipeline is there, watch one znode. One change tells
// each of them once, all before it is answered, and the next tells nobody.
func TestAHundredThousandWatchesOnOneZnode(t *testing.T) {
	const n = 100_000
	_, r, session := begin(t)
	people := &crowd{all: make([]watcher, n), done: make(chan struct{})}
	by := &changer{watcher{crowd: people}, make(chan wire.Code, 1)}
	ask := func(from request.Origin, op wire.Op, body wire.Record) {
		t.Helper()
		if !r.submit([]request.Request{{From: from, Session: session, Op: op, Body: body}}) {
			t.Fatal("the server is gone")
		}
	}
	before := inUse()
	for i := range people.all {
		people.all[i].crowd = people
		ask(&people.all[i], wire.OpExists, &wire.PathWatchRequest{Path: "/some/znode", Watch: true})
	}
	watching := 0
	r.inTurn(func() { watching = r.apply.Watches().Count() })
	each := (inUse() - before) / n
	t.Logf("%d bytes for each of %d watches on one znode", each, watching)
	if watching != n || each > perWatch {
		t.Errorf("%d watches of %d bytes each", watching, each)
	}
	ask(by, wire.OpCreate, &wire.CreateRequest{Path: "/some", ACL: wire.OpenACL})
	if code := <-by.answered; code != wire.OK {
		t.Fatal(code)
	}
	r.inTurn(func() { people.done = make(chan struct{}) })
	for range 2 {
		ask(by, wire.OpCreate, &wire.CreateRequest{Path: "/some/znode", ACL: wire.OpenACL})
		<-by.answered
		ask(by, wire.OpDelete, &wire.PathVersionRequest{Path: "/some/znode", Version: -1})
		<-by.answered
	}
	r.inTurn(func() { watching = r.apply.Watches().Count() })
	if watching != 0 || people.told != n || people.after != 0 {
		t.Errorf("%d watches left, %d events, %d of them late", watching, people.told, people.after)
	}
	for i := range people.all {
		if w := &people.all[i]; w.replies != 1 || w.events != 1 {
			t.Fatalf("watcher %d had %d replies, %d events", i, w.replies, w.events)
		}
	}
	if left := (inUse() - before) / n; left > perWatch/4 {
		t.Errorf("%d bytes a watch are in use after all are gone", left)
	}
}

// And one connection watches as many znodes; its end takes all of them.
func TestAHundredThousandWatchesOfOneConnection(t *testing.T) {
	const n = 100_000
	_, r, session := begin(t)
	people := &crowd{all: make([]watcher, 1), done: make(chan struct{})}
	people.all[0].crowd = people
	count := func() (watching int) {
		r.inTurn(func() { watching = r.apply.Watches().Count() })
		return watching
	}
	before := inUse()
	for i := range n {
		r.submit([]request.Request{{
			From: &people.all[0], Session: session, Op: wire.OpExists,
			Body: &wire.PathWatchRequest{Path: "/" + strconv.Itoa(i), Watch: true},
		}})
	}
	watching := count()
	each := (inUse() - before) / n
	t.Logf("%d bytes for each of %d watches on a znode each", each, watching)
	if watching != n || each > perWatch {
		t.Errorf("%d watches of %d bytes each", watching, each)
	}
	r.submit([]request.Request{{From: &people.all[0], Session: session, Gone: true}})
	if left := count(); left != 0 {
		t.Errorf("%d watches left", left)
	}
}

// inUse is the bytes on the heap, with no garbage among them.
func inUse() int64 {
	runtime.GC()
	runtime.GC() // what the first one has left to finalizers and pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
