package server

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/testing/server/internal/apply"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/conn"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/prep"
	"github.com/zookit-go/zookit/testing/server/internal/request"
)

// run is one life of a server, from Start to Stop or Kill. All that does not outlive it is here.
type run struct {
	s *Server
	database
	addr       string // that it listens on; empty is none, as below
	secureAddr string
	began      time.Time
	trace      atomic.Int64 // the trace mask of the four-letter words
	conns      *conn.Set
	prep       *prep.Prep
	apply      *apply.Apply
	saving     atomic.Bool      // a snapshot is being written
	turn       sync.Mutex       // held by who lets the apply stage do something, for one request
	unsent     []request.Origin // connections that the apply stage owes a flush
	started    atomic.Int64     // goroutines; the last one that ends closes done
	done       chan struct{}

	requests chan []request.Request // closed when all who send are done, unless killed
	applied  chan struct{}          // closed when the last request has been answered
	expiries chan *expiry
	reaped   chan struct{} // closed when the server removes no more znodes by itself

	stopOnce sync.Once
	asked    chan struct{} // closed by stop
	stopping chan struct{} // closed when no request can come from a connection or from reap any more
	killOnce sync.Once
	life     context.Context // ends with kill
	end      context.CancelFunc
	killed   <-chan struct{} // life's end
}

func startRun(s *Server, lns []conn.Listener) *run {
	db, version := s.database, s.cfg.version.era()
	r := &run{
		s: s, database: db,
		prep: prep.New(db.tree, db.sessions, prep.Settings{
			Era: version, ExtendedTypes: s.cfg.extendedTypes, EnforceQuota: s.cfg.enforceQuota && version.HardQuota,
			MaxUnused: s.cfg.maxUnused.Milliseconds(), Policy: s.cfg.security.policy,
		}),
		apply:    apply.New(db.tree, db.sessions, version, &s.cfg.security.policy),
		done:     make(chan struct{}),
		requests: make(chan []request.Request, depth),
		applied:  make(chan struct{}),
		expiries: make(chan *expiry),
		reaped:   make(chan struct{}),
		asked:    make(chan struct{}),
		stopping: make(chan struct{}),
	}
	r.life, r.end = context.WithCancel(context.Background())
	r.killed = r.life.Done()
	r.addr, r.secureAddr = addresses(lns)
	r.began = time.Now()
	r.trace.Store(fourletter.TraceMask)
	s.counters.Reset()
	r.conns = conn.NewSet(&conn.Env{
		Era: version, Sessions: db.sessions, Counters: &s.counters, Log: s.cfg.log, MaxFrame: s.cfg.maxFrame,
		Policy: &s.cfg.security.policy, Security: s.cfg.security.conns(), Refuse: &s.refusing,
		MinTimeout: s.cfg.minTimeout, MaxTimeout: s.cfg.maxTimeout,
		Now: s.now, LastZxid: db.tree.LastZxid, Submit: r.submit, Direct: r.direct, Go: r.goes,
		Words: s.cfg.conns.words, Limits: s.cfg.conns.limits, Answer: r.answer,
	}, lns...)
	r.goes(func() { // holds done open until all others are there
		r.standalone()
		r.goes(r.purge)
		r.goes(r.expire)
		r.goes(r.reap)
		r.goes(r.drain)
		r.goes(r.conns.Serve)
	})
	return r
}

// goes starts a goroutine. Every goroutine of the server starts here, so done means that none is left.
func (r *run) goes(f func()) {
	r.started.Add(1)
	go func() {
		defer func() {
			if r.started.Add(-1) == 0 {
				r.end()
				r.s.ended(r)
				close(r.done)
			}
		}()
		f()
	}()
}

// submit hands requests to the pipeline, and waits if that is full. It returns false if the server was killed.
func (r *run) submit(batch []request.Request) bool { return send(r.killed, r.requests, batch) }

// stop begins the end in order, which done tells.
func (r *run) stop() { r.stopOnce.Do(func() { close(r.asked) }) }

// drain waits for stop and then follows the data: first nothing new comes in, then the pipeline runs empty, then the connections do.
func (r *run) drain() {
	select {
	case <-r.asked:
	case <-r.killed:
		return
	}
	r.conns.Drain()
	<-r.reaped
	close(r.stopping) // ends expire, which closes requests
	<-r.applied
	r.conns.Finish()
}

// kill ends everything at once.
func (r *run) kill() {
	r.killOnce.Do(func() {
		r.conns.Kill()
		r.end()
	})
}

// expiry is a wish to end a session. It stands in for the connection that a request comes from, to hear of the end.
type expiry struct {
	session int64
	known   chan bool // whether there is such a session
	once    sync.Once
	ended   chan struct{} // closed when it is gone
}

func (e *expiry) IDs() []auth.ID { return nil }

func (e *expiry) Send(request.Reply) bool {
	e.Abort()
	return false
}

func (e *expiry) Flush() {}

func (e *expiry) Abort() { e.once.Do(func() { close(e.ended) }) }

func (r *run) expireNow(session int64) bool {
	e := &expiry{session: session, known: make(chan bool, 1), ended: make(chan struct{})}
	select {
	case r.expiries <- e:
	case <-r.done:
		return false
	}
	if !<-e.known {
		return false
	}
	select {
	case <-e.ended:
		return true
	case <-r.done:
		return false
	}
}

// expire ends the sessions whose time has come. After an end in order it is the last who sends requests, and so closes them;
// after a kill there may be others, and nobody listens.
func (r *run) expire() {
	sessions := r.sessions
	timer := time.NewTimer(sessions.NextTick(r.s.now()))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			for _, id := range sessions.Expire(r.s.now()) {
				r.s.cfg.log.Info("a session has expired", "session", id)
				r.submit(closeSession(id, nil))
			}
			timer.Reset(sessions.NextTick(r.s.now()))
		case e := <-r.expiries:
			ok := sessions.ExpireOne(e.session)
			e.known <- ok
			if ok {
				r.submit(closeSession(e.session, e))
			}
		case <-r.stopping:
			close(r.requests)
			return
		case <-r.killed:
			return
		}
	}
}
