package client

import (
	"context"
	"time"

	"github.com/go-zookeeper/zk"
)

// Hooks are told what a client does: for logs, metrics and traces. Any of them may be nil.
//
// A client calls its hooks one after the other, in the order of what happened, in one goroutine that runs only while there is something to tell. No
// call, no connection and no state waits for them. So
//
//   - a hook that blocks holds up the hooks behind it, and nothing else. Up to 8192 reports wait; from then on they are dropped until
//     all that wait are told, and Dropped tells how many.
//   - a hook that panics is caught. Its Hooks are not called again, the others are, and the panic is logged as an error: to WithLogger's
//     logger, or to slog's default.
//   - Close returns when the hooks have been told everything, or when its context has ended. A hook must not call Close.
//
// A client without hooks and logger spends nothing on them.
type Hooks struct {
	// Attempt is told of every request of an operation, when it is answered or given up. The context is the call's, for its values.
	Attempt func(ctx context.Context, a Attempt)
	// Operation is told of every call when it has ended, behind its attempts. A Future has ended with its answer, whether somebody
	// waits for it or not. The context is the call's, for its values.
	//
	// A call of several operations, such as a create that makes parents, is several; the requests of hand-written code are none.
	Operation func(ctx context.Context, op Operation)
	// State is told of every change of state, but not of the first state, Suspended. After Close it is told of Lost, with a
	// Session whose Err matches ErrClosed.
	State func(change StateChange)
	// Watch is told of every event that a server sends for a watch, the client's or hand-written code's. Path is the server's, with the
	// chroot. Over a zk.Conn without the SDK's dialer it is the event of each single watch of the client's.
	Watch func(ev zk.Event)
	// Dropped is told how many reports were dropped, behind those that were kept and before any that come later.
	Dropped func(n int)
}

// Operation is one call of a builder that has ended.
type Operation struct {
	Name  string // the protocol's: create, getData, ...
	Path  string // as the caller named it
	Write bool
	Watch bool // it asked for a watch
	Async bool

	Start    time.Time
	Latency  time.Duration // until the result, with all pauses
	Attempts []Attempt     // none if it failed before there was anything to send, or when the client was closed
	Err      error         // what the caller gets
	Outcome  Outcome       // for a read Done or NotDone
}

// Sent is how many bytes all attempts sent.
func (o Operation) Sent() (n int) {
	for _, a := range o.Attempts {
		n += a.Sent
	}
	return n
}

// Received is how many bytes all attempts received.
func (o Operation) Received() (n int) {
	for _, a := range o.Attempts {
		n += a.Received
	}
	return n
}

// Attempt is one request, or the lack of a connection for it.
type Attempt struct {
	Name    string // the protocol's: create, getData, ...
	Path    string // as the caller named it
	Number  int    // among the operation's attempts, from 1
	Session int64  // the id of the session

	Start    time.Time
	Latency  time.Duration // until the answer came, the connection was lost or the caller's context ended
	Sent     int           // bytes of the request with its frame, 0 if it was not sent, or if it is shared, as that of a watch that stays
	Received int           // bytes of the answer with its frame, 0 if there was none
	Err      error         // the server's, as the zk package names it, or why there is no answer; of a transaction nil, if it was answered
	Outcome  Outcome       // for a read Done or NotDone
}
