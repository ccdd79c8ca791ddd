package client

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/go-zookeeper/zk"

	"github.com/zookit-go/zookit/client/internal/session"
)

// State is how the client stands to the ensemble, with Curator's names and rules.
type State int

// The states.
const (
	// Connected: the first session stands. It is reported once in a client's life.
	Connected State = iota + 1
	// Suspended: there is no connection. The session may live on, or not; what is held may no longer be.
	Suspended
	// Reconnected: there is a connection again. The Session tells whether it is the same session or a new one.
	Reconnected
	// Lost: the session is over, and with it every ephemeral and everything held.
	Lost
	// ReadOnly: there is a connection, to a server that has no quorum: it answers reads, from data that may be old, and refuses writes
	// with ErrReadOnly. Only with WithReadOnly.
	ReadOnly
)

// String is the state's name.
func (s State) String() string {
	switch s {
	case Connected:
		return "Connected"
	case Suspended:
		return "Suspended"
	case Reconnected:
		return "Reconnected"
	case Lost:
		return "Lost"
	case ReadOnly:
		return "ReadOnly"
	}
	return fmt.Sprintf("State(%d)", int(s))
}

// Connected tells whether there is a connection in this state, be it only for reading.
func (s State) Connected() bool { return s == Connected || s == Reconnected || s == ReadOnly }

// StateChange is one step of the connection.
type StateChange struct {
	State   State
	Session *Session // the present one; for Lost the one that was lost
}

// stateBuffer is how many changes a slow subscriber may be behind before the oldest are dropped.
const stateBuffer = 16

// machine is the connection state machine. The seam's hooks drive it; nothing in it blocks.
type machine struct {
	mu      sync.Mutex // guards what follows
	now     StateChange
	wrote   bool          // Connected has been reported
	up      chan struct{} // closed while connected
	refused chan struct{} // closed when the session that was to be resumed is over
	subs    map[chan StateChange]func() bool
	stopped bool
	seen    *observer
}

func newMachine() *machine {
	return &machine{
		now:  StateChange{State: Suspended},
		up:   make(chan struct{}),
		subs: map[chan StateChange]func() bool{},

		refused: make(chan struct{}),
	}
}

func (m *machine) hooks() session.Hooks {
	h := session.Hooks{
		Connected: m.connected, Disconnected: m.disconnected, Lost: m.lost,
		Refused: func() { close(m.refused) }, // once: there is one session to resume
	}
	if m.seen != nil {
		h.Notified = m.seen.notified
	}
	return h
}

func (m *machine) connected(info session.Info) {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := StateChange{Reconnected, m.now.Session}
	switch {
	case info.ReadOnly:
		next.State = ReadOnly
	case !m.wrote:
		next.State, m.wrote = Connected, true
	}
	if next.Session == nil || next.Session.id != info.ID || next.Session.Err() != nil {
		next.Session = newSession(info)
	}
	next.Session.timeout.Store(int64(info.Timeout))
	close(m.up)
	m.enter(next)
}

func (m *machine) disconnected() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.up = make(chan struct{})
	if m.now.State != Lost { // which says more
		m.enter(StateChange{Suspended, m.now.Session})
	}
}

func (m *machine) lost(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.now.Session == nil || m.now.State == Lost {
		return // a wrapped zk.Conn's older session, or one that no server would let in: nobody here knows of it
	}
	cause := fmt.Errorf("%w: %w", ErrSessionLost, err)
	if errors.Is(err, zk.ErrClosing) {
		cause = ErrClosed
	}
	m.now.Session.end(cause)
	m.enter(StateChange{Lost, m.now.Session})
}

// enter makes a state the present one and tells the subscribers. The caller holds m.mu.
func (m *machine) enter(next StateChange) {
	m.now = next
	m.seen.state(next)
	for ch := range m.subs {
		select {
		case ch <- next:
			continue
		default:
		}
		select {
		case <-ch: // the oldest makes room for the newest
		default:
		}
		ch <- next // there is room: only enter sends, and it holds the lock
	}
}

func (m *machine) subscribe(ctx context.Context) <-chan StateChange {
	m.mu.Lock()
	defer m.mu.Unlock()
	ch := make(chan StateChange, stateBuffer)
	ch <- m.now
	if m.stopped {
		close(ch)
		return ch
	}
	m.subs[ch] = context.AfterFunc(ctx, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if _, ok := m.subs[ch]; ok {
			delete(m.subs, ch)
			close(ch)
		}
	})
	return ch
}

// stop ends all subscriptions.
func (m *machine) stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stopped = true
	if m.now.Session != nil {
		m.now.Session.end(ErrClosed)
	}
	for ch, cancel := range m.subs {
		cancel()
		close(ch)
	}
	clear(m.subs)
}

// present returns the state and a channel that is closed as long as, or as soon as, there is a connection.
func (m *machine) present() (StateChange, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now, m.up
}
