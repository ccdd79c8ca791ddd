// Package conn is the server's side of connections: bytes in, requests out; replies in, bytes out. It knows no tree. A
// connection has two goroutines: the reader owns the frames and who the client is, the writer owns the socket's sending side.
package conn

import (
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/zookit-go/zookit/internal/wire"
	"github.com/zookit-go/zookit/testing/server/internal/auth"
	"github.com/zookit-go/zookit/testing/server/internal/digestmd5"
	"github.com/zookit-go/zookit/testing/server/internal/era"
	"github.com/zookit-go/zookit/testing/server/internal/fourletter"
	"github.com/zookit-go/zookit/testing/server/internal/request"
	"github.com/zookit-go/zookit/testing/server/internal/session"
)

// Limits of one connection.
const (
	maxBatch  = 256       // requests handed over at once
	minWindow = 64        // requests on their way from a connection of which nothing is known
	maxWindow = 4096      // the same, after as many replies
	softLimit = 16 << 20  // bytes queued, or to be expected, at which the reader stops reading until the client does
	hardLimit = 256 << 20 // bytes queued at which the connection is closed: the client does not read
	idleLimit = 10 * time.Second
)

// Env is what a connection needs from the server around it.
type Env struct {
	Era        *era.Era
	Sessions   *session.Table
	Counters   *Counters
	Policy     *auth.Policy
	Security   Security
	Log        *slog.Logger
	MaxFrame   int // bytes
	MinTimeout time.Duration
	MaxTimeout time.Duration
	Words      fourletter.Whitelist
	Limits     Limits
	Refuse     *atomic.Bool // whether new connections are turned away

	Now      func() time.Duration         // the sessions' clock
	LastZxid func() int64                 // the newest that a client may have seen
	Submit   func([]request.Request) bool // hands over to the pipeline; false if that is gone
	Direct   func([]request.Request) bool // answers here and now, if nothing is in the way; false if it has done nothing
	Answer   func(w fourletter.Word, mask int64) []byte
	Go       func(func()) // starts a goroutine that the server waits for
}

// Conn is one client's connection.
type Conn struct {
	env     *Env
	nc      net.Conn // the socket
	mode    Mode
	sasl    *digestmd5.Server // the reader's: an exchange that has begun
	session int64             // set by the handshake, before anything else may ask
	ready   chan struct{}     // closed when the handshake has been answered
	dead    chan struct{}     // closed by Abort
	wake    chan struct{}     // tells the writer that there is something to do
	room    chan struct{}     // tells the reader that less is queued
	ids     atomic.Pointer[[]auth.ID]

	// The reader's.
	guess   int               // how large the next batch may become
	spare   []request.Request // to be filled again
	decoder wire.Reader       // it would be allocated for each request

	inside      *admission
	host        string // as the limits count it
	number      int64  // guarded by Set.mu: which connection it is, counted from 1
	established time.Time
	received    atomic.Int64 // packets
	bytesIn     atomic.Int64

	mu  sync.Mutex // guards all below
	out []byte     // queued for sending
	try *trier     // nil where writing may have to wait
	unsent
	// What frames travel on: the socket, or TLS on it. The reader changes it once, before anything is queued, and needs no lock to
	// read it.
	link net.Conn
	account
	pending  int  // requests handed over and not answered
	answered int  // how many were, up to maxWindow
	large    int  // bytes that their replies may have, to judge by the last ones
	stalled  bool // the reader waits for room
	due      bool // Send has asked for a Flush that has not come yet
	closing  bool // what is queued is the last
	draining bool // the reader is to stop
	aborted  bool
	probe    bool // it asked a four-letter word
	readOnly bool // the client's handshake had the trailing boolean
	greeted  bool // ready is closed
}

func newConn(env *Env, nc net.Conn, mode Mode, host string, inside *admission) *Conn {
	c := &Conn{
		env: env, nc: nc, link: nc, mode: mode, host: host, inside: inside,
		ready: make(chan struct{}), dead: make(chan struct{}),
		wake: make(chan struct{}, 1), room: make(chan struct{}, 1),
		established: time.Now(), try: newTrier(nc),
	}
	c.heard = env.Now()
	c.countAnew()
	env.Counters.Open.Add(1)
	c.ids.Store(&[]auth.ID{auth.Peer(nc.RemoteAddr())})
	return c
}

// IDs implements request.Origin.
func (c *Conn) IDs() []auth.ID { return *c.ids.Load() }

// Abort implements request.Origin: nothing more is written, and both goroutines end.
func (c *Conn) Abort() { c.abort(false) }

// Reset is Abort as a crash does it: the client gets no orderly end of the stream, if the network can tell the difference.
func (c *Conn) Reset() { c.abort(true) }

func (c *Conn) abort(asCrash bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.abortLocked(asCrash)
}

func (c *Conn) abortLocked(asCrash bool) {
	if c.aborted {
		return
	}
	c.aborted = true
	c.out, c.writing = nil, 0
	c.tally()
	c.forget()
	c.env.Counters.Open.Add(-1) // before the client can see the end, as is what follows
	c.inside.leave(c.host)
	close(c.dead)
	if asCrash {
		reset(c.nc)
		return
	}
	_ = c.nc.Close() // closing is all that is left to do, whatever it says
}

// reset closes a connection as a crash does, if the network can tell the difference.
func reset(nc net.Conn) {
	if tcp, ok := nc.(interface{ SetLinger(sec int) error }); ok {
		_ = tcp.SetLinger(0) // a socket that is gone already needs no reset
	}
	_ = nc.Close() // closing is all that is left to do, whatever it says
}

// drain makes the reader stop at the next frame that is not here yet.
func (c *Conn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	_ = c.nc.SetReadDeadline(time.Unix(1, 0)) // fails only on a connection that is closed
}

// finish closes the connection once everything queued is written.
func (c *Conn) finish() {
	c.mu.Lock()
	c.closingLocked()
	c.mu.Unlock()
	signal(c.wake)
}

// closingLocked says that nothing more will be queued. A client that does not read the rest is not waited for.
func (c *Conn) closingLocked() {
	c.closing = true
	_ = c.nc.SetWriteDeadline(time.Now().Add(idleLimit)) // fails only on a connection that is closed
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
