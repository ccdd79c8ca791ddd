package zktest

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zookit-go/zookit/client"
	"github.com/zookit-go/zookit/testing/fault"
)

// AppHost is the host that a Sweep has its faults at.
const AppHost = "app"

// Swept is one run of a Sweep: a World in which one fault happens at one message. A scenario checks what must hold whatever the
// fault, and asks Fault.Robs, Hit and Frame where what must hold depends on it.
type Swept struct {
	*World
	Fault    Fault
	Position int // which message of its kind meets the fault, from 1

	sweep  *sweep
	tb     testing.TB
	events sync.WaitGroup // what the fault does

	mu      sync.Mutex // guards what follows; nobody waits holding it
	over    bool       // the scenario has returned: no more messages count
	seen    int
	hit     bool
	frame   fault.Frame
	idle    bool // the fault had nothing to be done to
	planted map[string]bool
}

// String is the run's fault and position, as in the subtest's name.
func (s *Swept) String() string { return fmt.Sprintf("%s/%d", s.Fault.Name, s.Position) }

// App is the swept host. Code without a *client.Client dials with its Dial or DialContext.
func (s *Swept) App() *fault.Host { return s.Host(AppHost) }

// Client connects a client on the swept host. It is closed when the run ends.
func (s *Swept) Client(tb testing.TB, opts ...client.Option) *client.Client {
	tb.Helper()
	return s.Connect(tb, AppHost, opts...)
}

// Hit tells whether the message has come that meets the fault. What the fault does beside the message may still be under way.
func (s *Swept) Hit() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hit
}

// Frame is the message that met the fault, and the zero Frame before Hit.
func (s *Swept) Frame() fault.Frame {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.frame
}

// decide is an interceptor.
func (s *Swept) decide(f fault.Frame) fault.Action {
	if f.Host != AppHost || !s.Fault.At.of(f) || !s.sweep.options.frames(f) {
		return fault.Pass
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return fault.Pass
	}
	if s.seen++; s.seen != s.Position {
		return fault.Pass
	}
	s.hit, s.frame = true, f
	if do := s.Fault.Do; do != nil {
		s.events.Go(func() { do(s.tb, s) })
	}
	return s.Fault.Action
}

// end stops counting and waits for what the fault does.
func (s *Swept) end() {
	s.mu.Lock()
	s.over = true
	s.mu.Unlock()
	s.events.Wait()
}

// did is told whether the fault had something to be done to.
func (s *Swept) did(something bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.idle = !something
}

// effect tells whether the fault had something to be done to.
func (s *Swept) effect() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.idle
}

// plant notes a znode that Left passes over, and its ancestors, which cannot be deleted while it is there.
func (s *Swept) plant(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.planted == nil {
		s.planted = map[string]bool{}
	}
	for ; len(path) > 1; path = path[:strings.LastIndexByte(path, '/')] {
		s.planted[path] = true
	}
}

func (s *Swept) plants() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.planted)
}

// sessionsEnd checks that nobody keeps a session alive. One whose closing was lost goes by its timeout.
func (s *Swept) sessionsEnd(tb testing.TB) {
	tb.Helper()
	var longest time.Duration
	for _, session := range s.Server.Sessions() {
		longest = max(longest, session.Timeout)
	}
	time.Sleep(2 * longest) // the server looks at its ticks
	select {
	case <-s.Server.Done():
		return // the scenario has left no server, which forgets nobody
	default:
	}
	for _, session := range s.Server.Sessions() {
		s.sweep.errorf(tb, "zktest: %s: session 0x%x is alive: was its client closed?", s, session.ID)
	}
}
